"""What the executions of a run sum up to: how many, how many failed, tokens and cost, each LLM call counted once."""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from gradient.store.rows import COST, ERROR_STATUS, ID, INPUT, NODE, PARENT, STATUS
from gradient.store.trees import Columns

_NOTHING = (None,) * 6


class LlmNodes:
    """Tells by its number whether a node is an LLM.

    Args:
        connection: The index.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[int, bool] = {}

    def __call__(self, node: int) -> bool:
        known = self._known.get(node)
        if known is None:
            (detail,) = self._connection.execute("SELECT detail FROM names WHERE id = ?", (node,)).fetchone()
            known = self._known[node] = str(detail).startswith('["llm"')
        return known


def totals_of(columns: Columns, is_llm: Callable[[int], bool]) -> tuple[Any, ...]:
    """Return the values of `rows.TOTALS`.

    A number is None when no call tells it; the cost already when one call does not, because a sum that silently
    leaves out a part would be taken for the whole.

    Args:
        columns: All executions of a run.
        is_llm: Tells by a node's number whether it is an LLM.
    """
    models = {node for node in set(columns[NODE]) if is_llm(node)}
    parts = list(_counted(columns, models)) if models else []
    *tokens, costs = zip(*parts, strict=True) if parts else [()] * 6
    cost = None if None in costs else sum_known(costs)
    return len(columns[ID]), columns[STATUS].count(ERROR_STATUS), *map(sum_known, tokens), cost


def _counted(columns: Columns, models: set[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the usage of each call: the outermost that tells it, where one LLM execution is inside another."""
    usages = zip(*columns[INPUT : COST + 1], strict=True)
    every = zip(columns[ID], columns[NODE], columns[STATUS], usages, strict=True)
    calls = {own: (status, usage) for own, node, status, usage in every if node in models}
    if calls.keys().isdisjoint(columns[PARENT]):  # no call has anything inside, as is usual
        told = [usage for status, usage in calls.values() if _tells(status, usage)]
        yield from told
        silent = len(told) < len(calls) and any(
            status != ERROR_STATUS and not _tells(status, usage) for status, usage in calls.values()
        )
    else:
        parents = dict(zip(columns[ID], columns[PARENT], strict=True))
        silent = yield from _outermost(calls, parents)
    # A call that failed and reported nothing is not billed; any other has a cost that we do not know.
    if silent:
        yield _NOTHING


def _outermost(calls: dict[int, Any], parents: dict[int, int]) -> Generator[tuple[Any, ...], None, bool]:
    """Yield the usage of calls that are inside one another; return whether one did not tell and should have."""
    answered: set[int] = set()
    silent: list[int] = []
    for call, (status, usage) in calls.items():
        outer = _above(call, parents, calls)
        if any(_tells(*calls[one]) for one in outer):
            continue
        if _tells(status, usage):
            answered.update(outer)
            yield usage
        elif not outer:
            silent.append(call)
    return any(calls[call][0] != ERROR_STATUS for call in silent if call not in answered)


def _above(call: int, parents: dict[int, int], calls: dict[int, Any]) -> list[int]:
    """Return the LLM executions that a call is inside of."""
    found: list[int] = []
    seen = {call}
    at = parents.get(call)
    while at is not None and at not in seen:
        seen.add(at)
        if at in calls:
            found.append(at)
        at = parents.get(at)
    return found


def _tells(status: Any, usage: tuple[Any, ...]) -> bool:
    return status is not None and usage != _NOTHING


def sum_known(values: Iterable[Any]) -> Any:
    """Return the sum of the values that are known, or None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
