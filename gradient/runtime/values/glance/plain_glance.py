"""Glance at values and at their JSON without a compiler: the twin of `_glance.c`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from math import isfinite
from typing import Any

FEWEST_CHARS = 64
"""Of a file as base64; of a shorter one, as much would be written to tell what it is."""

BEGINNINGS = ("iVBORw0KGg", "JVBERi0", "R0lGOD")
"""Of PNG, PDF and GIF files as base64."""

_DICT: type[dict[Any, Any]] = dict  # for type checkers: plain `dict` is one of they do not know what
_CONTAINERS: frozenset[type[Any]] = frozenset({dict, list, tuple})
_LEAVES: frozenset[type[Any]] = frozenset({float, bool, type(None)})
_SLOT_BYTES = 8
_LEAST_INT, _MOST_INT = -(2**63), 2**63 - 1
_DEEPEST = 400
_MEDIA = (b'base64"', b'b64"', b'b64_json"', b'file_data"', b'mime_type"', b'media_type"', b'mimeType"', b'mediaType"')


def is_plain(  # noqa: C901, PLR0912, PLR0913, PLR0917 - calls would cost
    ordinary: set[str],
    learn: Callable[[str], bool],
    max_items: int,
    max_depth: int,
    max_bytes: int,
    max_chars: int,
    run_chars: int,
    value: Any,
) -> bool:
    """Tell whether a value may be encoded as it stands: built-in types, within the limits, nothing to withhold.

    Runs at every node: one loop over what is nested, level by level, and no further than the limits.

    Args:
        ordinary: Keys whose values are not withheld.
        learn: Tells whether another key is ordinary.
        max_items: Of any dict or list.
        max_depth: Of dicts and lists in each other.
        max_bytes: In all, about.
        max_chars: Of any text.
        run_chars: How many characters in a row may be base64.
        value: What is looked at.
    """
    level: list[Any] = [(value,)]
    depth, room = 0, max_bytes
    while level and depth <= min(max_depth, _DEEPEST):
        inner: list[Any] = []
        for container in level:
            items = container
            if type(container) is _DICT:
                for key in container:
                    # A lookup would compare any other type by its own `__eq__`.
                    if type(key) is not str or not (key in ordinary or learn(key)):
                        return False
                items = container.values()
            for item in items:
                kind: type[Any] = type(item)  # pyright: ignore[reportUnknownVariableType] - anything's
                if kind is str:
                    room -= len(item)
                    if len(item) > max_chars or room < 0 or may_be_base64(item, run_chars):
                        return False
                elif kind in _CONTAINERS:
                    room -= _SLOT_BYTES * len(item)
                    if len(item) > max_items or room < 0:
                        return False
                    inner.append(item)
                elif kind is int:
                    if not _LEAST_INT <= item <= _MOST_INT:
                        return False
                elif kind not in _LEAVES or (kind is float and not isfinite(item)):  # NaN is no JSON
                    return False
        level = inner
        depth += 1
    return not level


def may_be_base64(text: str, run_chars: int) -> bool:
    """Tell whether a text begins as a file does in base64, or has so many characters in a row that may be some.

    Raises:
        UnicodeEncodeError: It is long, and no proper text.
    """
    if len(text) < min(run_chars, FEWEST_CHARS):
        return False
    text.encode()
    if text.startswith(BEGINNINGS):
        return True
    window = run_chars // 2
    # A run covers one of these windows as a whole.
    may = any(" " not in text[at : at + window] for at in range(0, len(text) - window + 1, window))
    return may and _run_of(run_chars).search(text) is not None


def names_media(json: bytes) -> bool:
    """Tell whether JSON has a field that may hold a medium, of whatever length, or a data URL."""
    return b";base64," in json or any(name in json for name in _MEDIA)


@cache
def _run_of(chars: int) -> re.Pattern[str]:
    return re.compile(f"[A-Za-z0-9+/_=\\r\\n-]{{{chars}}}")
