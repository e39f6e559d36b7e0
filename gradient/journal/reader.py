"""Read the journals of all processes, while they are written or long after.

Reading uses `pread` only: a writer is never disturbed and never waited for. Whatever the disk holds, nothing here
raises for it: what is no frame is skipped and counted.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from gradient.journal.files import open_file, segment_number, segment_paths
from gradient.journal.frames import (
    SEGMENT_HEADER_BYTES,
    FrameWindow,
    SegmentHeader,
    frame_bytes,
    newer_format,
    unpack_segment_header,
)
from gradient.journal.process import Liveness, liveness_of


class Frame(NamedTuple):
    """One frame as it was written.

    Attributes:
        body: What the writer was given.
        segment: Number of the segment it is in.
        offset: Place of the frame in its segment, in bytes.
    """

    body: bytes
    segment: int
    offset: int


class SegmentReader:
    """The frames of one segment, a few at a time.

    Attributes:
        path: The segment.
        segment: Its number.
        offset: Where the next poll begins, in bytes; give it to another reader to go on from there.
        damaged: How many stretches were skipped because they were no whole frame.
        ended: Whether the segment was read to an end after which nothing will be written.
        lost: How many frames could not be written while this was the newest segment, as of the last poll.
        newer: The version of the format, where a later version of Gradient wrote the segment: it is not read; else 0.
    """

    def __init__(self, path: Path, offset: int = SEGMENT_HEADER_BYTES) -> None:
        self.path = path
        self.segment = segment_number(path)
        self.offset = offset
        self.damaged = 0
        self.ended = False
        self.newer = 0
        self.lost = 0

    def poll(self, *, final: bool = False) -> Iterator[Frame]:
        """Yield the frames committed since the last poll; stopping half-way loses nothing.

        Args:
            final: Nobody writes here any more: the process was already dead before this call, or has moved on to
                a later segment. Without it, a frame that is not whole is waited for, unless a whole one follows
                or the segment is marked closed.
        """
        for block in self.blocks(final=final):
            for offset, body in block:
                self.offset = offset + frame_bytes(len(body))
                yield Frame(body, self.segment, offset)

    def blocks(self, *, final: bool = False, until: int | None = None) -> Iterator[list[tuple[int, bytes]]]:
        """Yield place and body of the frames, as `poll` does, but many at once; each block counts as read.

        Args:
            final: As for `poll`.
            until: Read no further than here, see `written`.
        """
        try:
            file = open_file(self.path)
        except OSError:
            self.ended = True
            return
        with closing(file):
            raw = file.read_at(SEGMENT_HEADER_BYTES, 0)
            header, self.newer = unpack_segment_header(raw), newer_format(raw)
            if self.newer:
                return
            self.lost = 0 if header is None else header.lost
            used = None if header is None else header.used_bytes
            final = final or used is not None
            end = file.size if used is None else min(used, file.size)
            if until is not None and until < end:
                yield from self._whole(FrameWindow(file, until), nearby=True)
                return
            yield from self._whole(FrameWindow(file, end), nearby=not final)
            if final:
                self._end(FrameWindow(file, end), header, missing=used is not None and used > file.size)

    def written(self) -> int:
        """Return how far the segment is written now, so that whoever reads need not chase a busy writer."""
        try:
            file = open_file(self.path)
        except OSError:
            return self.offset
        with closing(file):
            return FrameWindow(file, file.size).committed_until(self.offset)

    def _whole(self, window: FrameWindow, *, nearby: bool) -> Iterator[list[tuple[int, bytes]]]:
        while True:
            for block in window.blocks_from(self.offset):
                offset, body = block[-1]
                self.offset = offset + frame_bytes(len(body))
                yield block
            if not self._skip(window, nearby=nearby):
                return

    def _skip(self, window: FrameWindow, *, nearby: bool) -> bool:
        """Step over something that is no frame; tell whether there is more to read."""
        following = window.next_frame(self.offset, nearby=nearby)
        if following is None:
            return False
        # Frames are committed in order, so this one is broken for good, unless it was committed while we read.
        window.load(self.offset)
        if window.body_at(self.offset) is None:
            self.damaged += 1
            self.offset = following
        return True

    def _end(self, window: FrameWindow, header: SegmentHeader | None, *, missing: bool) -> None:
        if self.ended:
            return
        self.ended = True
        self.damaged += (header is None) + (missing or window.has_content(self.offset))


class ProcessJournal:
    """What one process wrote.

    Attributes:
        path: Folder of the process.
        damaged: How many stretches the last complete `frames()` skipped because they were no whole frame.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0

    @property
    def id(self) -> str:
        """The process id: sorts by time, is unique."""
        return self.path.name

    def liveness(self) -> Liveness:
        """Tell whether the process still writes here. While another asks with an exclusive lock: "alive"."""
        return liveness_of(self.path)

    def segments(self) -> list[Path]:
        """Return the segments in the order in which they were written."""
        return segment_paths(self.path)

    def lost(self) -> int:
        """Return how many frames of the process could not be written, as far as its segments say."""
        return sum(header.lost for header in map(_header_of, self.segments()) if header is not None)

    def frames(self) -> Iterator[Frame]:
        """Yield every frame of every segment, in order."""
        self.damaged = 0
        # Asked first: who dies after this may have written more, and the last frame is then not called damaged.
        alive = self.liveness() == "alive"
        segments = self.segments()
        for path in segments:
            reader = SegmentReader(path)
            yield from reader.poll(final=not alive or path != segments[-1])
            self.damaged += reader.damaged


def _header_of(path: Path) -> SegmentHeader | None:
    try:
        file = open_file(path)
    except (OSError, ValueError):  # gone meanwhile, no file of ours, or damaged
        return None
    try:
        return unpack_segment_header(file.read_at(SEGMENT_HEADER_BYTES, 0))
    finally:
        file.close()


def processes(root: Path) -> list[ProcessJournal]:
    """Return the journals under `root`, oldest first; none when there is no such folder."""
    return [ProcessJournal(root / name) for name in process_ids(root)]


def process_ids(root: Path) -> list[str]:
    """Return the ids of the processes that wrote under `root`, oldest first."""
    try:
        with os.scandir(root) as entries:
            return sorted(
                entry.name
                for entry in entries
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []
