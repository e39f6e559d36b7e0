"""What the clients of providers return: objects, streams, and raw responses whose body may not have been read."""

from __future__ import annotations

from copy import copy
from typing import Any

import msgspec

_STREAMS = ("Stream", "AsyncStream")
_decode_json = msgspec.json.Decoder().decode


def is_stream(returned: Any) -> bool:
    """Tell whether something is read item by item."""
    return hasattr(returned, "__next__") or hasattr(returned, "__anext__")


def source_of(stream: Any) -> Any:
    """Return what a stream reads from.

    A generator that refers to its stream makes a cycle with it: one that is left in the middle would stay open until
    the garbage collector comes. The clients' own streams can be read by a copy; those of the user's may keep state.
    """
    kind: type[Any] = type(stream)  # pyright: ignore[reportUnknownVariableType] - anything's
    if kind.__name__ in _STREAMS and kind.__module__.endswith("._streaming"):
        twin = copy(stream)
        twin.__dict__.pop("_iterator", None)  # it refers to the stream
        return twin.__stream__()
    return stream._iterator  # noqa: SLF001


def body_of(response: Any) -> Any:
    """Return the body of an HTTP response as data, or None where it has not been read."""
    try:
        return _decode_json(response.content)
    except Exception:  # noqa: BLE001 - not read, or no JSON
        return None
