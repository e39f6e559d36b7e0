"""The references of one payload: which lists of messages it has, and what of them the segment does not hold yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import ref

import msgspec

from gradient.journal.events import Key, Messages
from gradient.journal.messages import SegmentMessages
from gradient.runtime.conversations.looking import Unfreezable, freeze
from gradient.runtime.conversations.table import Growing, Listed, Table, Written, digest_of
from gradient.runtime.shapes import fields, itself, type_of

if TYPE_CHECKING:
    from gradient.runtime.conversations.conversations import Conversations
    from gradient.runtime.shapes import Shape

_MAX_NEW_BYTES = 4 * 1024 * 1024  # of one payload; a first sight of a very long history is cut
_THEMSELVES = (itself, fields)
_OMITTED = b'{"$cut":{"length":null,"head":"a message"}}'


class Batch:
    """The references of one payload.

    Attributes:
        used: Whether the payload refers to anything.
        cut: Whether a message that it refers to was cut.
        generation: The segment that its references are good for.
    """

    def __init__(self, conversations: Conversations, table: Table, written: Written) -> None:
        self.used = self.cut = False
        self.generation = written.generation
        self._conversations = conversations
        self._table = table
        self._written = written
        self._described: dict[str, bytes] = {}
        self._new_bytes = 0
        self._messages: dict[str, bytes] = {}
        self._lists: dict[str, Listed] = {}
        self._grown: list[tuple[int, Growing | None, int, Growing]] = []
        self._needs: list[tuple[Growing, Growing | None, int]] = []

    def refer(self, messages: list[Any], describe: Callable[[Any], tuple[bytes, bool]]) -> Any | None:
        """Return a reference to a list of messages, or None where it is no such list, or one that nobody can tell.

        Args:
            messages: Any list.
            describe: Returns the JSON of a message, and whether anything of it was cut.
        """
        find = self._conversations.shapes.find
        shape = find(type_of(messages[0])) if messages else None
        if shape is None or shape.state is None:
            return None
        try:
            states = messages if shape.state in _THEMSELVES else list(map(shape.state, messages))
            list_of = self._list_of(messages, states, shape, describe)
        except (Unfreezable, RuntimeError, AttributeError, TypeError):  # it holds anything, or changes while we look
            return None
        if list_of is None:
            return None
        self.used = True
        return msgspec.Raw(b'{"$list":"%s"}' % list_of.encode())

    def news(self) -> Messages | None:
        """Return what this payload adds to its segment."""
        if not self._messages and not self._lists:
            return None
        written: list[tuple[Key, msgspec.Raw]] = [(key, msgspec.Raw(json)) for key, json in self._messages.items()]
        lists: list[tuple[Key, Key, int, list[Key]]] = [(key, *made) for key, made in self._lists.items()]
        return Messages(written, lists)

    def renew(self) -> None:
        """Refer to what the segment that is open now holds: nothing may lead back to the one before."""
        self._written = written = self._conversations.written()
        self.generation = written.generation
        self._messages, self._lists = {}, {}
        for need in self._needs:
            self._need(*need)

    def publish(self) -> Callable[[], Table | None]:
        """Let later payloads refer to this one, for it is on disk; return where to look up its messages, weakly."""
        table = self._table
        if self._described or self._lists:
            table.learn(self._described, self._lists)
            self._written.messages.update(self._messages)
            self._written.lists.update(self._lists)
        for grown in self._grown:
            table.remember(*grown)
        return ref(table)

    def read(self, payload: bytes) -> Any:
        """Decode a payload of this batch."""
        messages = reader_of(self._table)
        messages.learn(self.news())
        return messages.read(payload)

    def _list_of(
        self, messages: list[Any], states: list[Any], shape: Shape, describe: Callable[[Any], tuple[bytes, bool]]
    ) -> str | None:
        """Return the digest of a list, and see to it that the segment will hold it."""
        key, known, shared = self._table.closest(states, self._conversations.modes)
        if known is not None and shared == len(states) == len(known.digests):
            self._needs.append((known, known, shared))
            self._need(known, known, shared)
            return known.digest
        grown = Growing(known, shared)
        find = self._conversations.shapes.find
        for message, state in zip(messages[shared:], states[shared:], strict=True):
            own = find(type_of(message))
            if own is None or own.state is not shape.state:
                return None
            snapshot, size = freeze(state, self._conversations.modes, self._table.intern)
            digest, cut = self._described_as(message, describe)
            grown.add(snapshot, size, digest, cut=cut)
        if known is None or shared < len(states):
            self._grown.append((key, known, shared, grown))
        self._needs.append((grown, known, shared))
        self._need(grown, known, shared)
        return grown.digest

    def _described_as(self, message: Any, describe: Callable[[Any], tuple[bytes, bool]]) -> tuple[str, bool]:
        """Return the digest of a message, and whether it was cut."""
        json, cut = describe(message) if self._new_bytes < _MAX_NEW_BYTES else (_OMITTED, True)
        digest = digest_of(json)
        if digest not in self._table.messages:
            self._described[digest] = json
            self._new_bytes += len(json)
        return digest, cut

    def _need(self, wanted: Growing, known: Growing | None, shared: int) -> None:
        """Write down what the segment lacks of a list: the list itself, and its messages."""
        self.cut = self.cut or wanted.first_cut is not None
        if wanted.digest in self._written.lists or wanted.digest in self._lists:
            return
        base, keep = "", 0
        if known is not None and known.digest in self._written.lists:
            base, keep = known.digest, shared
        added = wanted.digests[keep:]
        self._lists[wanted.digest] = (base, keep, [*added])
        for digest in added:
            if digest not in self._written.messages:
                self._messages[digest] = self._described.get(digest) or self._table.messages[digest]


def reader_of(table: Table | None) -> SegmentMessages:
    """Return what decodes payloads whose messages are in a table; without one, those that come with them."""
    return SegmentMessages() if table is None else SegmentMessages(table.messages, table.lists)
