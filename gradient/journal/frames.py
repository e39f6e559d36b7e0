"""The bytes of a segment: its header, its frames, and how to tell a whole frame from a torn one.

    segment   header (64 bytes), then frames, each at a multiple of 8
    header    magic with format version, segment number, closed word, used length (once closed), lost frames
    frame     body length, CRC32 of the body, commit word, zero, body, zeros up to the next multiple of 8

Everything is little endian. What a body means is not known here.
"""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple, Protocol
from zlib import crc32

MAGIC = b"GRADJNL\x01"
"""Name and version of the format. A new version also gets a new commit word."""

SEGMENT_HEADER = Struct("<8sIIQQ32x")
LOST = Struct("<Q")
LOST_OFFSET = 24
FRAME_HEADER = Struct("<III4x")
FRAME_START = Struct("<II")
WORD = Struct("<I")

SEGMENT_HEADER_BYTES = SEGMENT_HEADER.size
FRAME_HEADER_BYTES = FRAME_HEADER.size
COMMIT_OFFSET = FRAME_START.size

COMMIT_BYTES = b"\xc1\xf7\x9e\xfe"  # No msgpack and no UTF-8 has them in a row, so a search for them seldom errs.
COMMIT = WORD.unpack(COMMIT_BYTES)[0]
CLOSED = 0x5EA1ED

MAX_BODY_BYTES = 1 << 30
_MOST_LOST = 1 << 62  # what an index can hold

_CHUNK_BYTES = 256 * 1024
_READ_BYTES = 64 * 1024  # stays in the cache of a core until it was gone through, and is memory that was used before


class SegmentHeader(NamedTuple):
    """What the first 64 bytes of a segment say.

    Attributes:
        number: Number of the segment in its process, from 1.
        used_bytes: Length of header and frames, or None while the segment is open.
        lost: How many frames could not be written while this was the newest segment.
    """

    number: int
    used_bytes: int | None
    lost: int = 0


def pack_segment_header(number: int, used_bytes: int | None = None, lost: int = 0) -> bytes:
    """Return the header of an open segment, or of a closed one when `used_bytes` is given."""
    return SEGMENT_HEADER.pack(MAGIC, number, 0 if used_bytes is None else CLOSED, used_bytes or 0, lost)


def newer_format(header: bytes) -> int:
    """Return the version of a segment that a later version of Gradient wrote; 0 for any other."""
    named = len(header) >= len(MAGIC) and header.startswith(MAGIC[:-1])
    return header[len(MAGIC) - 1] if named and header[len(MAGIC) - 1] > MAGIC[-1] else 0


def unpack_segment_header(header: bytes) -> SegmentHeader | None:
    """Return what `header` says, or None when it is damaged or of another format."""
    if len(header) < SEGMENT_HEADER_BYTES or not header.startswith(MAGIC):
        return None
    _, number, closed, used_bytes, lost = SEGMENT_HEADER.unpack_from(header)
    return SegmentHeader(number, used_bytes if closed == CLOSED else None, min(lost, _MOST_LOST))


def align(size_bytes: int) -> int:
    """Round up to a multiple of 8."""
    return (size_bytes + 7) & -8


def frame_bytes(body_bytes: int) -> int:
    """Return the room that a frame with a body of `body_bytes` takes."""
    return FRAME_HEADER_BYTES + align(body_bytes)


def pack_frame(body: bytes, crc: int) -> bytes:
    """Return a whole committed frame."""
    size = len(body)
    return FRAME_HEADER.pack(size, crc, COMMIT) + body + b"\0" * (-size & 7)


class Readable(Protocol):
    """Bytes that can be read at any offset."""

    def read_at(self, size_bytes: int, offset: int) -> bytes:
        """Return at most `size_bytes` from `offset`."""
        ...


class FrameWindow:
    """The frames of an open file up to `end`, read in large chunks at given offsets; never changes the file."""

    def __init__(self, file: Readable, end: int, chunk_bytes: int = _READ_BYTES) -> None:
        self._chunk_bytes = chunk_bytes
        self._file = file
        self._end = end
        self._base = 0
        self._buffer = b""

    def body_at(self, offset: int) -> bytes | None:
        """Return the body of the frame at `offset`, or None when no whole committed frame is there."""
        at = offset - self._base
        if not 0 <= at <= len(self._buffer) - FRAME_HEADER_BYTES:
            self.load(offset, FRAME_HEADER_BYTES)
            at = 0
        if len(self._buffer) < FRAME_HEADER_BYTES:
            return None
        length, crc, commit = FRAME_HEADER.unpack_from(self._buffer, at)
        if commit != COMMIT or offset + FRAME_HEADER_BYTES + length > self._end:
            return None
        if at + FRAME_HEADER_BYTES + length > len(self._buffer):
            self.load(offset, FRAME_HEADER_BYTES + length)
            at = 0
        start = at + FRAME_HEADER_BYTES
        body = self._buffer[start : start + length]
        return body if len(body) == length and crc32(body) == crc else None

    def bodies_from(self, offset: int) -> Iterator[tuple[int, bytes]]:
        """Yield place and body of each whole frame from `offset` on, up to the first that is not."""
        for block in self.blocks_from(offset):
            yield from block

    def blocks_from(self, offset: int) -> Iterator[list[tuple[int, bytes]]]:
        """Yield the same as `bodies_from`, as many at once as were read at once."""
        unpack, checksum, header, committed = FRAME_HEADER.unpack_from, crc32, FRAME_HEADER_BYTES, COMMIT
        while (body := self.body_at(offset)) is not None:
            block = [(offset, body)]
            buffer, base, add = self._buffer, self._base, block.append
            size = len(buffer)
            last = size - header
            at = offset - base + frame_bytes(len(body))
            # Here and not in `body_at`, because reading a large journal is mostly this.
            while at <= last:
                length, crc, commit = unpack(buffer, at)
                start = at + header
                stop = start + length
                body = buffer[start:stop]
                if commit != committed or stop > size or checksum(body) != crc:
                    break
                add((base + at, body))
                at = (stop + 7) & -8
            yield block
            offset = base + at

    def committed_until(self, offset: int) -> int:
        """Return where the committed frames from `offset` on end, told by their headers alone."""
        while True:
            at = offset - self._base
            if not 0 <= at <= len(self._buffer) - FRAME_HEADER_BYTES:
                self.load(offset, FRAME_HEADER_BYTES)
                at = 0
            if len(self._buffer) < FRAME_HEADER_BYTES:
                return offset
            length, _, commit = FRAME_HEADER.unpack_from(self._buffer, at)
            if commit != COMMIT:
                return offset
            offset += frame_bytes(length)

    def load(self, offset: int, at_least_bytes: int = 0) -> None:
        """Read from `offset` afresh: what was read before may have been committed since."""
        wanted = min(max(at_least_bytes, self._chunk_bytes), self._end - offset)
        self._base = offset
        self._buffer = self._file.read_at(max(wanted, 0), offset)

    def next_frame(self, offset: int, *, nearby: bool) -> int | None:
        """Return where the next whole frame after the broken one at `offset` begins, or None.

        Args:
            offset: Place of something that is not a whole frame.
            nearby: Look through one chunk only, because whoever asks will ask again.
        """
        # By its length first: its body may itself contain bytes that look like a frame.
        hop = self._after(offset)
        if hop is not None and self.body_at(hop) is not None:
            return hop
        for start in range(offset, min(offset + 1, self._end) if nearby else self._end, _CHUNK_BYTES):
            chunk = self._file.read_at(min(_CHUNK_BYTES + FRAME_HEADER_BYTES, self._end - start), start)
            found = self._search(chunk, start, offset)
            if found is not None:
                return found
        return None

    def has_content(self, offset: int) -> bool:
        """Tell whether anything but zeros stands between `offset` and the end."""
        return any(True for _ in self._contents(offset))

    def end_of_content(self, offset: int) -> int:
        """Return where the zeros begin that reach to the end, but not before `offset`."""
        end = offset
        for start, chunk in self._contents(offset):
            end = start + len(chunk.rstrip(b"\0"))
        return min(align(end), self._end)

    def _contents(self, offset: int) -> Iterator[tuple[int, bytes]]:
        """Yield what stands behind `offset`, piece by piece, but for pieces of zeros."""
        zeros = bytes(_CHUNK_BYTES)
        for start in range(offset, self._end, _CHUNK_BYTES):
            chunk = self._file.read_at(min(_CHUNK_BYTES, self._end - start), start)
            if chunk != zeros[: len(chunk)]:
                yield start, chunk

    def _after(self, offset: int) -> int | None:
        header = self._file.read_at(FRAME_HEADER_BYTES, offset)
        if len(header) < FRAME_HEADER_BYTES:
            return None
        return offset + frame_bytes(WORD.unpack_from(header)[0])

    def _search(self, chunk: bytes, start: int, broken: int) -> int | None:
        at = chunk.find(COMMIT_BYTES)
        while at >= 0:
            candidate = start + at - COMMIT_OFFSET
            if candidate > broken and candidate % 8 == 0 and self.body_at(candidate) is not None:
                return candidate
            at = chunk.find(COMMIT_BYTES, at + 1)
        return None
