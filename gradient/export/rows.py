"""CSV: one row for each execution, and one for each request, which has no execution id.

Spreadsheets take a text that begins with `=`, `+`, `-` or `@` for a formula, and may run what it says; such a text gets
an apostrophe in front, as OWASP advises.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

from gradient.analysis.forest import Document, Execution, Forest
from gradient.analysis.quantities import read_moment
from gradient.export.genai import compact
from gradient.journal.vocabulary import AMOUNTS

COLUMNS = (
    "request_id",
    "execution_id",
    "parent_id",
    "entrypoint",
    "path",
    "name",
    "node_id",
    "kind",
    "framework",
    "status",
    "started_at",
    "start_offset_ms",
    "duration_ms",
    "attempt",
    "cached",
    "model",
    "provider",
    *AMOUNTS,
    "time_to_first_token_ms",
    "error_type",
    "error_message",
    "session_id",
    "tags",
    "inputs",
    "outputs",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_rows(documents: Iterable[Document]) -> Iterator[bytes]:
    """Yield the heading, then the rows of each run."""
    yield _lines([COLUMNS])
    for run in documents:
        forest = Forest(run)
        request = {"kind": "request", "path": "", "name": run["entrypoint"], "start_offset_ms": 0.0}
        told = [_told(run, run) | request, *(_execution(each, run, forest) for each in run["executions"])]
        yield _lines([[_cell(one.get(column)) for column in COLUMNS] for one in told])


def _execution(execution: Execution, run: Document, forest: Forest) -> dict[str, Any]:
    started_at: str | None = run["started_at"]
    if started_at is not None:
        began = read_moment(started_at) + timedelta(milliseconds=execution["start_offset_ms"])
        started_at = f"{began:%Y-%m-%dT%H:%M:%S.%fZ}"
    return {**_told(execution, run), "path": " > ".join(forest.path(execution)), "started_at": started_at}


def _told(one: Document, run: Document) -> dict[str, Any]:
    """Return what a request or an execution has under the names of the columns."""
    error: dict[str, Any] = one["error"] or {}
    usage: dict[str, Any] = one["usage"] or {}
    return {
        **one,
        **usage,
        "request_id": run["request_id"],
        "entrypoint": run["entrypoint"],
        "session_id": run["session_id"],
        "tags": " ".join(run["tags"]),
        "error_type": error.get("type"),
        "error_message": error.get("message"),
        "inputs": None if one["inputs"] is None else compact(one["inputs"]),
        "outputs": None if one["outputs"] is None else compact(one["outputs"]),
    }


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
