"""What was recorded, below a line that it belongs to: in a line, or in full."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from gradient.analysis.brief import brief, message_line
from gradient.analysis.notes import readable
from gradient.analysis.values import is_list, is_mapping, is_message
from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell, Row, columns_of

PIPED_CHARS = 200
_LABEL_CHARS = 5
_NARROWEST = 20


def payload_rows(execution: dict[str, Any], lead: str, width: int | None, *, full: bool) -> Iterator[Row]:
    """Show what went into an execution, what came out, and what was noted of it.

    Args:
        execution: Of a `gradient.run/1`; a request will do as well.
        lead: What is drawn before each row.
        width: Columns there are, or None for as many as it takes.
        full: Whether all of it is shown, on as many lines as it takes.
    """
    chars = _room(lead, width)
    for label, value in (("in", execution["inputs"]), ("out", execution["outputs"])):
        if value is not None:
            yield from _labelled(label, full_lines(value) if full else [brief(value, chars)], lead)
    yield from note_rows(execution, lead, width, full=full)


def note_rows(one: dict[str, Any], lead: str, width: int | None, *, full: bool) -> Iterator[Row]:
    """Show what was noted of a run or an execution: its events, and in full its metadata too; see `payload_rows`."""
    if full and one["metadata"]:
        yield from _labelled("meta", full_lines(one["metadata"]), lead)
    for event in one["events"]:
        said = formats.one_line(event["name"])
        told = event["attributes"]
        if not full:
            room = _room(lead, width) - columns_of(said) - 1
            yield from _labelled("note", [f"{said} {brief(told, max(_NARROWEST, room))}" if told else said], lead)
        else:
            yield from _labelled("note", [said, *(full_lines(told) if told else ())], lead)


def _room(lead: str, width: int | None) -> int:
    return PIPED_CHARS if width is None else max(_NARROWEST, width - len(lead) - _LABEL_CHARS)


def _labelled(label: str, lines: Iterable[str], lead: str) -> Iterator[Row]:
    for number, line in enumerate(lines):
        yield [Cell(lead, "dim"), Cell(f"{'' if number else label:<{_LABEL_CHARS}}", "dim"), Cell(line, "cyan")]


def full_lines(value: Any) -> Iterator[str]:
    """Yield all of a value: messages as a conversation, text as text, everything else as JSON."""
    messages = value.get("messages") if is_mapping(value) else value
    if is_list(messages) and messages and all(is_message(message) for message in messages):
        for message in messages:
            yield from _text_lines(message_line(message))
        rest = {key: part for key, part in value.items() if key != "messages"} if is_mapping(value) else {}
        if rest:
            yield from _json_lines(rest)
    elif isinstance(text := readable(value), str):
        yield from _text_lines(text)
    else:
        yield from _json_lines(value)


def _json_lines(value: Any) -> Iterator[str]:
    return _text_lines(msgspec.json.format(msgspec.json.encode(readable(value)), indent=2).decode())


def _text_lines(text: str) -> Iterator[str]:
    for line in text.splitlines() or [""]:
        indent = len(line) - len(line.lstrip(" "))
        yield " " * indent + formats.one_line(line)
