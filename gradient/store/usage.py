"""Tokens and cost of a run: the sum over its LLM calls, each counted once."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gradient.journal.events import Usage
from gradient.store.runs import Execution, Run

NO_USAGE = Usage()


def usage_document(usage: Usage) -> dict[str, Any]:
    """Return tokens and cost under the names that users read; None means unknown."""
    return {
        "input_tokens": usage.input,
        "output_tokens": usage.output,
        "cache_read_tokens": usage.cache_read,
        "cache_write_tokens": usage.cache_write,
        "reasoning_tokens": usage.reasoning,
        "cost_usd": usage.cost_usd,
    }


def total_usage(run: Run) -> Usage:
    """Add up what the LLM calls of a run used.

    A number is None when no call tells it; the cost already when one call does not, because a sum that silently
    leaves out a part would be taken for the whole.
    """
    parts = list(_counted(run.executions))
    costs = [part.cost_usd for part in parts]
    return Usage(
        input=_sum(part.input for part in parts),
        output=_sum(part.output for part in parts),
        cache_read=_sum(part.cache_read for part in parts),
        cache_write=_sum(part.cache_write for part in parts),
        reasoning=_sum(part.reasoning for part in parts),
        cost_usd=None if None in costs else _sum(costs),
    )


def _counted(executions: Mapping[int, Execution]) -> Iterator[Usage]:
    """Yield the usage of each call: the outermost that tells it, where one LLM execution is inside another."""
    calls = {call.id: call for call in executions.values() if call.head.kind == "llm"}
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
    if any(call.status != "error" for key, call in silent.items() if key not in answered):
        yield NO_USAGE


def _above(call: Execution, executions: Mapping[int, Execution], calls: Mapping[int, Execution]) -> Iterator[Execution]:
    """Yield the LLM executions that a call is inside of."""
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
    return None if usage is None or usage == NO_USAGE else usage


def _sum(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
