"""What the executions of a run sum up to: how many, how many failed, tokens and cost of calls of models."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from gradient.journal.vocabulary import BILLED_KINDS
from gradient.store.index.failing import failed_here, with_origins
from gradient.store.index.rows import COST, ERROR_STATUS, ID, INPUT, NODE, OUTPUT, PARENT, STATUS
from gradient.store.index.spending import Spending
from gradient.store.index.trees import Columns


class BilledNodes:
    """Tells by their numbers which nodes are calls of models.

    Args:
        connection: The index.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kinds: dict[int, str | None] = {}

    def by_kind(self, nodes: Iterable[int]) -> dict[str, set[int]]:
        """Return those of the nodes that are calls of models, by their kind."""
        found: dict[str, set[int]] = {}
        for node in set(nodes):
            kind = self._kinds[node] if node in self._kinds else self._look_up(node)
            if kind is not None:
                found.setdefault(kind, set()).add(node)
        return found

    def _look_up(self, node: int) -> str | None:
        (detail,) = self._connection.execute("SELECT detail FROM names WHERE id = ?", (node,)).fetchone()
        kind = next((kind for kind in BILLED_KINDS if str(detail).startswith(f'["{kind}"')), None)
        self._kinds[node] = kind
        return kind


def totals_of(columns: Columns, calls: Sequence[int]) -> tuple[Any, ...]:
    """Return the values of `rows.TOTALS`.

    A sum is None when no call tells its part. How many calls it lacks stands beside it, because a sum that silently
    leaves out a part would be taken for the whole.

    Args:
        columns: All executions of a run.
        calls: The rows that `counted` gives.
    """
    sums = [sum_known(column[row] for row in calls) for column in columns[INPUT : COST + 1]]
    lacks = [_lacks(columns, row) for row in calls]
    untold, unpriced = sum(one for one, _ in lacks), sum(one for _, one in lacks)
    return len(columns[ID]), sum(failed_here(with_origins(columns))), *sums, untold, unpriced


def spent(columns: Columns, row: int) -> Spending:
    """Return what a call used, and what it does not tell."""
    return Spending.of([columns[at][row] for at in (INPUT, OUTPUT, COST)], *_lacks(columns, row))


def counted(columns: Columns, billed: BilledNodes) -> list[int]:
    """Return the rows of calls; of those inside one another the outermost that tells its usage, or is alone."""
    nodes = columns[NODE]
    found: list[int] = []
    for some in billed.by_kind(nodes).values():
        found += _outermost(columns, [row for row, node in enumerate(nodes) if node in some])
    return found


def _outermost(columns: Columns, rows: list[int]) -> list[int]:
    ids = columns[ID]
    calls = {ids[row]: row for row in rows}
    if calls.keys().isdisjoint(columns[PARENT]):  # no call has anything inside, as is usual
        return rows
    parents = dict(zip(ids, columns[PARENT], strict=True))
    telling = {call for call, row in calls.items() if _tells(columns, row)}
    above = {call: _above(call, parents, calls) for call in calls}
    counted = {call for call in telling if telling.isdisjoint(above[call])}
    answered = {outer for call in counted for outer in above[call]}
    silent = {call for call in calls if not above[call]} - telling - answered
    return [calls[call] for call in calls if call in counted or call in silent]


def _above(call: int, parents: dict[int, int], calls: dict[int, int]) -> list[int]:
    """Return those of the calls that one is inside of."""
    found: list[int] = []
    seen = {call}
    at = parents.get(call)
    while at is not None and at not in seen:
        seen.add(at)
        if at in calls:
            found.append(at)
        at = parents.get(at)
    return found


def _tells(columns: Columns, row: int) -> bool:
    return columns[STATUS][row] is not None and any(column[row] is not None for column in columns[INPUT : COST + 1])


def _lacks(columns: Columns, row: int) -> tuple[bool, bool]:
    """Tell whether a call has tokens, and a cost, that we do not know; one that failed and told nothing has none."""
    unpriced = columns[COST][row] is None and (columns[STATUS][row] != ERROR_STATUS or _tells(columns, row))
    return unpriced and columns[INPUT][row] is None and columns[OUTPUT][row] is None, unpriced


def sum_known(values: Iterable[Any]) -> Any:
    """Return the sum of the values that are known, or None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
