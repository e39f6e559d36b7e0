"""Turn anything into JSON data: bounded, redacted, free of cycles, without touching the original.

The slow way, for what `capture` cannot hand to the encoder as it stands. Costs are bounded by the limits, not by the value.
"""

import math
from collections.abc import Callable
from itertools import islice
from typing import Any

from gradient.runtime.config import Limits
from gradient.runtime.redaction import REDACTED, Redactor
from gradient.runtime.shapes import Shapes, describe_object

_HEAD_CHARS = 200
_MAX_INT_BITS = 64


class Cleaner:
    """Cleans one payload.

    Attributes:
        truncated: Whether anything was cut.
    """

    def __init__(
        self, limits: Limits, redactor: Redactor, shapes: Shapes, messages: Callable[[list[Any]], Any | None]
    ) -> None:
        self._limits = limits
        self._redactor = redactor
        self._shapes = shapes
        self._messages = messages
        self._room = limits.max_payload_bytes
        self._open: set[int] = set()
        self.truncated = False

    def clean(self, value: Any, depth: int = 0) -> Any:
        """Return JSON data that stands for `value`; may hold `msgspec.Raw`."""
        kind = type(value)
        self._room -= 8
        if kind is str:
            return self._text(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            return value if value.bit_length() < _MAX_INT_BITS else self._big(value)
        if kind is float:
            return value if math.isfinite(value) else {"$type": "builtins.float", "text": repr(value)}
        return self._container(value, kind, depth)

    def _container(self, value: Any, kind: type, depth: int) -> Any:
        if id(value) in self._open:
            return {"$cut": {"length": None, "head": "a cycle"}}
        if depth >= self._limits.max_depth or self._room <= 0:
            return self._cut(_length(value), f"<{kind.__module__}.{kind.__qualname__}>")
        self._open.add(id(value))
        try:
            if isinstance(value, dict):
                return self._mapping(value, depth)
            if kind is list or kind is tuple:
                return self._sequence(value, depth)
            if isinstance(value, set | frozenset):
                return {"$type": f"{kind.__module__}.{kind.__qualname__}", "fields": self._sequence(value, depth)}
            return self._object(value, kind, depth)
        finally:
            self._open.discard(id(value))

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        for key, item in _first(dict.items(value), self._limits.max_items):
            text = self._key(key)
            sensitive = type(key) is str and key not in self._redactor.ordinary_keys and self._redactor.is_sensitive(key)
            cleaned[text] = REDACTED if sensitive and item is not None else self.clean(item, depth + 1)
            if self._room <= 0:
                break
        if len(cleaned) < dict.__len__(value):
            cleaned |= self._cut(dict.__len__(value), f"the first {len(cleaned)} items")
        return cleaned

    def _sequence(self, value: Any, depth: int) -> Any:
        if type(value) is list and (messages := self._messages(value)) is not None:
            return messages
        cleaned: list[Any] = []
        for item in _first(value, self._limits.max_items):
            cleaned.append(self.clean(item, depth + 1))
            if self._room <= 0:
                break
        if len(cleaned) < len(value):
            cleaned.append(self._cut(len(value), f"the first {len(cleaned)} items"))
        return cleaned

    def _object(self, value: Any, kind: type, depth: int) -> Any:
        if isinstance(value, str):  # a subclass: an enum's member, a markup string
            return self._text(str.__str__(value))
        shape = self._shapes.find(kind)
        if shape is not None:
            return self._described(shape.describe(value), depth)
        if isinstance(value, list):
            return self._sequence(list(list.__iter__(value)), depth)
        if isinstance(value, int | float) and not hasattr(value, "_name_"):
            return self.clean(int.__int__(value) if isinstance(value, int) else float.__float__(value), depth)
        return self._described(describe_object(value), depth)

    def _described(self, description: Any, depth: int) -> Any:
        """Clean a description; its own `$type`, `fields` and `text` are ours and stay."""
        if not isinstance(description, dict) or "$type" not in description:
            return self.clean(description, depth + 1)
        rest = {key: self.clean(item, depth) for key, item in description.items() if key != "$type"}
        return {"$type": description["$type"], **rest}

    def _key(self, key: Any) -> str:
        text = key if type(key) is str else self._key_text(key)
        if len(text) > _HEAD_CHARS:
            text = text[:_HEAD_CHARS] + "…"
            self.truncated = True
        text = self._redactor.clean_text(text).encode("utf-8", "replace").decode()
        return f"${text}" if text.startswith("$") else text

    def _key_text(self, key: Any) -> str:
        if type(key) in (int, float, bool, type(None)):
            return str(key)
        if isinstance(key, str):
            return str.__str__(key)
        if type(key) is tuple:
            return ", ".join(self._key_text(part) for part in key[:_HEAD_CHARS])
        return f"<{type(key).__module__}.{type(key).__qualname__}>"

    def _text(self, text: str) -> Any:
        limit = max(0, min(self._limits.max_string_chars, self._room))
        cut = len(text) > limit
        # Search what is kept, and a little more, so that a secret across the cut is not half kept.
        kept = self._redactor.clean_text(text[: limit + _HEAD_CHARS] if cut else text)
        kept = kept[:limit].encode("utf-8", "replace").decode() if cut or not kept.isascii() else kept
        self._room -= len(kept)
        return self._cut(len(text), kept) if cut else kept

    def _big(self, value: int) -> Any:
        if value.bit_length() > 4 * _HEAD_CHARS:
            return self._cut(value.bit_length(), "an integer of that many bits")
        return {"$type": "builtins.int", "text": str(value)}

    def _cut(self, length: int | None, head: str) -> dict[str, Any]:
        self.truncated = True
        return {"$cut": {"length": length, "head": head}}


def _first(items: Any, count: int) -> list[Any]:
    """Return the first items as a list of our own: another thread may change the original meanwhile."""
    while True:
        try:
            return list(islice(items, count))
        except RuntimeError:  # changed while we looked
            continue


def _length(value: Any) -> int | None:
    return len(value) if type(value) in (dict, list, tuple, set, frozenset) else None
