"""Read frames at the places that the index has of them, and the messages that they refer to."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from gradient.journal.events import Key, Messages, decode_event
from gradient.journal.files import SegmentFile, open_file
from gradient.journal.frames import FrameWindow
from gradient.journal.messages import AMBIGUOUS, List, SegmentMessages
from gradient.store.index.schema import TWICE, message_number, segment_and_offset

_CHUNK_BYTES = 16 * 1024
_unpack_list = msgspec.msgpack.Decoder(List).decode


class Places:
    """The frames that an index knows, read from their segments; use it for one question, then close it.

    Args:
        connection: The index.
        root: Folder of all processes' journals.
        most_open: How many segments are open at most, for those who only want `body`; 0 for any number.
    """

    def __init__(self, connection: sqlite3.Connection, root: Path, most_open: int = 0) -> None:
        self._connection = connection
        self._root = root
        self._most_open = most_open
        self._segments: dict[int, _Segment | None] = {}

    def event(self, place: int) -> Any:
        """Return the event at a place; None where it is gone or cannot be understood."""
        body = self.body(place)
        return None if body is None else decode_event(body)

    def body(self, place: int) -> bytes | None:
        """Return the bytes at a place; None where they are gone."""
        number, offset = segment_and_offset(place)
        segment = self._segment(number)
        return None if segment is None else segment.window.body_at(offset)

    def told(self, places: Iterable[int]) -> Iterator[tuple[Any, int, SegmentMessages]]:
        """Yield the events at places: each with the number of its process, and what its payloads refer to."""
        for place in places:
            number, offset = segment_and_offset(place)
            segment = self._segment(number)
            body = None if segment is None else segment.window.body_at(offset)
            event = None if body is None else decode_event(body)
            if event is not None and segment is not None:
                yield event, segment.process, segment.messages

    def close(self) -> None:
        """Close the segments."""
        for segment in self._segments.values():
            if segment is not None:
                segment.file.close()
        self._segments.clear()

    def _segment(self, number: int) -> "_Segment | None":
        if number not in self._segments:
            if 0 < self._most_open <= len(self._segments):
                self.close()
            self._segments[number] = self._open(number)
        return self._segments[number]

    def _open(self, number: int) -> "_Segment | None":
        query = """SELECT processes.id, folder, number FROM segments JOIN processes ON processes.id = process
            WHERE segments.id = ?"""
        found = self._connection.execute(query, (number,)).fetchone()
        if found is None:
            return None
        process, folder, name = found
        try:
            file = open_file(self._root / folder / f"{name:06}.seg")
        except OSError:  # retention took it since
            return None
        return _Segment(self._connection, number, process, file)


class _Segment:
    def __init__(self, connection: sqlite3.Connection, number: int, process: int, file: SegmentFile) -> None:
        self.process = process
        self.file = file
        self.window = FrameWindow(file, file.size, _CHUNK_BYTES)
        self.messages = _IndexedMessages(connection, number, file)


class _IndexedMessages(SegmentMessages):
    """The messages of one segment, looked up when a payload refers to them."""

    def __init__(self, connection: sqlite3.Connection, segment: int, file: SegmentFile) -> None:
        super().__init__()
        self._connection = connection
        self._segment = segment
        # Of its own: messages stand far before the frames that refer to them.
        self._window = FrameWindow(file, file.size, _CHUNK_BYTES)

    def list_at(self, key: Key) -> List | None:
        found = super().list_at(key)
        if found is None and key not in self._lists:
            packed = self._look_up("list", key)
            if packed is not None:  # empty where it was given out twice
                found = self._lists[key] = _unpack_list(packed) if packed else None
        return found

    def message_at(self, key: Key) -> Any:
        found = super().message_at(key)
        if found is None:
            place = self._look_up("place", key)
            if place == TWICE:
                return AMBIGUOUS
            body = None if place is None else self._window.body_at(segment_and_offset(place)[1])
            event = None if body is None else decode_event(body)
            self.learn(Messages(event.messages.written, []) if event is not None and event.messages else None)
            found = super().message_at(key)
        return found

    def _look_up(self, column: str, key: Key) -> Any:
        query = f"SELECT {column} FROM messages WHERE segment = ? AND number = ?"  # noqa: S608 - one of our columns
        found = self._connection.execute(query, (self._segment, message_number(key))).fetchone()
        return None if found is None else found[0]


def opened(connection: sqlite3.Connection, root: Path, most_open: int = 0) -> "closing[Places]":
    """Return places for a block."""
    return closing(Places(connection, root, most_open))
