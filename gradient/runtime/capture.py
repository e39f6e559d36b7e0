"""From an event with the user's values in it to the JSON that is recorded.

Most values are small and plain: they are looked over once (within limits, built-in types, no key to withhold), and the
whole event goes to the C encoder as it stands. Everything else takes the slow way through `cleaning`. Nothing is copied
deeply, nothing is changed, no code of the user's runs, and whatever goes wrong costs the payload, never the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gradient.journal.events import decode_event, encode_event
from gradient.runtime.cleaning import Cleaner
from gradient.runtime.redaction import Redactor

if TYPE_CHECKING:
    from gradient.runtime.config import Limits, Settings
    from gradient.runtime.conversation import Batch, Conversations
    from gradient.runtime.shapes import Shapes

_LEAVES = frozenset({int, float, bool, type(None)})
_CONTAINERS = frozenset({dict, list, tuple})
_WITHHELD_BY_SETTING = msgspec.Raw(b'{"$redacted":"content is not recorded"}')
_WITHHELD_BY_FAILURE = msgspec.Raw(b'{"$redacted":"redaction failed"}')
_encode_json = msgspec.json.Encoder().encode
_decode_json = msgspec.json.Decoder().decode


class Captured:
    """An encoded event that is more than bytes.

    Attributes:
        body: The event as JSON; may refer to messages of its segment.
        generation: The segment that its references are good for, or None where it has none.
        truncated: Whether anything was cut.
    """

    __slots__ = ("_batch", "_event", "_field", "body", "generation", "truncated")

    def __init__(self, event: Any, field: str, batch: Batch | None, *, truncated: bool) -> None:
        self.body = encode_event(event)
        self.truncated = truncated
        self.generation = None if batch is None else batch.generation
        self._event = event
        self._field = field
        self._batch = batch

    def decode(self) -> Any:
        """Return the payload as plain data; messages that are no longer in memory as {"$missing": number}."""
        json = bytes(getattr(self._event, self._field))
        return _decode_json(json) if self._batch is None else self._batch.read(json)

    def in_full(self) -> bytes:
        """Return the event with every message written out, for a segment that does not have them."""
        setattr(self._event, self._field, msgspec.Raw(_encode_json(self.decode())))
        self._event.messages = self._batch = self.generation = None
        self.body = encode_event(self._event)
        return self.body

    def published(self) -> None:
        """Note that it is on disk, so that later events may refer to its messages."""
        if self._batch is not None:
            self._batch.publish()


class Capture:
    """Captures events by the rules of some settings.

    Args:
        settings: Limits, content, redaction.
        shapes: The objects that frameworks registered.
        conversations: Messages of the segment being written, or None to write lists of messages in full.
    """

    def __init__(self, settings: Settings, shapes: Shapes, conversations: Conversations | None = None) -> None:
        self.redactor = Redactor(settings.redact_keys, settings.redact_patterns)
        self._limits: Limits = settings.limits
        self._content = settings.content != "none"
        self._quick = self._content and settings.redact_hook is None
        self._hook = settings.redact_hook
        self._shapes = shapes
        self._conversations = conversations

    def event(self, event: Any, field: str) -> bytes | Captured:
        """Encode an event whose `field` and metadata hold values of the user's.

        Args:
            event: A struct of `gradient.journal.events`; what it holds may be replaced, what that holds never is.
            field: Which of its fields is the payload.
        """
        if self._quick:
            try:
                # Metadata counts as one more item: it is the user's, too.
                if self._is_plain((getattr(event, field), event.metadata)):
                    body = encode_event(event)
                    if not self.redactor.holds_secret(body):
                        return body
            except Exception:  # noqa: BLE001, S110 - changed meanwhile, lone surrogates, nested too deep: the slow way knows
                pass
        return self._carefully(event, field)

    def payload(self, value: Any) -> msgspec.Raw:
        """Return what is recorded of one value, referring to nothing."""
        return self._cleaned(value, None)[0]

    def text(self, text: str) -> str:
        """Return a text as it may be recorded: cut and redacted."""
        limit = self._limits.max_string_chars
        try:
            cleaned = self.redactor.clean_text(text[: limit + 1])
        except Exception:  # noqa: BLE001
            return "[redaction failed]"
        cleaned = cleaned if cleaned.isascii() else cleaned.encode("utf-8", "replace").decode()
        return cleaned if len(cleaned) <= limit else cleaned[:limit] + "…"

    def _is_plain(self, value: tuple[Any, ...]) -> bool:
        """Tell whether values may be encoded as they stand. Breadth first, and no further than the limits."""
        limits = self._limits
        max_items, max_string, room = limits.max_items, limits.max_string_chars, limits.max_payload_bytes
        ordinary, is_ordinary = self.redactor.ordinary_keys, self.redactor.is_ordinary
        level: list[Any] = [value]
        for _ in range(limits.max_depth + 1):
            deeper: list[Any] = []
            for container in level:
                size = len(container)
                room -= 8 * size
                if size > max_items:
                    return False
                items = container
                if type(container) is dict:
                    if not ordinary.issuperset(container) and not all(map(is_ordinary, container)):
                        return False
                    items = container.values()
                for item in items:
                    kind = type(item)
                    if kind is str:
                        size = len(item)
                        if size > max_string:
                            return False
                        room -= size
                    elif kind in _CONTAINERS:
                        deeper.append(item)
                    elif kind not in _LEAVES:
                        return False
                if room < 0:
                    return False
            if not deeper:
                return True
            level = deeper
        return False

    def _carefully(self, event: Any, field: str) -> bytes | Captured:
        """Encode an event whose values need work, or may need it."""
        value, metadata = getattr(event, field), event.metadata
        batch = self._conversations.batch() if self._conversations and self._quick else None
        truncated = False
        if metadata is not None:
            event.metadata = self._cleaned(metadata, None)[0]
        if value is not None:
            cleaned, truncated = self._cleaned(value, batch)
            setattr(event, field, cleaned)
        if batch is not None and batch.used:
            event.messages = batch.news()
            return Captured(event, field, batch, truncated=truncated)
        return Captured(event, field, None, truncated=True) if truncated else encode_event(event)

    def _cleaned(self, value: Any, batch: Batch | None) -> tuple[msgspec.Raw, bool]:
        """Return a value as JSON, and whether anything of it was cut."""
        if not self._content:
            return _WITHHELD_BY_SETTING, False
        if type(value) is msgspec.Raw:
            return value, False
        try:
            cleaner = self._cleaner(batch)
            data = cleaner.clean(value)
            return msgspec.Raw(_encode_json(data if self._hook is None else self._hook(data))), cleaner.truncated
        except Exception:  # noqa: BLE001 - never the caller's problem, and never unredacted
            return _WITHHELD_BY_FAILURE, False

    def _cleaner(self, batch: Batch | None) -> Cleaner:
        def refer(messages: list[Any]) -> Any:
            return None if batch is None else batch.refer(messages, self._describe_message)

        return Cleaner(self._limits, self.redactor, self._shapes, refer)

    def _describe_message(self, message: Any) -> bytes:
        return _encode_json(self._cleaner(None).clean(message))


def payload_of(captured: bytes | Captured | None, field: str) -> Any:
    """Return a payload of an encoded event as plain data."""
    if captured is None:
        return None
    if type(captured) is Captured:
        return captured.decode()
    json = getattr(decode_event(captured), field, None)
    return None if json is None else _decode_json(json)
