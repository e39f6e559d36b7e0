"""The files of segments, compressed or not, read at offsets of the segment."""

import os
import sys
from io import FileIO
from pathlib import Path
from typing import Protocol

from gradient.journal import ours
from gradient.journal.compression import COMPRESSED_SUFFIX, CompressedFile

_SEGMENT_SUFFIX = ".seg"


class SegmentFile(Protocol):
    """An open segment.

    Attributes:
        size: Length in bytes; of what was compressed, where it is.
    """

    size: int

    def read_at(self, size_bytes: int, offset: int) -> bytes:
        """Read at `offset` without moving any other reader; what is missing or unreadable is left out."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class RawFile:
    """A segment as it was written, see `SegmentFile`."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self.size = self._file.seek(0, os.SEEK_END)

    def read_at(self, size_bytes: int, offset: int) -> bytes:
        try:
            if sys.platform != "win32":
                return os.pread(self._file.fileno(), size_bytes, offset)
            self._file.seek(offset)
            return self._file.read(size_bytes) or b""
        except OSError:
            return b""

    def close(self) -> None:
        self._file.close()


def open_file(path: Path) -> SegmentFile:
    """Open a segment by the path it has now, or by the one it had before it was compressed.

    Raises:
        OSError: There is no such segment, or it cannot be read.
    """
    if path.suffix == COMPRESSED_SUFFIX:
        return CompressedFile(path)
    try:
        return RawFile(FileIO(ours.open_to_read(path)))
    except FileNotFoundError:
        return CompressedFile(path.with_name(path.name + COMPRESSED_SUFFIX))


def segment_number(path: Path) -> int:
    """Return the number in a segment's name, or 0 for a name that has none."""
    stem = path.name.partition(".")[0]
    return int(stem) if stem.isdecimal() else 0


def segment_paths(folder: Path) -> list[Path]:
    """Return the segments of a process in the order in which they were written, each once."""
    found = {segment_number(path): path for path in folder.glob(f"*{_SEGMENT_SUFFIX}{COMPRESSED_SUFFIX}")}
    # Who compressed one may have died before the other form was deleted; both say the same.
    found |= {segment_number(path): path for path in folder.glob(f"*{_SEGMENT_SUFFIX}")}
    return [found[number] for number in sorted(found) if not found[number].name.startswith(".")]
