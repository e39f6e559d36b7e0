"""One open segment, written in one of two ways.

`MappedSegment` reserves its blocks and is written through memory: no system call per frame, and the page cache
keeps what was copied whatever becomes of the process. `WrittenSegment` makes one system call per frame and needs
nothing reserved. Both reserve, copy, commit; the caller holds a lock and never writes more than fits.
"""

import mmap
import os
import re
import sys
from contextlib import suppress
from errno import EBADF, ENOSPC, EOPNOTSUPP
from pathlib import Path
from typing import Final

from gradient.journal.descriptors import FileMap, close_ours, identity_of, is_ours, reopened
from gradient.journal.errors import NotWritable
from gradient.journal.frames import (
    COMMIT,
    FRAME_HEADER,
    FRAME_HEADER_BYTES,
    LOST,
    LOST_OFFSET,
    SEGMENT_HEADER_BYTES,
    align,
    pack_frame,
    pack_segment_header,
)

# Where blocks reserved by `posix_fallocate` stay ours. btrfs copies on write, so there a reserved block can still
# fail; and a failing write to a map is a SIGBUS, not an error one could catch.
_MAPPABLE = frozenset({"ext4", "xfs", "tmpfs", "overlay"})

_ZEROS = bytes(512 * 1024)

_KEPT_BYTES = 8 * 1024
"""Of a segment, for what must not be lost when no other can be made."""
_LEAST_BYTES_TO_KEEP_SOME = 128 * 1024

_pack_frame_header = FRAME_HEADER.pack_into


class Segment:
    """No segment: nothing fits in it. The base of the two real ones.

    Attributes:
        used: Length of header and frames so far, in bytes; a multiple of 8.
        limit: A body fits at once while `used + len(body) <= limit`.
        end: The same, after `extend`.
        last: The same for what must not be lost: behind `end` there is room that is kept for that.
    """

    __slots__ = ("end", "last", "limit", "used")

    def __init__(self) -> None:
        self.used = 0
        self.limit = -1
        self.end = -1
        self.last = -1

    @property
    def path(self) -> Path | None:
        """Its file."""
        return None

    def extend(self, size: int) -> None:
        """Raise `limit`, so that a body of `size` bytes that fits within `end` fits at once."""

    def write(self, body: bytes, size: int, crc: int) -> None:
        """Append one frame that fits.

        Raises:
            NotWritable: The frame could not be written; the segment is as it was before.
        """
        raise NotImplementedError

    def note_lost(self, frames: int) -> None:
        """Write into the head how many frames could not be written; that takes no room."""

    def close(self) -> None:
        """Mark the segment closed and give back what it does not use."""

    def abandon(self) -> None:
        """Let go of the file and leave it as it is, because it belongs to the parent of this forked process."""


class OpenSegment(Segment):
    """A segment with a file."""

    __slots__ = ("_descriptor", "_file", "_lost", "_number", "_path")

    def __init__(self, path: Path, number: int, capacity: int) -> None:
        super().__init__()
        self.used = SEGMENT_HEADER_BYTES
        self.last = align(capacity) - FRAME_HEADER_BYTES
        self.end = self.limit = self.last - (_KEPT_BYTES if capacity >= _LEAST_BYTES_TO_KEEP_SOME else 0)
        self._lost = 0
        self._path = path
        self._number = number
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            self._file = identity_of(self._descriptor)
            self._prepare(align(capacity))
        except BaseException:
            self.discard()
            raise

    @property
    def path(self) -> Path:
        """Its file."""
        return self._path

    def abandon(self) -> None:
        """Close the descriptor; see `Segment.abandon`."""
        self.end = self.limit = self.last = -1
        self._close_descriptor()

    def discard(self) -> None:
        """Remove the segment, which has no frame worth keeping."""
        self.abandon()
        self._path.unlink(missing_ok=True)

    def _close_descriptor(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            close_ours(descriptor, self._file)

    def _prepare(self, capacity: int) -> None:
        raise NotImplementedError


class MappedSegment(OpenSegment):
    """A preallocated segment, written by copying into memory; its file is opened again where it is more than that."""

    __slots__ = ("_map", "_memory")

    _map: FileMap
    _memory: mmap.mmap

    def extend(self, size: int) -> None:
        """Bring the next pages into memory by writing zeros, as `Segment.extend` says.

        One such write makes large pages; touching them one by one through the map costs five times as much on ext4.
        """
        # The first frames of a segment may have gone beyond the limit: no zeros over what is written.
        start = max(self.limit + FRAME_HEADER_BYTES, self.used)
        stop = max(start + len(_ZEROS), align(self.used + FRAME_HEADER_BYTES + size))
        stop = min(stop, self.end + FRAME_HEADER_BYTES)
        with suppress(OSError), reopened(self._path, self._file) as descriptor:
            # Saves time only: the blocks are ours already, and zero.
            _write_at(descriptor, _ZEROS[: stop - start], start)
        self.limit = stop - FRAME_HEADER_BYTES

    def write(self, body: bytes, size: int, crc: int) -> None:
        """Append one frame that fits, without a system call."""
        start = self.used
        try:
            copy_to = start + FRAME_HEADER_BYTES
            # Reserved before anything is copied: where we are killed, the zeros behind the hole are still zeros.
            self.used = (copy_to + size + 7) & -8
            target = self._memory
            target[copy_to : copy_to + size] = body
            # Field by field, from the front: the commit word comes after all that it vouches for.
            _pack_frame_header(target, start, size, crc, COMMIT)
        except BaseException:  # an interrupt: while we live, readers would wait for a hole to be filled
            self.used = start
            self.write(body, size, crc)
            raise

    def note_lost(self, frames: int) -> None:
        """Write into memory, see `Segment.note_lost`."""
        self._lost = frames
        LOST.pack_into(self._memory, LOST_OFFSET, frames)

    def close(self) -> None:
        """Mark closed, unmap, truncate, in that order: a reader that sees the mark needs no zero tail."""
        if self.end < 0:
            return
        self._memory[:SEGMENT_HEADER_BYTES] = pack_segment_header(self._number, self.used, self._lost)
        del self._memory
        self._map.close()
        with suppress(OSError), reopened(self._path, self._file) as descriptor:
            os.ftruncate(descriptor, self.used)
        self.abandon()

    def abandon(self) -> None:
        """Drop the map; see `Segment.abandon`."""
        with suppress(AttributeError):
            del self._memory
            self._map.drop()
        super().abandon()

    def _prepare(self, capacity: int) -> None:
        if sys.platform != "linux":
            raise OSError(EOPNOTSUPP, os.strerror(EOPNOTSUPP))
        os.posix_fallocate(self._descriptor, 0, capacity)
        self._map = FileMap(self._descriptor, capacity)
        self._memory = self._map.memory
        self._close_descriptor()
        self.limit = -FRAME_HEADER_BYTES
        self.extend(0)
        self._memory[:SEGMENT_HEADER_BYTES] = pack_segment_header(self._number)


class WrittenSegment(OpenSegment):
    """A segment that grows by one system call per frame."""

    __slots__ = ()

    def write(self, body: bytes, size: int, crc: int) -> None:
        """Append one frame that fits, or leave the file as it was."""
        start = self.used
        self.used = (start + FRAME_HEADER_BYTES + size + 7) & -8
        try:
            _write_at(self._checked(), pack_frame(body, crc), start)
        except OSError as error:
            self.used = start
            if is_ours(self._descriptor, self._file):
                with suppress(OSError):
                    os.ftruncate(self._descriptor, start)
            else:
                self.end = self.limit = self.last = -1  # what comes next needs another segment
            raise NotWritable(self._path, str(error)) from error

    def note_lost(self, frames: int) -> None:
        """Write over what is there, see `Segment.note_lost`."""
        self._lost = frames
        with suppress(OSError):
            _write_at(self._checked(), LOST.pack(frames), LOST_OFFSET)

    def _checked(self) -> int:
        if not is_ours(self._descriptor, self._file):
            raise OSError(EBADF, os.strerror(EBADF))
        return self._descriptor

    def close(self) -> None:
        """Mark the segment closed."""
        if self._descriptor < 0:
            return
        with suppress(OSError), reopened(self._path, self._file) as descriptor:
            _write_at(descriptor, pack_segment_header(self._number, self.used, self._lost), 0)
        self.abandon()

    def _prepare(self, capacity: int) -> None:  # noqa: ARG002 - nothing is reserved
        _write_at(self._descriptor, pack_segment_header(self._number), 0)


NO_SEGMENT: Final = Segment()


def may_map(folder: Path) -> bool:
    """Tell whether segments in `folder` may be written through memory."""
    return sys.platform == "linux" and _file_system(os.path.realpath(folder)) in _MAPPABLE


def _file_system(path: str) -> str:
    found, longest = "", -1
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return found
    for mount in mounts:
        place, _, device = mount.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), place.split(" ")[4])
        # The last of equals counts: it is mounted over the others.
        if len(point) >= longest and (path + "/").startswith(point.rstrip("/") + "/"):
            found, longest = device.split(" ")[0], len(point)
    return found


def _write_at(descriptor: int, content: bytes, offset: int) -> None:
    if sys.platform != "win32":
        written = os.pwrite(descriptor, content, offset)
    else:
        os.lseek(descriptor, offset, os.SEEK_SET)
        written = os.write(descriptor, content)
    if written != len(content):
        raise OSError(ENOSPC, os.strerror(ENOSPC))
