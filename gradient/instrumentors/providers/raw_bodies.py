"""Bodies of responses that the user reads: bytes, text or lines, put together as what the provider sends in them.

A response is read once, by whichever of its methods is asked first. All of them stand on the response that is watched
until then; the first removes them, and hands on to us what its caller takes, piece by piece.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any
from weakref import ref

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gradient.instrumentors.assembly import Assembly

_EVENTS, _JSON = "text/event-stream", "json"
_RAW = ("iter_raw", "aiter_raw")
_READERS = (*_RAW, "iter_bytes", "iter_text", "iter_lines", "aiter_bytes", "aiter_text", "aiter_lines")
_MOST_CHARS = 4_000_000  # of a body that is no event stream
_PIECES: tuple[type[Any], ...] = (str, bytes, bytearray, memoryview)
_new_decoder = getincrementaldecoder("utf-8")
_decode_json = msgspec.json.Decoder().decode


class SentText:
    """What has come of a body in pieces: an assembly of pieces.

    Args:
        assembly: Puts the events together; None where the body is one document.
        lines: Whether each piece is a line, without its end.
    """

    def __init__(self, assembly: Assembly | None, *, lines: bool = False) -> None:
        self._assembly = assembly
        self._end = "\n" if lines else ""
        self._decode = _new_decoder("replace").decode
        self._rest = ""
        self._data: list[str] = []
        self._pieces: list[str] = []
        self._room = _MOST_CHARS

    @property
    def has_token(self) -> bool:
        """Whether anything the model says has come."""
        return self._assembly is not None and self._assembly.has_token

    @property
    def is_finished(self) -> bool:
        """Whether the provider has said that this was all."""
        if self._assembly is not None:
            return self._assembly.is_finished
        return self._room <= 0 or self.response is not None

    @property
    def response(self) -> Any:
        """The response so far; of a document, nothing before it is whole."""
        if self._assembly is not None:
            return self._assembly.response
        try:
            return _decode_json("".join(self._pieces))
        except msgspec.DecodeError:
            return None

    def add(self, piece: Any) -> None:
        """Take a piece in: bytes or text; what is neither is an event already."""
        if not isinstance(piece, _PIECES):
            if self._assembly is not None:
                self._assembly.add(piece)
            return
        text = (piece if isinstance(piece, str) else self._decode(bytes(piece))) + self._end
        if self._assembly is None:
            self._room -= len(text)
            if self._room > 0:
                self._pieces.append(text)
            return
        for event in self._events(text):
            self._assembly.add(event)

    def _events(self, text: str) -> Iterator[Any]:
        """Yield the events that are whole. They are JSON: whoever reads a line need not wait for the empty one."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if not line.strip():
                self._data.clear()
            elif line.startswith("data:"):
                self._data.append(line[5:])
                try:
                    event = _decode_json("\n".join(self._data))
                except msgspec.DecodeError:
                    continue  # it has more lines, or is no JSON
                self._data.clear()
                yield event


def watch_reading(response: Any, make: Callable[[], Assembly] | None, read: Callable[[Any, SentText], Any]) -> bool:
    """Watch how a response is read by its user; tell whether that can be told.

    Args:
        response: One of httpx, whose body has not been read.
        make: Makes what puts the events of a stream together.
        read: Is given what the response's method returns, and what puts it together; returns what its caller gets.
    """
    kind = str(response.headers.get("content-type"))
    is_stream = kind.startswith(_EVENTS)
    if not (is_stream or _JSON in kind) or (is_stream and make is None):
        return False
    for name in _READERS[len(_RAW) :] if "content-encoding" in response.headers else _READERS:
        response.__dict__[name] = _Reader(response, name, make if is_stream else None, read)
    return True


class _Reader:
    """A method of one response, until one of them is called."""

    __slots__ = ("_make", "_name", "_read", "_response")

    def __init__(self, response: Any, name: str, make: Callable[[], Assembly] | None, read: Any) -> None:
        self._response = ref(response)
        self._name = name
        self._make = make
        self._read = read

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        response: Any = self._response()
        forget_reading(response)
        sent = SentText(None if self._make is None else self._make(), lines=self._name.endswith("lines"))
        return self._read(getattr(response, self._name)(*args, **kwargs), sent)

    def __reduce__(self) -> Any:
        return getattr, (type(self._response()), self._name)  # a response that was pickled cannot be read any more


def forget_reading(response: Any) -> None:
    """Let the methods of a response be its own again."""
    own = getattr(response, "__dict__", {})
    for name in _READERS:
        own.pop(name, None)
