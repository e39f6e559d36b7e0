"""What is recorded in the place of a value, as text: a text that was cut, a medium, what was withheld or is lost.

{"$cut": {"length", "head", "tail"}}           a text over the limit: its beginning and its end
{"$media": {"type", "bytes", "digest", "kept"}}  an image, audio, video or a file; `kept`: its bytes are, or why not
{"$redacted": why}                             withheld
{"$missing": key, "messages": n}               messages that are no longer there
{"$ambiguous": "message"}                      messages of an old journal that cannot be told from others
"""

from collections.abc import Callable, Mapping
from typing import Any

from gradient.analysis.values import is_list, is_mapping

_DIGEST_CHARS = 15


def noted(value: Any) -> str | None:
    """Return the text that stands for a note, or None where a value is something else."""
    if not is_mapping(value):
        return None
    draw = next((draw for mark, draw in _DRAWN.items() if mark in value), None)
    return None if draw is None else draw(value)


def readable(value: Any) -> Any:
    """Return a value in which each note is the text that stands for it."""
    said = noted(value)
    if said is not None:
        return said
    if is_mapping(value):
        return {key: readable(item) for key, item in value.items()}
    return list(map(readable, value)) if is_list(value) else value


def _cut(note: Mapping[str, Any]) -> str:
    cut: Any = note["$cut"]
    told: Mapping[str, Any] = cut if is_mapping(cut) else {}
    head, tail, length = str(told.get("head", "")), told.get("tail"), told.get("length")
    if not isinstance(tail, str) or not isinstance(length, int):
        return f"{head}…" if length is None else f"{head}… ({length} in all)"
    return f"{head}\n… {length - len(head) - len(tail):,} of {length:,} characters were left out …\n{tail}"


def _media(note: Mapping[str, Any]) -> str:
    told: Any = note["$media"]
    if not is_mapping(told):
        return "(a medium)"
    kept = told.get("kept")
    more = "" if kept is None else ", kept" if kept is True else f", not kept: {kept}"
    return f"({told.get('type')}, {told.get('bytes'):,} bytes, {str(told.get('digest'))[:_DIGEST_CHARS]}{more})"


def _missing(note: Mapping[str, Any]) -> str:
    count = note.get("messages")
    return f"({count} messages are no longer there)" if count else "(a message is no longer there)"


def _redacted(note: Mapping[str, Any]) -> str:
    return f"(redacted: {note['$redacted']})"


def _ambiguous(_note: Mapping[str, Any]) -> str:
    return "(a message of an old journal that cannot be told from another)"


_DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "$cut": _cut,
    "$media": _media,
    "$redacted": _redacted,
    "$missing": _missing,
    "$ambiguous": _ambiguous,
}
