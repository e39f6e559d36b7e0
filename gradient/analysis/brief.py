"""A recorded value in one line: what a person needs to recognise it."""

import json
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from gradient.analysis.notes import noted
from gradient.analysis.quantities import before_number
from gradient.analysis.values import ABSENT, is_list, is_mapping, is_message

_MISSING = "…"
_MOST_ITEMS = 20


def brief(value: Any, chars: int | None = None) -> str:
    """Return a value in one line.

    Args:
        value: What was recorded.
        chars: Longest line, or None for as long as it takes.
    """
    # A few items always fill a line; describing thousands to throw them away would take seconds.
    text = _described(value, None if chars is None else _MOST_ITEMS)
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if chars is None or len(text) <= chars:
        return text
    return text[: before_number(text, max(0, chars - 1))] + _MISSING


def brief_both(a: Any, b: Any, chars: int) -> tuple[str, str]:
    """Return two values, each in one line; of two long texts that begin alike most of the beginning is left out."""
    if isinstance(a, str) and isinstance(b, str) and max(len(a), len(b)) > chars:
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
        start = alike - chars // 3
        if start > 0:
            a, b = _MISSING + a[start:], _MISSING + b[start:]
    return brief(a, chars), brief(b, chars)


def message_line(message: dict[str, Any]) -> str:
    """Return who says what: `assistant: search(q="Vienna")`."""
    said = "; ".join(_part(part) for part in message["parts"]) or "nothing"
    name = f" {message['name']}" if message.get("name") else ""
    return f"{message['role']}{name}: {said}"


def _described(value: Any, most: int | None) -> str:
    if value is ABSENT:
        return "nothing"
    if is_mapping(value):
        return _mapping(value, most)
    if is_list(value):
        shown = _joined((_described(item, most) for item in value[:most]), len(value), most)
        return f"[{shown}]"
    return json.dumps(value, ensure_ascii=False)


def _mapping(mapping: dict[str, Any], most: int | None) -> str:
    if is_message(mapping):
        return message_line(mapping)
    if set(mapping) == {"$redacted"}:
        return "(redacted)"
    said = noted(mapping)
    if said is not None:
        return said
    if "$type" in mapping:
        name = str(mapping["$type"]).rpartition(".")[2]
        fields = mapping.get("fields")
        return f"{name}{_mapping(fields, most)}" if is_mapping(fields) else f"{name} {mapping.get('text', '')}"
    parts = (f"{key}: {_described(part, most)}" for key, part in list(mapping.items())[:most])
    return f"{{{_joined(parts, len(mapping), most)}}}"


def _joined(parts: Iterable[str], number: int, most: int | None) -> str:
    more = [_MISSING] if most is not None and number > most else []
    return ", ".join([*parts, *more])


def _part(part: Any) -> str:
    if not is_mapping(part):
        return str(part)
    kind = part.get("type")
    if kind == "text":
        return _text(part.get("content"))
    if kind == "tool_call":
        given = part.get("arguments")
        given = given if is_mapping(given) else {"arguments": given}
        return f"{part.get('name')}({', '.join(f'{key}={_described(value, None)}' for key, value in given.items())})"
    if kind == "tool_call_response":
        response = part.get("response")
        return response if isinstance(response, str) else _described(response, None)
    if kind == "blob":
        # Journals of former versions tell the size in a field of its own.
        told = noted(part.get("content"))
        return told or f"({part.get('mime_type') or part.get('modality')}, {part.get('bytes')} bytes)"
    return f"({kind})" if kind != "reasoning" else f"(reasoning) {_text(part.get('content'))}"


def _text(content: Any) -> str:
    said = noted(content)
    return str(content) if said is None else said
