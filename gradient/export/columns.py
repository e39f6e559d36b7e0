"""The executions of a run by column, packed for the page: ten thousand of them in tens of kilobytes.

    {"count": 3, "execution_id": [...], "parent": [-1, 0, 0], "duration_ms": [...],
     "name": {"words": ["planner", "gpt-4o"], "at": [0, 1, 1]}, ...}

A parent is the number of its row, -1 for none; texts that repeat are words that rows point at, -1 for none.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from gradient.analysis.forest import Document, Execution, began_here

_REPEATING = ("node_id", "name", "framework", "kind", "status", "model", "provider", "error_type")
_TIMES = ("start_offset_ms", "duration_ms", "time_to_first_token_ms")
_AS_THEY_ARE = ("execution_id", "attempt", "cached", "input_tokens", "output_tokens", "cost_usd", "failed_here")
_TOKENS = ("input_tokens", "output_tokens", "cost_usd")


def packed(skeleton: dict[str, list[Any]]) -> dict[str, Any]:
    """Pack the columns of a skeleton.

    Args:
        skeleton: Columns named as `gradient.run/1` names its fields, ordered by start.
    """
    ids = skeleton["execution_id"]
    rows = {execution_id: row for row, execution_id in enumerate(ids)}
    found: dict[str, Any] = {"count": len(ids)}
    found |= {name: skeleton[name] for name in _AS_THEY_ARE}
    found |= {name: _rounded(skeleton[name]) for name in _TIMES}
    found |= {name: _words(skeleton[name]) for name in _REPEATING}
    # One that is its own parent would never end.
    found["parent"] = [
        -1 if (row := rows.get(parent, -1)) == own else row for own, parent in enumerate(skeleton["parent_id"])
    ]
    return found


def skeleton_of(document: Document) -> dict[str, list[Any]]:
    """Return the columns of a document's executions."""
    names = ("parent_id", *_AS_THEY_ARE, *_TIMES, *_REPEATING)
    executions = sorted(document["executions"], key=_start)
    return {name: [_field(execution, name) for execution in executions] for name in names}


def _start(execution: Execution) -> float:
    return float(execution["start_offset_ms"])


def _field(execution: Execution, name: str) -> Any:
    if name in _TOKENS:
        usage: dict[str, Any] = execution["usage"] or {}
        return usage.get(name)
    if name == "failed_here":
        return execution["status"] == "error" and began_here(execution)
    if name == "error_type":
        error: dict[str, Any] = execution["error"] or {}
        return error.get("type")
    return execution[name]


def _rounded(times: Iterable[float | None]) -> list[float | None]:
    """Round to microseconds: nobody sees less, and it halves what is sent."""
    return [None if time is None else round(time, 3) for time in times]


def _words(texts: Sequence[str | None]) -> dict[str, list[Any]]:
    words = [text for text in dict.fromkeys(texts) if text is not None]
    numbers: dict[str | None, int] = {word: number for number, word in enumerate(words)} | {None: -1}
    return {"words": words, "at": [numbers[text] for text in texts]}
