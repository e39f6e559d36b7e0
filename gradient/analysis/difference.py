"""Two runs compared: the document `gradient.diff/1`.

Whatever has two sides is `{"a": ..., "b": ...}`, numbers with a `delta` of the second against the first; a side that
is not there is left out, and None means unknown. How long something took makes no difference by itself: it is told, and
`gradient.analysis.thresholds` judges it.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal

from gradient.analysis.alignment import Pair, by_name, by_path, walk
from gradient.analysis.forest import Document, Execution, Forest, count_failures, tokens_of
from gradient.analysis.values import ABSENT, Difference, differences, first_difference

SCHEMA = "gradient.diff/1"
_MOST_DIFFERENCES = 20
_SUMMARY = ("request_id", "entrypoint", "project", "status", "started_at")


def compare(a: Document, b: Document, *, by: Literal["path", "name"] = "path", values: bool = False) -> Document:
    """Compare two runs.

    Args:
        a: A `gradient.run/1`: what was before, or what is right.
        b: The one to judge.
        by: What makes two executions each other's: their place in the tree, or their name alone.
        values: Whether each execution tells where its inputs and outputs differ.

    Returns:
        A `gradient.diff/1`: `totals`, the `first_divergence` in the order in which the runs went, and for each
        execution of either run its `change`: same, changed, added or removed.
    """
    forests, totals_b = (Forest(a), Forest(b)), totals(b)
    executions: list[dict[str, Any]] = []
    first = _begins_differently((), Pair(a, b))
    path: list[str] = []
    for depth, pair, ends in walk((by_path if by == "path" else by_name)(*forests)):
        if ends:
            first = first or _ends_differently(path[: depth + 1], pair)
            continue
        path[depth:] = [pair.either["name"]]
        first = first or _begins_differently(path, pair)
        executions.append(_entry(depth, path, pair, values=values))
    return {
        "schema": SCHEMA,
        "by": by,
        "a": _summary(a),
        "b": _summary(b),
        "totals": {name: _numbers(total, totals_b[name]) for name, total in totals(a).items()},
        "first_divergence": first or _ends_differently((), Pair(a, b)),
        "executions": executions,
    }


def _summary(run: Document) -> dict[str, Any]:
    return {**{part: run[part] for part in _SUMMARY}, "missing": run["usage"].get("missing")}


def totals(run: Document) -> dict[str, Any]:
    """Return the numbers of a run as a whole; None means unknown."""
    usage, kinds = run["usage"], Counter(execution["kind"] for execution in run["executions"])
    return {
        "duration_ms": run["duration_ms"],
        "executions": len(run["executions"]),
        "errors": count_failures(run),
        "llm_calls": kinds["llm"],
        "tool_calls": kinds["tool"],
        "tokens": tokens_of(usage),
        "input_tokens": usage["input_tokens"],
        "output_tokens": usage["output_tokens"],
        "cost_usd": usage["cost_usd"],
    }


def _entry(depth: int, path: list[str], pair: Pair, *, values: bool) -> dict[str, Any]:
    differs = [] if pair.a is None or pair.b is None else list(_differing(pair.a, pair.b))
    entry: dict[str, Any] = {
        "change": _change(pair, differs),
        "moved": pair.moved,
        "depth": depth,
        "path": list(path),
        "kind": pair.either["kind"],
        "node_id": pair.either["node_id"],
        "execution_id": _sides(pair, "execution_id"),
        "status": _sides(pair, "status"),
        "differs": differs,
        "duration_ms": _numbers(*_both(pair, "duration_ms")),
        "tokens": _numbers(*map(tokens_of, _both(pair, "usage"))),
        "cost_usd": _numbers(*map(_cost, _both(pair, "usage"))),
    }
    if values:
        entry["differences"] = [told for part in differs for told in _told(part, pair)]
    return entry


def _cost(usage: dict[str, Any] | None) -> float | None:
    return None if usage is None else usage["cost_usd"]


def _change(pair: Pair, differs: list[str]) -> str:
    if pair.a is None:
        return "added"
    if pair.b is None:
        return "removed"
    return "changed" if differs or pair.moved else "same"


def _differing(a: Execution, b: Execution) -> Iterator[str]:
    """Yield what differs between two executions, or two requests, that are each other's."""
    if first_difference(a["inputs"], b["inputs"]):
        yield "inputs"
    if a.get("model") != b.get("model"):
        yield "model"
    if a["status"] != b["status"]:
        yield "status"
    if _failure(a) != _failure(b):
        yield "error"
    if first_difference(a["outputs"], b["outputs"]):
        yield "outputs"


def _begins_differently(path: list[str] | tuple[str, ...], pair: Pair) -> dict[str, Any] | None:
    if pair.a is None or pair.b is None:
        return _divergence("added" if pair.a is None else "removed", path, pair)
    if pair.moved:
        return _divergence("moved", path, pair)
    inputs = first_difference(pair.a["inputs"], pair.b["inputs"])
    return None if inputs is None else _divergence("inputs", path, pair, inputs)


def _ends_differently(path: list[str] | tuple[str, ...], pair: Pair) -> dict[str, Any] | None:
    if pair.a is None or pair.b is None:
        return None
    part = next((part for part in _differing(pair.a, pair.b) if part != "inputs"), None)
    if part is None:
        return None
    where = first_difference(_value(pair.a, part), _value(pair.b, part))
    return _divergence(part, path, pair, where)


def _divergence(
    what: str, path: list[str] | tuple[str, ...], pair: Pair, where: Difference | None = None
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "what": what,
        "path": list(path),
        "kind": pair.either.get("kind", "request"),
        "execution_id": _sides(pair, "execution_id"),
    }
    return told if where is None else {**told, "at": where.at, "value": _present(where)}


def _told(part: str, pair: Pair) -> list[dict[str, Any]]:
    """Say where two executions differ in one part."""
    a, b = _both(pair, part) if part != "error" else (_failure(pair.a or {}), _failure(pair.b or {}))
    found = islice(differences(a, b), _MOST_DIFFERENCES)
    return [{"in": part, "at": difference.at, "value": _present(difference)} for difference in found]


def _value(execution: Execution, part: str) -> Any:
    return _failure(execution) if part == "error" else execution.get(part)


def _failure(execution: Execution) -> Any:
    """Return the error of an execution without its stack trace, which tells of the code and not of the run."""
    error = execution.get("error")
    return None if error is None else {part: error[part] for part in ("type", "message")}


def _present(difference: Difference) -> dict[str, Any]:
    return {side: value for side, value in (("a", difference.a), ("b", difference.b)) if value is not ABSENT}


def _sides(pair: Pair, part: str) -> dict[str, Any]:
    return {side: execution.get(part) for side, execution in (("a", pair.a), ("b", pair.b)) if execution is not None}


def _both(pair: Pair, part: str) -> tuple[Any, Any]:
    return (pair.a or {}).get(part), (pair.b or {}).get(part)


def _numbers(a: float | None, b: float | None) -> dict[str, Any]:
    return {"a": a, "b": b, "delta": None if a is None or b is None else b - a}
