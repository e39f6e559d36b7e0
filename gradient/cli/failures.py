"""What went wrong in a run: each failure once, where it began."""

import re
from collections.abc import Iterator
from typing import Any

from gradient.analysis.forest import failures
from gradient.cli import formats
from gradient.cli.page import Cell
from gradient.cli.signs import Signs

_MOST_FAILURES = 10
_MOST_LINES = 12
_FRAME = re.compile(r'^  File "(?P<path>.*)", line (?P<line>\d+), in (?P<function>.*)$')


def failure_rows(document: dict[str, Any], signs: Signs) -> list[list[Cell]]:
    """Describe the failures of a run; what it ended with comes first."""
    error = document["error"]
    began_in = None if error is None else error["began_in"]
    told = [each for each in failures(document) if each["error"] is not None]
    origins = sorted(told, key=lambda one: one["execution_id"] != began_in)
    rows: list[list[Cell]] = []
    if error is not None and began_in is None:
        rows += _failure(document["entrypoint"] or "request", "", error, signs)
    by_id = {execution["execution_id"]: execution for execution in document["executions"]}
    for execution in origins[:_MOST_FAILURES]:
        parent = by_id.get(execution["parent_id"], document)
        handled = ", handled" if parent["status"] == "completed" else ""
        rows += _failure(_path(execution, by_id, signs), execution["kind"] + handled, execution["error"], signs)
    if len(origins) > _MOST_FAILURES:
        rows.append([Cell(f"{signs.ellipsis} and {len(origins) - _MOST_FAILURES:,} more failures", "dim")])
    return rows


def _path(execution: dict[str, Any], by_id: dict[str, Any], signs: Signs) -> str:
    """Return the names that lead to an execution, outermost first."""
    names: list[str] = []
    seen: set[str] = set()
    at: dict[str, Any] | None = execution
    while at is not None and at["execution_id"] not in seen:
        seen.add(at["execution_id"])
        names.append(formats.one_line(at["name"]))
        at = by_id.get(at["parent_id"])
    return f" {signs.arrow} ".join(reversed(names))


def _failure(path: str, about: str, error: dict[str, Any], signs: Signs) -> list[list[Cell]]:
    head = [Cell(f"{signs.mark('error')} ", "red"), Cell(path, "bold"), Cell(f"  {about}" if about else "", "dim")]
    said = f"{error['type']}: {error['message']}" if error["type"] else str(error["message"])
    lines = [formats.one_line(line) for line in said.splitlines() if line.strip()] or ["no message"]
    shown = [[Cell(f"  {line}", "red")] for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append([Cell(f"  {signs.ellipsis} {len(lines) - _MOST_LINES} more lines", "dim")])
    where = [[Cell(f"  {line}", "dim")] for line in _last_frame(error["stacktrace"] or "")]
    return [head, *shown, *where, [Cell("")]]


def _last_frame(stacktrace: str) -> Iterator[str]:
    """Yield where it was raised, and the line that stands there."""
    lines = stacktrace.splitlines()
    frames = [(at, found) for at, line in enumerate(lines) if (found := _FRAME.match(line))]
    if not frames:
        return
    at, found = frames[-1]
    yield formats.one_line(f"at {found['path']}:{found['line']} in {found['function']}")
    if at + 1 < len(lines):
        yield "   " + formats.one_line(lines[at + 1])
