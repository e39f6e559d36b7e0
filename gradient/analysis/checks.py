"""What a run is expected to be. Each check gives None where it is so, else what was expected and what was seen."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from types import EllipsisType
from typing import NamedTuple

from gradient.analysis import quantities
from gradient.analysis.forest import Document, Execution, Forest, failures, in_order, tokens_of
from gradient.journal.vocabulary import BILLED_KINDS, is_failure, kind_of

PathPattern = Sequence["str | EllipsisType"]
_MOST_NAMES = 12


class Checked(NamedTuple):
    """What became of one expectation.

    Attributes:
        check: Which one.
        passed: Whether it is met.
        expected: What it asks for.
        seen: What the run has.
    """

    check: str
    passed: bool
    expected: str
    seen: str


def max_duration(run: Document, limit_ms: float) -> Checked:
    """Expect a run to take no longer than `limit_ms` milliseconds; one that still runs fails."""
    ms: float | None = run["duration_ms"]
    seen = "unknown: it has not ended" if ms is None else quantities.duration(ms).strip()
    return _at_most("max-duration", ms, limit_ms, quantities.duration(limit_ms).strip(), seen)


def max_cost(run: Document, limit_usd: float) -> Checked:
    """Expect a run to cost no more than `limit_usd` dollars; one whose cost is not known fails."""
    usd: float | None = run["usage"]["cost_usd"] if _calls_models(run) else 0
    seen = "unknown: not every call tells its cost" if usd is None else quantities.total_cost(usd, run["usage"])
    known = None if _may_be_more(run, "cost", usd, limit_usd) else usd
    return _at_most("max-cost", known, limit_usd, quantities.cost(limit_usd), _so_far(run, seen))


def max_tokens(run: Document, limit: float) -> Checked:
    """Expect a run to use no more than `limit` tokens, in and out; one whose tokens are not known fails."""
    tokens = tokens_of(run["usage"]) if _calls_models(run) else 0
    seen = "unknown: no call tells its tokens" if tokens is None else quantities.total_count(tokens, run["usage"])
    known = None if _may_be_more(run, "tokens", tokens, limit) else tokens
    return _at_most("max-tokens", known, limit, quantities.count(int(limit)), _so_far(run, seen))


def no_error(run: Document) -> Checked:
    """Expect that neither a run nor any of its executions failed, handled or not."""
    failed = failures(run)
    if failed:
        depths = {execution["execution_id"]: depth for depth, execution in Forest(run).walk()}
        innermost = max(failed, key=lambda execution: depths.get(execution["execution_id"], 0))
        more = f", and {len(failed) - 1:,} more" if len(failed) > 1 else ""
        seen = f"{_outcome(' > '.join(Forest(run).path(innermost)), innermost)}{more}"
    else:
        seen = _outcome(run["status"], run)
    return Checked("no-error", not failed and not is_failure(run["status"]), "no error", seen)


def follows_path(run: Document, pattern: PathPattern) -> Checked:
    """Expect nodes, agents and steps to have run in an order.

    What ran at the same time may stand in either order. An execution of another kind counts where the pattern has its
    name.

    Args:
        run: A `gradient.run/1`.
        pattern: Names, and `...` for any number of others, none included.
    """
    names = taken_path(run, [name for name in pattern if isinstance(name, str)])
    expected = ", ".join("..." if isinstance(name, EllipsisType) else name for name in pattern)
    return Checked("path", matches(names, pattern), expected, _shortened(names))


def calls(run: Document, name: str, times: int) -> Checked:
    """Expect so many executions of a name, a node id such as `tool_search`, or a kind."""
    seen = sum(name in (each["name"], each["node_id"], each["kind"]) for each in run["executions"])
    return Checked("calls", seen == times, f"{name}={times}", f"{name}={seen}")


def _at_most(check: str, number: float | None, limit: float, wanted: str, seen: str) -> Checked:
    return Checked(check, number is not None and number <= limit, f"at most {wanted}", seen)


def _may_be_more(run: Document, part: str, total: float | None, limit: float) -> bool:
    """Tell whether a total is within a limit only as far as it is known: some calls tell nothing, or more may come."""
    is_bound = quantities.lacking(run["usage"], part) > 0 or run["status"] == "running"
    return total is not None and total <= limit and is_bound


def _so_far(run: Document, seen: str) -> str:
    return f"{seen} so far: it has not ended" if run["status"] == "running" else seen


def _calls_models(run: Document) -> bool:
    return any(execution["kind"] in BILLED_KINDS for execution in run["executions"])


def taken_path(run: Document, named: Sequence[str] = ()) -> list[str]:
    """Return the names of what ran, in order; of what ran at the same time, what is `named` first comes first."""
    places = {name: place for place, name in reversed(list(enumerate(named)))}

    def sort(siblings: list[Execution]) -> Iterable[Execution]:
        return in_order(siblings, lambda each: (places.get(each["name"], len(places) + 1), each["name"]))

    walked = Forest(run).walk(sort)
    return [each["name"] for _, each in walked if kind_of(each["kind"]).is_place or each["name"] in places]


def matches(names: Sequence[str], pattern: PathPattern) -> bool:
    """Tell whether names follow a pattern."""
    # The places of the pattern at which the next name may be.
    places = _skipping({0}, pattern)
    for name in names:
        stay = {at for at in places if at < len(pattern) and pattern[at] is ...}
        step = {at + 1 for at in places if at < len(pattern) and pattern[at] == name}
        places = _skipping(stay | step, pattern)
    return len(pattern) in places


def _skipping(places: set[int], pattern: PathPattern) -> set[int]:
    """Add the places behind wildcards that stand for nothing."""
    reached = set(places)
    for at in sorted(places):
        here = at
        while here < len(pattern) and pattern[here] is ...:
            here += 1
            reached.add(here)
    return reached


def _outcome(where: str, execution: Execution) -> str:
    error = execution["error"]
    told = "" if error is None else f": {error['type'] or 'error'}: {(error['message'] or '').strip()}"
    return next(iter(f"{where}{told}".splitlines()), "")


def _shortened(names: Sequence[str]) -> str:
    """Return names with those that repeat counted, and the middle left out where there are many."""
    runs = [(name, len(list(same))) for name, same in groupby(names)]
    told = [name if number == 1 else f"{name} x{number}" for name, number in runs]
    if len(told) > _MOST_NAMES:
        half = _MOST_NAMES // 2
        told = [*told[:half], f"({len(told) - 2 * half:,} more)", *told[-half:]]
    return ", ".join(told) or "nothing ran"
