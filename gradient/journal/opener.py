"""Open the segments of one process, one after the other: where, how large, and in which of the two ways."""

from collections.abc import Callable
from pathlib import Path
from zlib import crc32

from gradient.journal.frames import SEGMENT_HEADER_BYTES, frame_bytes
from gradient.journal.process import ProcessFolder
from gradient.journal.segment import MappedSegment, OpenSegment, Segment, WrittenSegment, may_map


class SegmentOpener:
    """Opens segments of doubling size in this process's folder, and makes that folder first.

    Attributes:
        root: Folder of all processes' journals.
    """

    __slots__ = (
        "_first_bytes",
        "_largest_bytes",
        "_mapped",
        "_maps",
        "_next_bytes",
        "_number",
        "_preamble",
        "_process",
        "root",
    )

    def __init__(
        self, root: Path, preamble: Callable[[], bytes], first_bytes: int, largest_bytes: int, *, mapped: bool | None
    ) -> None:
        self.root = root
        self._preamble = preamble
        self._first_bytes = first_bytes
        self._largest_bytes = largest_bytes
        self._mapped = mapped
        self._process: ProcessFolder | None = None
        self._number = 0
        self._maps = False
        self._next_bytes = first_bytes

    @property
    def folder(self) -> Path | None:
        """Folder of this process, or None while there is none."""
        return None if self._process is None else self._process.path

    def is_ours(self) -> bool:
        """Tell whether nobody closed our descriptors under us."""
        return self._process is None or self._process.is_ours()

    def open_next(self, size: int) -> Segment:
        """Open a segment that begins with the preamble and has room for a body of `size` bytes.

        Raises:
            OSError: The folder or the segment cannot be made.
            NotWritable: The preamble cannot be written.
        """
        preamble = self._preamble()
        needed = SEGMENT_HEADER_BYTES + frame_bytes(len(preamble)) + frame_bytes(size)
        try:
            segment = self._make(needed)
        except FileNotFoundError:
            self.let_go()  # Somebody removed our folder; what we wrote there is gone, what comes need not be.
            segment = self._make(needed)
        try:
            segment.write(preamble, len(preamble), crc32(preamble))
        except BaseException:
            segment.discard()
            raise
        return segment

    def let_go(self) -> None:
        """Release the process folder; the next segment begins another one."""
        process, self._process = self._process, None
        if process is not None:
            process.release()
        self._number = 0
        self._next_bytes = self._first_bytes

    def _make(self, needed: int) -> OpenSegment:
        if self._process is None:
            self._process = ProcessFolder(self.root)
            self._maps = may_map(self.root) if self._mapped is None else self._mapped
        segment = self._reserve(self._process, needed) if self._maps else None
        if segment is None:
            segment = WrittenSegment(*self._next_place(self._process), max(self._next_bytes, needed))
        self._next_bytes = min(self._next_bytes * 2, self._largest_bytes)
        return segment

    def _reserve(self, process: ProcessFolder, needed: int) -> OpenSegment | None:
        """Make a mapped segment, or none where nothing can be reserved."""
        try:
            return MappedSegment(*self._next_place(process), max(self._next_bytes, needed))
        except FileNotFoundError:
            raise
        except OSError:
            # One write per frame uses what little is left, and a small segment lets us try again soon.
            self._next_bytes = self._first_bytes
            return None

    def _next_place(self, process: ProcessFolder) -> tuple[Path, int]:
        self._number += 1
        return process.path / f"{self._number:06}.seg", self._number
