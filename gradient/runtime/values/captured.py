"""What was captured of an event, where that is more than bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import msgspec

from gradient.journal.events import decode_event, encode_event
from gradient.runtime.values.conversations import reader_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.values.conversations import Batch

_NO_TABLE: Callable[[], Any] = lambda: None  # noqa: E731 - as a weak reference to a table that is gone
_encode_json = msgspec.json.Encoder().encode
_decode_json = msgspec.json.Decoder().decode


@final
class Captured:
    """An encoded event that is more than bytes.

    Attributes:
        body: The event as JSON; may refer to messages of its segment.
        generation: The segment that its references are good for, or None where it has none.
        truncated: Whether anything was cut.
        media: Bytes that are to be kept with it, by digest, until it is on disk; None where none are kept.
    """

    __slots__ = ("_batch", "_event", "_field", "_table", "body", "generation", "media", "truncated")

    def __init__(
        self, event: Any, field: str, batch: Batch | None, *, truncated: bool, media: dict[str, bytes] | None = None
    ) -> None:
        self.body = encode_event(event)
        self.truncated, self.media = truncated, media
        self.generation = None if batch is None else batch.generation
        self._event = None if batch is None else event
        self._field = field
        self._batch = batch
        self._table: Callable[[], Any] = _NO_TABLE

    def decode(self) -> Any:
        """Return the payload as plain data; messages that are no longer in memory as {"$missing": digest}."""
        if self._batch is not None:
            return self._batch.read(bytes(getattr(self._event, self._field)))
        event = decode_event(self.body)
        messages = reader_of(self._table())
        messages.learn(event.messages)
        return messages.read(getattr(event, self._field))

    def renew(self) -> None:
        """Refer to messages of the segment that is open now, and bring along those that it does not have."""
        event: Any = self._event
        if self._batch is not None:
            self._batch.renew()
            self.generation = self._batch.generation
            event.messages = self._batch.news()
            self.body = encode_event(event)

    def in_full(self) -> bytes:
        """Return the event with every message written out, for a segment that does not have them."""
        event: Any = self._event
        setattr(event, self._field, msgspec.Raw(_encode_json(self.decode())))
        event.messages = self._event = self._batch = self.generation = None
        self.body = encode_event(event)
        return self.body

    def published(self) -> None:
        """Note that it is on disk, so that later events may refer to its messages; let go of all but the bytes."""
        self.media = None
        if self._batch is not None:
            self._table = self._batch.publish()
            self._batch = self._event = None


def payload_of(captured: bytes | Captured | None, field: str) -> Any:
    """Return a payload of an encoded event as plain data."""
    if captured is None:
        return None
    if type(captured) is Captured:
        return captured.decode()
    json = getattr(decode_event(captured), field, None)
    return None if json is None else _decode_json(json)
