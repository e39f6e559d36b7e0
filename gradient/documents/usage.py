"""Tokens and cost of a run: the sum over its calls of models, each counted once, and how many calls the sums lack."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from gradient.documents.runs import Execution, Run
from gradient.journal.events import Usage
from gradient.journal.vocabulary import AMOUNTS, BILLED_KINDS, DETAILS, USAGE

NO_USAGE = Usage()
NO_NUMBERS = (None,) * len(USAGE)
numbers_of = attrgetter(*USAGE)
"""The numbers of a usage that runs sum up."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the calls of models of a run, embeddings among them, sum up to; a number is None where no call tells it.

    Attributes:
        input, output: Tokens; `cache_read`, `cache_write` and `reasoning` are parts of these.
        untold: How many of the calls tell no tokens; None where an older index does not say.
        unpriced: How many have no known cost, the former included; likewise.
    """

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    cost_usd: float | None = None
    untold: int | None = None
    unpriced: int | None = None


def usage_document(usage: Usage) -> dict[str, Any]:
    """Return tokens and cost of a call under the names that users read; None means unknown."""
    lacks_tokens = usage.input is None and usage.output is None
    return {
        **_sums_document(usage),
        **{name: getattr(usage, part) for part, name in DETAILS.items()},
        "tier": usage.tier,
        "missing": {"tokens": int(lacks_tokens), "cost": 1, "why": usage.unpriced} if usage.unpriced else None,
    }


def totals_document(totals: Totals) -> dict[str, Any]:
    """Return sums likewise; `missing` says how many calls they lack."""
    return {**_sums_document(totals), "missing": missing(totals.untold, totals.unpriced)}


def _sums_document(usage: Usage | Totals) -> dict[str, Any]:
    return dict(zip(AMOUNTS, numbers_of(usage), strict=True))


def missing(untold: int | None, unpriced: int | None) -> dict[str, int] | None:
    """Return how many calls sums of tokens and of cost lack, as documents tell it; None where they are whole."""
    lacks = {"tokens": untold or 0, "cost": unpriced or 0}
    return lacks if any(lacks.values()) else None


def total_usage(run: Run) -> Totals:
    """Add up what the calls of models of a run used.

    A number is None when no call tells it. How many calls a sum lacks stands beside it, because a sum that silently
    leaves out a part would be taken for the whole.
    """
    parts = list(_counted(run.executions))
    return Totals(
        **{name: _sum(getattr(part, name) for part in parts) for name in USAGE},
        untold=sum(part.cost_usd is None and part.input is None and part.output is None for part in parts),
        unpriced=sum(part.cost_usd is None for part in parts),
    )


def _counted(executions: Mapping[int, Execution]) -> Iterator[Usage]:
    """Yield the usage of each call of a model."""
    for kind in BILLED_KINDS:
        yield from _outermost({call.id: call for call in executions.values() if call.head.kind == kind}, executions)


def _outermost(calls: Mapping[int, Execution], executions: Mapping[int, Execution]) -> Iterator[Usage]:
    """Yield the usage of calls of one kind: the outermost that tells it, where one is inside another."""
    answered: set[int] = set()
    silent: dict[int, Execution] = {}
    for call in calls.values():
        above = list(_above(call, executions, calls))
        if any(_usage(outer) for outer in above):
            continue
        if usage := _usage(call):
            answered.update(outer.id for outer in above)
            yield usage
        elif not above:
            silent[call.id] = call
    # A call that failed and reported nothing is not billed; any other has a cost that we do not know.
    for key, call in silent.items():
        if call.status != "error" and key not in answered:
            yield NO_USAGE


def _above(call: Execution, executions: Mapping[int, Execution], calls: Mapping[int, Execution]) -> Iterator[Execution]:
    """Yield those of the calls that one is inside of."""
    seen = {call.id}
    above = executions.get(call.head.parent)
    while above is not None and above.id not in seen:
        seen.add(above.id)
        if above.id in calls:
            yield above
        above = executions.get(above.head.parent)


def _usage(call: Execution) -> Usage | None:
    """Return what a call used, or None where it does not tell."""
    usage = None if call.ended is None else call.ended.usage
    return None if usage is None or numbers_of(usage) == NO_NUMBERS else usage


def _sum(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
