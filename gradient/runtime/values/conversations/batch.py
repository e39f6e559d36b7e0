"""The references of one payload: which lists of messages it has, and what of them the segment does not hold yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

import msgspec

from gradient.journal.events import Key, Messages
from gradient.journal.messages import SegmentMessages
from gradient.runtime.values.conversations.looking import Unfreezable, freeze
from gradient.runtime.values.conversations.table import Growing, Listed, Table, Written, digest_of
from gradient.runtime.values.shapes import fields, itself, type_of

if TYPE_CHECKING:
    from gradient.runtime.values.conversations.conversations import Conversations
    from gradient.runtime.values.shapes import Shape

_MAX_NEW_BYTES = 4 * 1024 * 1024  # of one payload; of a first sight of a very long history, both ends are kept
_BEGINNING = 4  # one part in so many of it is for the beginning
_MAX_MESSAGES = 10_000  # of one list: each that is new costs its caller microseconds
_FIRST, _STEP = 1_000, 1_000
_THEMSELVES = (itself, fields)
# What stands for others is a message itself, so that readers show all of it as a conversation.
_NOTE = b'{"role":"note","parts":[{"type":"text","content":{"$cut":{"length":null,"head":"%s"}}}]}'
_OMITTED = _NOTE % b"a message without room"


@dataclass(frozen=True)
class _LeftOut:
    """Stands in a list for so many messages of its middle."""

    count: int

    @property
    def json(self) -> bytes:
        """What is recorded in their place."""
        return _NOTE % f"{self.count:,} messages are left out here".encode()


def _without_middle(messages: list[Any]) -> list[Any]:
    """Return the ends of a very long list; the gap grows by steps, so that a list that grows has the same beginning."""
    left_out = -((_MAX_MESSAGES - len(messages)) // _STEP) * _STEP
    return [*messages[:_FIRST], _LeftOut(left_out), *messages[_FIRST + left_out :]]


def _state_of(state: Callable[[Any], Any], message: Any) -> Any:
    return message if type(message) is _LeftOut else state(message)


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
            state = shape.state
            if len(messages) > _MAX_MESSAGES:
                messages, state = _without_middle(messages), partial(_state_of, state)
            states = messages if shape.state in _THEMSELVES else list(map(state, messages))
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
        added = self._looked_at(messages[shared:], states[shared:], shape, describe)
        if added is None:
            return None
        for snapshot, size, digest, cut in added:
            grown.add(snapshot, size, digest, cut=cut)
        if known is None or shared < len(states):
            self._grown.append((key, known, shared, grown))
        self._needs.append((grown, known, shared))
        self._need(grown, known, shared)
        return grown.digest

    def _looked_at(
        self, messages: list[Any], states: list[Any], shape: Shape, describe: Callable[[Any], tuple[bytes, bool]]
    ) -> list[tuple[Any, int, str, bool]] | None:
        """Return the snapshot, its size, the digest of each message and whether it was cut; None of other objects."""
        find, modes, intern = self._conversations.shapes.find, self._conversations.modes, self._table.intern
        seen: dict[int, tuple[Any, int, str, bool]] = {}
        for at in self._ends_first(len(messages)):
            own = find(type_of(messages[at]))
            if (own is None or own.state is not shape.state) and type_of(messages[at]) is not _LeftOut:
                return None
            snapshot = freeze(states[at], modes, intern)  # first, so that what changes meanwhile is seen next time
            seen[at] = *snapshot, *self._described_as(messages[at], describe)
        return [seen[at] for at in range(len(messages))]

    def _ends_first(self, count: int) -> Iterator[int]:
        """Yield the numbers of messages so that those without room are in the middle: the newest matter most."""
        at = 0
        while at < count and self._new_bytes < _MAX_NEW_BYTES // _BEGINNING:
            yield at
            at += 1
        yield from range(count - 1, at - 1, -1)

    def _described_as(self, message: Any, describe: Callable[[Any], tuple[bytes, bool]]) -> tuple[str, bool]:
        """Return the digest of a message, and whether it was cut."""
        if type(message) is _LeftOut:
            json, cut = message.json, True
        else:
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
