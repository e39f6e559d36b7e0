"""From an event with the user's values in it to the JSON that is recorded.

Most values are small and plain: they are looked over once (within limits, built-in types, no key to withhold), and the
whole event goes to the C encoder as it stands. Everything else takes the slow way through `cleaning`. Nothing is copied
deeply, nothing is changed, no code of the user's runs, and whatever goes wrong costs the payload, never the caller.
"""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from gradient.journal.events import (
    ExecutionEnded,
    ExecutionStarted,
    RequestEnded,
    RequestStarted,
    encode_event,
)
from gradient.runtime.values.captured import Captured
from gradient.runtime.values.cleaning import Cleaner
from gradient.runtime.values.glance import is_plain, names_media
from gradient.runtime.values.kept import Kept
from gradient.runtime.values.media import FEWEST_RUN_CHARS, Media
from gradient.runtime.values.redaction import Redactor
from gradient.runtime.values.shapes import text_for, type_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.settings.fields import Limits, Settings
    from gradient.runtime.values.conversations import Batch, Conversations
    from gradient.runtime.values.kept import Keeper
    from gradient.runtime.values.shapes import Shapes

_WITHHELD_BY_SETTING = msgspec.Raw(b'{"$redacted":"content is not recorded"}')
_WITHHELD_BY_FAILURE = msgspec.Raw(b'{"$redacted":"redaction failed"}')
# What the user may have named, besides payloads and metadata.
_LABELS: dict[type[Any], tuple[str, ...]] = {
    RequestStarted: ("entrypoint", "session_id", "user_id"),
    RequestEnded: ("entrypoint", "session_id", "user_id"),
    ExecutionStarted: ("name", "kind", "node_id", "model", "provider"),
    ExecutionEnded: ("name", "kind", "node_id", "model", "provider"),
}
_DICT: type[Any] = dict
_LIST: type[Any] = list
_MAX_KNOWN_LABELS = 4_096
_encode_json = msgspec.json.Encoder().encode


class Capture:
    """Captures events by the rules of some settings.

    Args:
        settings: Limits, content, redaction.
        shapes: The objects that frameworks registered.
        conversations: Messages of the segment being written, or None to write lists of messages in full.
        keeper: Where media are kept, if the settings say so.
    """

    def __init__(
        self,
        settings: Settings,
        shapes: Shapes,
        conversations: Conversations | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.redactor = Redactor(settings.redact_keys, settings.redact_patterns)
        self._limits: Limits = settings.limits
        self._content = settings.content != "none"
        self._quick = self._content and settings.redact_hook is None
        self._plain = self._quick and not self.redactor.has_patterns
        self._suspects = self.redactor.suspects
        most = self._limits
        sizes = most.max_items, most.max_depth, most.max_payload_bytes, most.max_string_chars, FEWEST_RUN_CHARS
        self._is_plain = partial(is_plain, self.redactor.ordinary_keys, self.redactor.is_ordinary, *sizes)
        self._hook = settings.redact_hook
        self._shapes = shapes
        self._conversations = conversations
        memory = None if conversations is None else lambda: conversations.table
        self._media = Media(memory)
        self._keeps_media = keeper is not None and settings.media == "keep"
        # A fresh one for each event where media are kept, which has their bytes until that is written.
        self._media_of_event: Callable[[], Media] = (
            (lambda: self._media)
            if keeper is None or settings.media != "keep"
            else lambda: Media(memory, Kept(keeper, settings))
        )
        self._labels: dict[str, str] = {}

    def event(self, event: Any, field: str, value: Any, metadata: Any = None) -> bytes | Captured:
        """Encode an event that holds values of the user's.

        Args:
            event: A struct of `gradient.journal.events`; what it holds may be replaced, what that holds never is.
            field: Which of its fields is the payload.
            value: That payload.
            metadata: The event's metadata where it is the user's; None where it is an instrumentor's own.
        """
        if self._plain:
            try:
                if self._is_plain(value) and (metadata is None or self._is_plain(metadata)):
                    body = encode_event(event)
                    # Asked here, without a call of ours: most values hold nothing that looks like a secret.
                    is_quiet = not self._suspects(body) or not self.redactor.holds_secret(body)
                    if is_quiet and not names_media(body):
                        return body
                elif type(value) is _DICT and self._conversations is not None and not self._keeps_media:
                    encoded = self._with_references(event, field, value, metadata)
                    if encoded is not None:
                        return encoded
            except Exception:  # noqa: BLE001, S110 - changed meanwhile, lone surrogates, nested too deep: the slow way knows
                pass
        return self._carefully(event, field, own_metadata=metadata is None)

    def payload(self, value: Any) -> msgspec.Raw:
        """Return what is recorded of one value, referring to nothing."""
        return self._cleaned(value, None, self._media, redacts=True)[0]

    def payload_with_media(self, value: Any) -> tuple[msgspec.Raw, dict[str, bytes] | None]:
        """Return the same, and the media in it that are to be kept, by digest; None where none are kept."""
        media = self._media_of_event()
        payload = self._cleaned(value, None, media, redacts=True)[0]
        return payload, None if media.kept is None else media.kept.found

    def text(self, text: str, most: int | None = None) -> str:
        """Return a text as it may be recorded: redacted, and cut where the limits say, or at `most` characters."""
        limit = self._limits.max_string_chars if most is None else min(most, self._limits.max_string_chars)
        try:
            cleaned = self.redactor.clean_message(text, limit)
        except Exception:  # noqa: BLE001
            return "[redaction failed]"
        return cleaned if len(text) <= limit else cleaned + "…"

    def command(self, words: list[str]) -> list[str]:
        """Return the words of a command line as they may be recorded."""
        return list(map(self.text, self.redactor.hide_words(words)))

    def label(self, label: Any) -> str:
        """Return a name, a tag or an id as it may be recorded; there are few, so they are remembered."""
        text = label if type(label) is str else text_for(label)
        known = self._labels.get(text)
        if known is None:
            if len(self._labels) > _MAX_KNOWN_LABELS:
                self._labels.clear()
            known = self._labels[text] = self.text(text)
        return known

    def _with_references(self, event: Any, field: str, value: dict[Any, Any], metadata: Any) -> Captured | None:
        """Encode an event whose payload is plain but for lists of messages, as the state of most graphs is, or None."""
        if len(value) > self._limits.max_items:
            return None
        told: dict[str, Any] = {}
        lists: list[str] = []
        for key, item in value.items():
            if type(key) is not str:
                return None
            told[key] = item
            if type(item) is _LIST and item and self._shapes.find(type_of(item[0])) is not None:
                lists.append(key)
                told[key] = None
        if not lists or not self._is_plain(told) or not (metadata is None or self._is_plain(metadata)):
            return None
        conversations: Any = self._conversations
        batch = conversations.batch()
        for key in lists:
            told[key] = batch.refer(value[key], self._describe)
            if told[key] is None:
                return None
        referring = copy(event)
        setattr(referring, field, msgspec.Raw(_encode_json(told)))
        referring.messages = batch.news()
        if batch.cut and type(event) is RequestEnded:
            referring.truncated += 1
        captured = Captured(referring, field, batch, truncated=batch.cut)
        body = captured.body
        is_quiet = not self._suspects(body) or not self.redactor.holds_secret(body)
        return captured if is_quiet and not names_media(body) else None

    def _carefully(self, event: Any, field: str, *, own_metadata: bool) -> bytes | Captured:
        """Encode an event whose values need work: at first without a search of each text for secrets.

        One search of the encoded whole is cheaper; where it finds something, the work is done again with care.
        """
        for redacts in (False, True) if self._quick else (True,):
            try:
                encoded = self._cleaned_event(copy(event), field, own_metadata=own_metadata, redacts=redacts)
                if not self.redactor.holds_secret(encoded.body if type(encoded) is Captured else encoded):
                    return encoded
            except Exception:  # noqa: BLE001 - a name that is no proper text, or a redactor that fails
                break
        # What is still found stands in a name, a tag or an instrumentor's metadata.
        self._relabel(event)
        return self._cleaned_event(event, field, own_metadata=False, redacts=True)

    def _cleaned_event(self, event: Any, field: str, *, own_metadata: bool, redacts: bool) -> bytes | Captured:
        value, metadata = getattr(event, field), event.metadata
        batch = self._conversations.batch() if self._conversations and self._quick else None
        media, truncated = self._media_of_event(), False
        if metadata and not own_metadata:
            event.metadata = self._cleaned(metadata, None, media, redacts=redacts)[0]
        if value is not None:
            cleaned, truncated = self._cleaned(value, batch, media, redacts=redacts)
            truncated = truncated or (batch is not None and batch.cut)
            setattr(event, field, cleaned)
            if truncated and type(event) is RequestEnded:
                event.truncated += 1
        kept = None if media.kept is None else media.kept.found
        if batch is not None and batch.used:
            event.messages = batch.news()
            return Captured(event, field, batch, truncated=truncated, media=kept)
        if truncated or kept is not None:
            return Captured(event, field, None, truncated=truncated, media=kept)
        return encode_event(event)

    def _relabel(self, event: Any) -> None:
        for name in _LABELS[type(event)]:
            if (label := getattr(event, name)) is not None:
                setattr(event, name, self.label(label))
        if tags := getattr(event, "tags", None):
            event.tags = list(map(self.label, tags))

    def _cleaned(self, value: Any, batch: Batch | None, media: Media, *, redacts: bool) -> tuple[msgspec.Raw, bool]:
        """Return a value as JSON, and whether anything of it was cut."""
        if not self._content:
            return _WITHHELD_BY_SETTING, False
        if type(value) is msgspec.Raw:
            return value, False
        try:
            cleaner = self._cleaner(batch, media, redacts=redacts)
            data = cleaner.clean(value)
            return msgspec.Raw(_encode_json(data if self._hook is None else self._hook(data))), cleaner.truncated
        except Exception:  # noqa: BLE001 - never the caller's problem, and never unredacted
            return _WITHHELD_BY_FAILURE, False

    def _plainly(self, message: Any) -> bytes | None:
        """Return the JSON of a message that is described in plain values, as most are, or None."""
        shape = self._shapes.find(type_of(message))
        try:
            description = None if shape is None else shape.describe(message)
            if description is None or not self._is_plain(description):
                return None
            encoded = _encode_json(description)
        except Exception:  # noqa: BLE001 - the careful way knows
            return None
        return None if names_media(encoded) else encoded

    def _describe(self, message: Any) -> tuple[bytes, bool]:
        """Return the JSON of a message that is not searched for secrets, and whether anything of it was cut."""
        return self._described(message, self._media, redacts=False)

    def _described(self, message: Any, media: Media, *, redacts: bool) -> tuple[bytes, bool]:
        plain = None if redacts else self._plainly(message)
        if plain is not None:
            return plain, False
        cleaner = self._cleaner(None, media, redacts=redacts)
        return _encode_json(cleaner.clean(message)), cleaner.truncated

    def _cleaner(self, batch: Batch | None, media: Media, *, redacts: bool) -> Cleaner:
        describe = partial(self._described, media=media, redacts=redacts)

        def refer(messages: list[Any]) -> Any:
            return None if batch is None else batch.refer(messages, describe)

        return Cleaner(self._limits, self.redactor, self._shapes, refer, media, redacts_values=redacts)
