"""Frames of one process at their places, and the messages that they refer to, without keeping them in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gradient.journal.events import Messages, decode_event
from gradient.journal.files import open_file
from gradient.journal.frames import FrameWindow
from gradient.journal.messages import AMBIGUOUS, SegmentMessages

if TYPE_CHECKING:
    from pathlib import Path

    from gradient.journal.events import Key
    from gradient.journal.files import SegmentFile

_CHUNK_BYTES = 64 * 1024
_TWICE = -1


class Place(NamedTuple):
    """Where a frame stands: segment, offset in it, and length of its body in bytes."""

    segment: int
    offset: int
    size: int


class Segments:
    """The segments of one process, opened while something is read from them.

    Args:
        folder: Folder of the process.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, _Segment] = {}

    def event(self, place: Place) -> Any:
        """Return the event at a place; None where it is gone."""
        window = self._segment(place.segment).window
        body = None if window is None else window.body_at(place.offset)
        return None if body is None else decode_event(body)

    def messages(self, segment: int) -> PlacedMessages:
        """Return what the frames of a segment refer to."""
        return self._segment(segment).messages

    def close(self) -> None:
        """Close the files and forget messages that were looked up; where they stand stays known."""
        for segment in self._open.values():
            segment.close()

    def forget_before(self, number: int) -> None:
        """Forget the segments before one: nobody will ask for them again."""
        for old in [known for known in self._open if known < number]:
            self._open.pop(old).close()

    def _segment(self, number: int) -> _Segment:
        segment = self._open.get(number)
        if segment is None:
            segment = self._open[number] = _Segment(self._folder / f"{number:06}.seg")
        return segment


class _Segment:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: SegmentFile | None = None
        self._window: FrameWindow | None = None
        self.messages = PlacedMessages(self)

    @property
    def window(self) -> FrameWindow | None:
        """Its frames, or None where retention took it."""
        if self._window is None:
            self._window = self.open_window()
        return self._window

    def open_window(self) -> FrameWindow | None:
        """Return a view of its own, for frames far from those being read."""
        if self._file is None:
            try:
                self._file = open_file(self._path)
            except OSError:
                return None
        return FrameWindow(self._file, self._file.size, _CHUNK_BYTES)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = self._window = None
        self.messages.forget()


class PlacedMessages(SegmentMessages):
    """The messages of a segment: known by their places, read when a payload refers to them."""

    def __init__(self, segment: _Segment) -> None:
        super().__init__()
        self._segment = segment
        self._window: FrameWindow | None = None
        self._places: dict[Key, int] = {}

    def note(self, messages: Messages, offset: int) -> None:
        """Remember where the messages that came with a frame stand."""
        self.learn(Messages([], messages.lists))
        for key, _ in messages.written:
            if type(key) is int and key in self._places:  # given out twice, by format 1
                self._places[key] = _TWICE
            else:
                self._places.setdefault(key, offset)

    def message_at(self, key: Key) -> Any:
        found = super().message_at(key)
        place = self._places.get(key)
        if found is not None or place is None:
            return found
        if place == _TWICE:
            return AMBIGUOUS
        if self._window is None:
            self._window = self._segment.open_window()
        body = None if self._window is None else self._window.body_at(place)
        event = None if body is None else decode_event(body)
        if event is not None and event.messages is not None:
            self._written.update((own, bytes(json)) for own, json in event.messages.written)
        return super().message_at(key)

    def forget(self) -> None:
        """Forget what was looked up."""
        self._written.clear()
        self._decoded.clear()
        self._window = None
