"""Look at messages without a compiler: the twin of `_looking.c`.

A snapshot is a message as msgpack, so a look also costs what its texts are long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from gradient.runtime.values.conversations.modes import EXTRA, FIELDS

_MAX_DEPTH = 32
_KEYED_MESSAGES, _KEYED_TEXTS, _KEYED_CHARS = 3, 6, 24
_DICT: type[Any] = dict
_ITEMS: tuple[type[Any], ...] = (list, tuple)


class Unfreezable(Exception):
    """Nobody can tell whether this value changes: it may hold anything."""


def freeze(value: Any, modes: Mapping[type[Any], int], intern: Callable[[Any], Any]) -> tuple[Any, int]:  # noqa: ARG001
    """Return a snapshot of a value, and about how many bytes it keeps beside what `intern` was given.

    Args:
        value: A message.
        modes: What can be told of its types.
        intern: Returns the one copy of a large text or of large bytes that is kept; here all are encoded.

    Raises:
        Unfreezable: It holds an object of a type that `modes` calls closed, or that is not to be encoded.
    """
    try:
        snapshot = _encoder(modes)(value)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Unfreezable from error
    return snapshot, len(snapshot)


def common(snapshots: list[Any], values: list[Any], modes: Mapping[type[Any], int]) -> int:
    """Return how many values at the start are what the snapshots say."""
    encode = _encoder(modes)
    count = min(len(snapshots), len(values))
    try:
        if list(map(encode, values[:count])) == snapshots[:count]:
            return count
    except (Unfreezable, ValueError, TypeError, RecursionError, OverflowError):
        pass
    at = 0
    while at < count:
        try:
            if encode(values[at]) != snapshots[at]:
                break
        except (Unfreezable, ValueError, TypeError, RecursionError, OverflowError):
            break
        at += 1
    return at


def _encoder(modes: Mapping[type[Any], int]) -> Callable[[Any], bytes]:
    def open_up(value: Any) -> Any:
        kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType] - anything's
        mode = modes[kind]
        if mode == FIELDS:
            return object.__getattribute__(value, "__dict__")
        if mode == EXTRA:
            return _stored(value, "__dict__"), _stored(value, "__pydantic_extra__")
        raise Unfreezable

    return msgspec.msgpack.Encoder(enc_hook=open_up).encode


def signature(values: list[Any]) -> int:
    """Return a number that conversations share if their first messages begin and end with the same texts."""
    marks: list[Any] = []
    for value in values[:_KEYED_MESSAGES]:
        for text in islice(_texts(value, 0), _KEYED_TEXTS):
            marks += len(text), text[:_KEYED_CHARS], text[-_KEYED_CHARS:]
    return hash(tuple(marks))


def _texts(value: Any, depth: int) -> Iterator[str]:
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType] - anything's
    if kind is str:
        yield value
    elif depth <= _MAX_DEPTH:
        inner = value if kind is _DICT or kind in _ITEMS else _stored(value, "__dict__")
        for item in list(inner.values()) if type(inner) is _DICT else inner or ():
            yield from _texts(item, depth + 1)


def _stored(value: Any, name: str) -> Any:
    """Return what stands in an object under a name, without asking its class, or None."""
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None
