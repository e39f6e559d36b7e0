"""Turn anything into JSON data: bounded, redacted, free of cycles, without touching the original.

The slow way, for what `capture` cannot hand to the encoder as it stands. Costs are bounded by the limits, not by the
value.
"""

import enum
import math
from array import array
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from gradient.runtime.settings.fields import Limits
from gradient.runtime.values.media import Media, text_of_bytes
from gradient.runtime.values.redaction import MAX_KEY_CHARS, REDACTED, Redactor
from gradient.runtime.values.shapes import Shapes, describe_object, static, text_for

_BEFORE_END_CHARS = 8_192  # how far before the end of a long text a credential is looked for that reaches into it
_FEWEST_WITH_END = 100
_ENDING = 3  # of what is kept of a long text, a third is its end: in a prompt, the question
_MAX_INT_BITS = 800  # as JSON: every reader in Python takes them
# What is looped over as what. Their own methods are called, never those that a subclass puts in their place.
_DICT: type[Any] = dict
_LIST: type[Any] = list
_TUPLE: type[Any] = tuple
_FLOAT = {float}
_MANY = 16
_PAIR = 2
_HIDDEN = msgspec.Raw(b'{"$redacted":"secret"}')
_BYTES: tuple[type[Any], ...] = (bytes, bytearray, memoryview)
_MAY_BE_MEDIA = frozenset({str, *_BYTES})
_NO_ITEMS: dict[Any, Any] = {}
_VIEWS: tuple[type[Any], ...] = (type(_NO_ITEMS.keys()), type(_NO_ITEMS.values()), type(_NO_ITEMS.items()))
_COLLECTIONS: tuple[type[Any], ...] = (set, frozenset, deque, array, *_VIEWS)
_SEQUENCES: tuple[type[Any], ...] = (list, tuple, *_COLLECTIONS)


class Cleaner:
    """Cleans one payload.

    Args:
        limits: Where to cut.
        redactor: Knows the keys to withhold, and the values.
        shapes: How registered objects are written.
        messages: Returns a reference to a list of messages, or None for any other list.
        media: Finds images and the like, which are told by type, size and digest.
        redacts_values: False to leave values to a search of the encoded whole, which is cheaper than one of each text.

    Attributes:
        truncated: Whether anything was cut.
    """

    def __init__(  # noqa: PLR0913 - what a capture knows
        self,
        limits: Limits,
        redactor: Redactor,
        shapes: Shapes,
        messages: Callable[[list[Any]], Any | None],
        media: Media,
        *,
        redacts_values: bool,
    ) -> None:
        self._limits = limits
        self._redactor = redactor
        self._shapes = shapes
        self._messages = messages
        self._media = media
        self._room = limits.max_payload_bytes
        self._redacts_values = redacts_values
        self._open: set[int] = set()
        self.truncated = False

    def clean(self, value: Any, depth: int = 0) -> Any:
        """Return JSON data that stands for `value`; may hold `msgspec.Raw`."""
        kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType] - anything's
        self._room -= 8
        if kind is str:
            return self._text(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            bits = value.bit_length()
            return value if bits <= _MAX_INT_BITS else self._cut(bits, "an integer of that many bits")
        if kind is msgspec.Raw:
            return value
        if kind is float:
            return value if math.isfinite(value) else {"$type": "builtins.float", "text": repr(value)}
        return self._container(value, kind, depth)

    def _container(self, value: Any, kind: type[Any], depth: int) -> Any:
        if id(value) in self._open:
            return {"$cut": {"length": None, "head": "a cycle"}}
        if depth >= self._limits.max_depth or self._room <= 0:
            return self._cut(_length(value), f"<{kind.__module__}.{kind.__qualname__}>")
        self._open.add(id(value))
        try:
            if issubclass(kind, _DICT):
                return self._mapping(value, depth)
            if kind is list or kind is tuple:
                return self._sequence(value, kind, depth)
            if issubclass(kind, _COLLECTIONS) or (issubclass(kind, _TUPLE) and static(kind, "_fields") is None):
                return self._items(value, kind, depth)
            return self._object(value, kind, depth)
        finally:
            self._open.discard(id(value))

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        ordinary, is_ordinary = self._redactor.ordinary_keys, self._redactor.is_ordinary
        fields = _first(partial(_DICT.items, value), self._limits.max_items)
        for key, item in self._redactor.without_rows(fields, _HIDDEN) if self._redacts_values else fields:
            name = key if type(key) is str else text_for(key)
            medium = self._media.of_field(name, item, fields) if type(item) in _MAY_BE_MEDIA else None
            if medium is not None:
                cleaned[self._key(name)] = medium
            elif (name in ordinary or is_ordinary(name)) and not self._redacts_values:
                cleaned[name] = self.clean(item, depth + 1)
            else:
                sensitive = name not in ordinary and item is not None and self._redactor.withholds(name, item)
                cleaned[self._key(name)] = REDACTED if sensitive else self.clean(item, depth + 1)
            if self._room <= 0:
                break
        if self._redacts_values and (field := self._redactor.value_field(cleaned)) is not None:
            cleaned[field] = REDACTED
        length = _DICT.__len__(value)
        if len(cleaned) < length:
            cleaned |= self._cut(length, f"the first {len(cleaned)} items")
        return cleaned

    def _sequence(self, value: Any, base: type[Any], depth: int) -> Any:
        if type(value) is _LIST and (messages := self._messages(value)) is not None:
            return messages
        cleaned: list[Any] = []
        items = _first(partial(base.__iter__, value), self._limits.max_items)
        if len(items) > _MANY and _are_floats(items):  # an embedding: nothing to look for
            cleaned = items[: max(1, self._room // 8)]
            self._room -= 8 * len(cleaned)
            items = []
        for item in self._without_secrets(items) if self._redacts_values else items:
            cleaned.append(self.clean(item, depth + 1))
            if self._room <= 0:
                break
        length = base.__len__(value)
        if len(cleaned) < length:
            cleaned.append(self._cut(length, f"the first {len(cleaned)} items"))
        return cleaned

    def _items(self, value: Any, kind: type[Any], depth: int) -> dict[str, Any]:
        """Describe a container that is no plain list by its items."""
        items = self._sequence(value, _base_of(kind), depth)
        return {"$type": f"{kind.__module__}.{kind.__qualname__}", "fields": items}

    def _without_secrets(self, items: list[Any]) -> list[Any]:
        """Replace what other items name as a secret: in pairs of names and values, and in the words of a command."""
        redactor = self._redactor
        if len(items) > 1:
            head, are_pairs = items[0], _length(items[0]) == _PAIR
            items = [head, *redactor.without_columns(head, items[1:], _HIDDEN, are_pairs=are_pairs)]
        if len(items) == _PAIR and redactor.half_of_pair(*items, among_others=False):
            return [items[0], _HIDDEN]
        if items and all(type(item) is str for item in items):
            return redactor.hide_words(items)
        return [
            [item[0], _HIDDEN]
            if type(item) in (tuple, list) and len(item) == _PAIR and redactor.half_of_pair(*item, among_others=True)
            else item
            for item in items
        ]

    def _object(self, value: Any, kind: type[Any], depth: int) -> Any:
        if issubclass(kind, str):  # a subclass: an enum's member, a markup string
            return self._text(str.__str__(value))
        if issubclass(kind, _BYTES):
            return self._bytes(value if kind in _BYTES else bytes(memoryview(value)))
        shape = self._shapes.find(kind)
        if shape is not None:
            return self._described(shape.describe(value), depth)
        if issubclass(kind, list):
            return self._sequence(value, list, depth)
        if issubclass(kind, int | float) and not issubclass(kind, enum.Enum):
            return self.clean(int.__int__(value) if issubclass(kind, int) else float.__float__(value), depth)
        return self._described(describe_object(value), depth)

    def _bytes(self, content: Any) -> dict[str, Any]:
        text = text_of_bytes(content)
        if text is None:
            return self._media.of_bytes(content)
        told = self._text(text)
        is_medium = isinstance(told, _DICT) and "$media" in told
        return told if is_medium else {"$type": f"builtins.{type(content).__name__}", "text": told}

    def _described(self, description: Any, depth: int) -> Any:
        """Clean a description; its own `$type`, `fields` and `text` are ours and stay."""
        if not isinstance(description, _DICT) or "$type" not in description:
            return self.clean(description, depth + 1)
        rest = {key: self.clean(item, depth) for key, item in description.items() if key != "$type"}
        return {"$type": description["$type"], **rest}

    def _key(self, name: str) -> str:
        text = self._redactor.clean_start(name, MAX_KEY_CHARS)
        if len(name) > MAX_KEY_CHARS:
            text += "…"
            self.truncated = True
        return f"${text}" if text.startswith("$") else text

    def _text(self, text: str) -> Any:
        medium = self._media.of_text(text)
        if medium is not None:
            return medium
        limit = max(0, min(self._limits.max_string_chars, self._room))
        if len(text) <= limit and not self._redacts_values and text.isascii():
            text = self._media.without(text)
            self._room -= len(text)
            return text
        # What is cut is searched here: a credential across the cut would not be found in what is kept.
        ending = limit // _ENDING if len(text) > limit >= _FEWEST_WITH_END else 0
        head = self._media.without(self._redactor.clean_start(text, limit - ending))
        self._room -= len(head) + ending
        if len(text) <= limit:
            return head
        tail = self._end_of(text, ending)
        return self._cut(len(text), head, self._media.without(tail) if tail else None)

    def _end_of(self, text: str, count: int) -> str:
        """Return the last characters of a text, without credentials or the second halves of them."""
        searched = text[-count - _BEFORE_END_CHARS :]
        cleaned = self._redactor.clean_start(searched, len(searched))
        if len(searched) < len(text):
            cleaned = cleaned[_BEFORE_END_CHARS:]  # Its start was cut, too.
        return cleaned[-count:] if count else ""

    def _cut(self, length: int | None, head: str, tail: str | None = None) -> dict[str, Any]:
        self.truncated = True
        return {"$cut": {"length": length, "head": head} | ({} if tail is None else {"tail": tail})}


def _first(items: Callable[[], Iterable[Any]], count: int) -> list[Any]:
    """Return the first items as a list of our own: another thread may change the original meanwhile."""
    while True:
        try:
            return list(islice(items(), count))
        except RuntimeError:  # changed while we looked
            continue


def _are_floats(items: list[Any]) -> bool:
    return set(map(type, items)) == _FLOAT and math.isfinite(sum(items))


def _base_of(kind: type) -> type[Any]:
    return next(base for base in _SEQUENCES if issubclass(kind, base))


def _length(value: Any) -> int | None:
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType] - anything's
    return len(value) if kind is dict or kind in _SEQUENCES else None
