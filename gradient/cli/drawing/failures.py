"""What went wrong in a run: each failure once, where it began."""

import re
from collections.abc import Iterator
from typing import Any

from gradient.analysis.causes import related, said
from gradient.analysis.forest import failures
from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell
from gradient.cli.drawing.signs import Signs

_MOST_FAILURES = 10
_MOST_LINES = 12
_MOST_CAUSES, _MOST_CAUSES_LINES, _DEEPEST = 8, 3, 8
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
        names.append(formats.name_of(at["name"]))
        at = by_id.get(at["parent_id"])
    return f" {signs.arrow} ".join(reversed(names))


def _failure(path: str, about: str, error: dict[str, Any], signs: Signs) -> list[list[Cell]]:
    head = [Cell(f"{signs.mark('error')} ", "red"), Cell(path, "bold"), Cell(f"  {about}" if about else "", "dim")]
    rows = [head, *_said("", said(error), _MOST_LINES, signs), *_around(error, "")]
    for cause in error["causes"][:_MOST_CAUSES]:
        indent = "  " * min(cause["depth"], _DEEPEST)
        words = f"{related(cause)} {said(cause)}"
        rows += [*_said(indent, words, _MOST_CAUSES_LINES, signs), *_around(cause, indent)]
    more = len(error["causes"][_MOST_CAUSES:]) + error["causes_left_out"]
    if more:
        rows.append([Cell(f"  {signs.ellipsis} and {more:,} more exceptions that it came from", "dim")])
    return [*rows, [Cell("")]]


def _said(indent: str, text: str, most: int, signs: Signs) -> list[list[Cell]]:
    lines = [formats.one_line(line) for line in text.splitlines() if line.strip()] or ["no message"]
    shown = [[Cell(f"  {indent}{line}", "red")] for line in lines[:most]]
    if len(lines) > most:
        shown.append([Cell(f"  {indent}{signs.ellipsis} {len(lines) - most} more lines", "dim")])
    return shown


def _around(error: dict[str, Any], indent: str) -> list[list[Cell]]:
    """Return the notes on an exception, and where it was raised."""
    notes = [f"note: {formats.one_line(note)}" for note in error["notes"]]
    return [[Cell(f"  {indent}{line}", "dim")] for line in (*notes, *_last_frame(error["stacktrace"] or ""))]


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
