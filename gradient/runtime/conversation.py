"""Chat messages that the segment already holds, so that a growing conversation is not written again and again.

A list of messages is encoded in C as it is now, and compared as bytes with what was seen before: no `__eq__` of the
user's runs, `True` and `1` differ, and a message that was changed in place shows. What is unchanged becomes a
reference; whatever is unsure is written. A reference is only given out for what is known to be on disk, so `publish`
comes after the write. The table is bounded: when it is full, it is emptied and messages are written once more.
"""

import os
import sys
import threading
from collections.abc import Callable
from itertools import count
from typing import Any
from weakref import WeakSet

import msgspec

from gradient.journal.events import Messages
from gradient.journal.messages import SegmentMessages
from gradient.runtime.shapes import Shapes

_MAX_BYTES = 32 * 1024 * 1024
_MAX_NEW_BYTES = 4 * 1024 * 1024  # of one payload; a first sight of a very long history is cut
_KEY_MESSAGES = 3  # a conversation is told by its first messages: one may be a system prompt that all share
_encoder = msgspec.msgpack.Encoder()


class _Known:
    """The latest version of one growing list."""

    __slots__ = ("count", "number", "state")

    def __init__(self, number: int, count: int, state: bytearray) -> None:
        self.number = number
        self.count = count
        self.state = state


class Conversations:
    """The messages and lists that the current segment holds.

    Args:
        shapes: Tells which objects are messages.
        generation: Returns the number of the segment now being written.
    """

    def __init__(self, shapes: Shapes, generation: Callable[[], int]) -> None:
        self.shapes = shapes
        self.buffers: list[bytearray] = []
        self._generation = generation
        # They never restart, for a number that was given out stands in its segment for ever.
        self.numbers = count(1)
        self.renew_lock()
        self._reset(-1)
        _all.add(self)

    def renew_lock(self) -> None:
        """Make another lock: in a forked child, a thread that is not there may hold the old one for ever."""
        self._lock = threading.RLock()  # a signal handler may come back while its thread holds it

    def _reset(self, generation: int) -> None:
        self.generation = generation
        self.size = 0
        self.written: dict[bytes, int] = {}
        self.lists: dict[bytes, _Known] = {}
        self.segment = SegmentMessages()

    def batch(self) -> "Batch":
        """Begin one payload."""
        generation = self._generation()
        if generation != self.generation or self.size > _MAX_BYTES:
            with self._lock:
                self._reset(generation)
        return Batch(self)

    def publish(self, batch: "Batch") -> None:
        """Let later payloads refer to what this one wrote."""
        with self._lock:
            if batch.generation == self.generation and batch.segment is self.segment:
                self._learn(batch)

    def _learn(self, batch: "Batch") -> None:
        self.segment.learn(batch.news())
        for state, number in batch.new_states.items():
            self.written[state] = number
            self.size += 2 * len(state)
        for remember in batch.on_publish:
            remember()

    def remember(  # noqa: PLR0913, PLR0917 - what changes in one list
        self, key: bytes, base: _Known | None, keep: int, number: int, size: int, state: bytes
    ) -> None:
        """Make a list the latest version of its conversation; `state` is what comes after the `keep` of `base`."""
        if base is not None:
            if self.lists.get(key) is not base or base.count != keep:
                return  # another thread was first
            base.state += state
            base.number, base.count = number, size
        else:
            self.lists[key] = _Known(number, size, bytearray(state))
        self.size += len(state)


class Batch:
    """The references of one payload."""

    def __init__(self, table: Conversations) -> None:
        self.generation = table.generation
        self.segment = table.segment
        self.new_states: dict[bytes, int] = {}
        self.on_publish: list[Callable[[], None]] = []
        self.used = False
        self._table = table
        self._written: list[tuple[int, msgspec.Raw]] = []
        self._lists: list[tuple[int, int, int, list[int]]] = []
        self._new_bytes = 0

    def read(self, payload: bytes) -> Any:
        """Decode a payload of this batch."""
        self.segment.learn(self.news())
        return self.segment.read(payload)

    def news(self) -> Messages | None:
        """Return what this payload adds to its segment."""
        return Messages(self._written, self._lists) if self._written or self._lists else None

    def publish(self) -> None:
        """Let later payloads refer to this one: it is on disk."""
        self._table.publish(self)

    def refer(self, messages: list[Any], describe: Callable[[Any], bytes]) -> Any | None:
        """Return a reference to a list of messages, or None where it is no such list."""
        state_of = self._state_of(messages)
        if state_of is None:
            return None
        states = list(map(state_of, messages))
        buffer = self._table.buffers.pop() if self._table.buffers else bytearray()
        try:
            _encoder.encode_into(states, buffer)
            number = self._number(messages, states, buffer, describe)
        except Exception:  # noqa: BLE001 - something in it is no plain data: it is written in full
            return None
        finally:
            self._table.buffers.append(buffer)
        self.used = True
        return msgspec.Raw(b'{"$list":%d}' % number)

    def _state_of(self, messages: list[Any]) -> Callable[[Any], Any] | None:
        found = {
            None if shape is None else shape.state for shape in map(self._table.shapes.find, set(map(type, messages)))
        }
        return found.pop() if len(found) == 1 else None

    def _number(
        self, messages: list[Any], states: list[Any], buffer: bytearray, describe: Callable[[Any], bytes]
    ) -> int:
        """Return the number of an equal list, new or old."""
        key = _encoder.encode(states[:_KEY_MESSAGES])
        body = _header_size(len(states))
        known = self._table.lists.get(key)
        if known is not None and not buffer.startswith(known.state, body):
            known = None
        if known is not None and known.count == len(states):
            return known.number
        base, keep = (known.number, known.count) if known else (0, 0)
        added = [
            self._message(message, state, describe)
            for message, state in zip(messages[keep:], states[keep:], strict=False)
        ]
        number = next(self._table.numbers)
        self._lists.append((number, base, keep, added))
        tail = bytes(memoryview(buffer)[body + (len(known.state) if known else 0) :])
        table, size = self._table, len(states)
        self.on_publish.append(lambda: table.remember(key, known, keep, number, size, tail))
        return number

    def _message(self, message: Any, state: Any, describe: Callable[[Any], bytes]) -> int:
        encoded = _encoder.encode(state)
        number = self._table.written.get(encoded) or self.new_states.get(encoded)
        if number is None:
            number = self.new_states[encoded] = next(self._table.numbers)
            room = self._new_bytes < _MAX_NEW_BYTES
            json = describe(message) if room else b'{"$cut":{"length":%d,"head":"a message"}}' % len(encoded)
            self._new_bytes += len(json)
            self._written.append((number, msgspec.Raw(json)))
        return number


_all: WeakSet[Conversations] = WeakSet()


def _renew_locks() -> None:
    for conversations in list(_all):
        conversations.renew_lock()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_renew_locks)


def _header_size(size: int) -> int:
    """Return how many bytes msgpack spends on saying that an array has so many items."""
    return 1 if size < 16 else 3 if size < 65_536 else 5  # noqa: PLR2004
