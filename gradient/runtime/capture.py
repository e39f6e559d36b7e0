"""From a value of the user's to the JSON bytes that are recorded.

Most values are small and plain: they are looked over once (within limits, built-in types, no key to withhold) and go to
the C encoder as they are. Everything else takes the slow way through `cleaning`. Nothing is copied deeply, nothing is
changed, no code of the user's runs, and whatever goes wrong costs the payload, never the caller.
"""

from typing import Any

import msgspec

from gradient.journal.events import Messages
from gradient.runtime.cleaning import Cleaner
from gradient.runtime.config import Limits, Settings
from gradient.runtime.conversation import Batch, Conversations
from gradient.runtime.redaction import Redactor
from gradient.runtime.shapes import Shapes

_LEAVES = frozenset({int, float, bool, type(None)})
_CONTAINERS = frozenset({dict, list, tuple})
_WITHHELD_BY_SETTING = b'{"$redacted":"content is not recorded"}'
_WITHHELD_BY_FAILURE = b'{"$redacted":"redaction failed"}'
_encode_json = msgspec.json.Encoder().encode
_decode_json = msgspec.json.Decoder().decode


class Recorded(bytes):
    """JSON that was captured before, to be recorded as it is."""

    __slots__ = ()


class Captured:
    """A recorded payload that is more than bytes.

    Attributes:
        json: The payload; may refer to messages.
        messages: What it adds to the segment's messages, or None.
        generation: The segment that its references are good for, or None where it has none.
        truncated: Whether anything was cut.
    """

    __slots__ = ("_batch", "generation", "json", "messages", "truncated")

    def __init__(self, json: bytes, *, truncated: bool, batch: Batch | None = None) -> None:
        self.json = json
        self.truncated = truncated
        self._batch = batch
        self.messages = None if batch is None else batch.news()
        self.generation = None if batch is None else batch.generation

    def decode(self) -> Any:
        """Return the payload as plain data; messages that are no longer in memory as {"$missing": number}."""
        return _decode_json(self.json) if self._batch is None else self._batch.read(self.json)

    def published(self) -> None:
        """Note that it is on disk, so that later payloads may refer to its messages."""
        if self._batch is not None:
            self._batch.publish()


class Capture:
    """Captures payloads by the rules of some settings.

    Args:
        settings: Limits, content, redaction.
        shapes: The objects that frameworks registered.
        conversations: Messages of the segment being written, or None to write lists of messages in full.
    """

    def __init__(self, settings: Settings, shapes: Shapes, conversations: Conversations | None = None) -> None:
        self.redactor = Redactor(settings.redact_keys, settings.redact_patterns)
        self._limits: Limits = settings.limits
        self._content = settings.content != "none"
        self._hook = settings.redact_hook
        self._shapes = shapes
        self._conversations = conversations

    def payload(self, value: Any, *, referring: bool = True) -> bytes | Captured:
        """Return what is recorded of `value`: plain bytes, or `Captured` where it is cut or refers to messages.

        Args:
            value: Anything.
            referring: False to write messages in full, because the segment has changed meanwhile.
        """
        if not self._content:
            return _WITHHELD_BY_SETTING
        try:
            if self._hook is None and self._is_plain(value):
                encoded = _encode_json(value)
                if not self.redactor.holds_secret(encoded):
                    return encoded
        except Exception:  # noqa: BLE001, S110 - changed meanwhile, lone surrogates, nested too deep: the slow way knows
            pass
        try:
            return self._cleaned(value, referring=referring)
        except Exception:  # noqa: BLE001 - never the caller's problem, and never unredacted
            return _WITHHELD_BY_FAILURE

    def text(self, text: str) -> str:
        """Return a text as it may be recorded: cut and redacted."""
        limit = self._limits.max_string_chars
        try:
            cleaned = self.redactor.clean_text(text[: limit + 1])
        except Exception:  # noqa: BLE001
            return "[redaction failed]"
        cleaned = cleaned if cleaned.isascii() else cleaned.encode("utf-8", "replace").decode()
        return cleaned if len(cleaned) <= limit else cleaned[:limit] + "…"

    def _is_plain(self, value: Any) -> bool:
        """Tell whether `value` may be encoded as it stands. Breadth first, and no further than the limits."""
        limits = self._limits
        max_items, max_string, room = limits.max_items, limits.max_string_chars, limits.max_payload_bytes
        ordinary, is_ordinary = self.redactor.ordinary_keys, self.redactor.is_ordinary
        level: list[Any] = [value]
        if type(value) not in _CONTAINERS:
            level = [(value,)]
        for _ in range(limits.max_depth):
            deeper: list[Any] = []
            for container in level:
                size = len(container)
                room -= 8 * size
                if size > max_items:
                    return False
                if type(container) is dict:
                    for key in container:
                        if key not in ordinary and not is_ordinary(key):
                            return False
                    items = container.values()
                else:
                    items = container
                for item in items:
                    kind = type(item)
                    if kind is str:
                        size = len(item)
                        if size > max_string:
                            return False
                        room -= size
                    elif kind in _LEAVES:
                        pass
                    elif kind in _CONTAINERS:
                        deeper.append(item)
                    else:
                        return False
                if room < 0:
                    return False
            if not deeper:
                return True
            level = deeper
        return False

    def _cleaned(self, value: Any, *, referring: bool) -> bytes | Captured:
        if type(value) is Recorded:
            return bytes(value)
        batch = self._conversations.batch() if self._conversations and referring and self._hook is None else None
        cleaner = self._cleaner(batch)
        data = cleaner.clean(value)
        encoded = _encode_json(data if self._hook is None else self._hook(data))
        batch = batch if batch is not None and batch.used else None
        if batch is None and not cleaner.truncated:
            return encoded
        return Captured(encoded, truncated=cleaner.truncated, batch=batch)

    def _cleaner(self, batch: Batch | None) -> Cleaner:
        def refer(messages: list[Any]) -> Any:
            return None if batch is None else batch.refer(messages, self._describe_message)

        return Cleaner(self._limits, self.redactor, self._shapes, refer)

    def _describe_message(self, message: Any) -> bytes:
        return _encode_json(self._cleaner(None).clean(message))
