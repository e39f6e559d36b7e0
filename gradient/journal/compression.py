"""Closed segments, compressed so that any frame is still reached by reading one block.

`000001.seg.zst` holds the very bytes of `000001.seg`, in the seekable format of zstd: blocks that are zstd frames
of their own, then a table of their sizes in a frame that other readers skip. `zstd -d` gives the segment back, and a
frame keeps its offset.

    block, block, ..., table: magic, size, (compressed size, size) of each block, number of blocks, flags, magic
"""

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import FileIO
from itertools import accumulate
from pathlib import Path
from struct import Struct

import zstandard

from gradient.journal import ours
from gradient.journal.frames import SEGMENT_HEADER_BYTES, unpack_segment_header

COMPRESSED_SUFFIX = ".zst"
BLOCK_BYTES = 64 * 1024
"""Of the segment, in a block: 9 % larger than with a trained dictionary, and nothing to keep beside the file."""

# Level 3 takes a fifth longer and saves 7 %; matches of six bytes, which level 1 looks for, take 4 % and save 1 %.
PARAMETERS = zstandard.ZstdCompressionParameters(compression_level=1, window_log=16, min_match=7)
_MOST_BLOCKS = 4
_SKIPPED = 0x184D2A5E
_SEEKABLE = 0x8F92EAB1
_TABLE_START = Struct("<II")
_ENTRY = Struct("<II")
_TABLE_END = Struct("<IBI")


class CompressedFile:
    """The bytes of a compressed segment, read at any offset.

    Attributes:
        size: Length of what was compressed, in bytes.

    Raises:
        OSError: The file cannot be read, or is no compressed segment.
    """

    def __init__(self, path: Path) -> None:
        self._file = FileIO(ours.open_to_read(path))
        try:
            sizes = _read_table(self._file)
        except BaseException:
            self._file.close()
            raise
        self._packed = [0, *accumulate(packed for packed, _ in sizes)]
        self._starts = [0, *accumulate(size for _, size in sizes)]
        self.size = self._starts[-1]
        self._blocks: dict[int, bytes] = {}
        self._decompress = zstandard.ZstdDecompressor().decompress

    def read_at(self, size_bytes: int, offset: int) -> bytes:
        """Read at an offset of the segment; what is missing or damaged is left out."""
        end = min(offset + size_bytes, self.size)
        parts: list[bytes] = []
        while offset < end:
            number = bisect_right(self._starts, offset) - 1
            at = offset - self._starts[number]
            part = self._read_block(number)[at : at + end - offset]
            if not part:
                break
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read_block(self, number: int) -> bytes:
        found = self._blocks.get(number)
        if found is None:
            start, stop = self._packed[number : number + 2]
            size = self._starts[number + 1] - self._starts[number]
            self._file.seek(start)
            found = self._unpacked(self._file.read(stop - start) or b"", size)
            if len(self._blocks) >= _MOST_BLOCKS:
                self._blocks.clear()
            self._blocks[number] = found
        return found

    def _unpacked(self, packed: bytes, size: int) -> bytes:
        """Return a block; of a damaged one zeros: no frame is in them, and those behind it are found."""
        try:
            # A damaged block may say that it is of any size, and that much memory would be taken.
            if zstandard.frame_content_size(packed) == size:
                return self._decompress(packed, size)
        except zstandard.ZstdError:
            pass
        return bytes(size)


def compact(path: Path) -> bool:
    """Replace a closed segment by its compressed form; whoever reads it meanwhile reads on.

    Returns:
        Whether it was. False for a segment that is open, gone, or cannot be written beside.
    """
    target = path.with_name(path.name + COMPRESSED_SUFFIX)
    making = path.with_name(f".{target.name}")
    try:
        with FileIO(ours.open_ours(path)) as source:
            header = unpack_segment_header(source.read(SEGMENT_HEADER_BYTES) or b"")
            if header is None or header.used_bytes is None:
                return False
            source.seek(0)
            state = os.fstat(source.fileno())
            _write(making, iter(lambda: source.read(BLOCK_BYTES) or b"", b""), state)
        making.replace(target)
        path.unlink()
    except OSError:
        with suppress(OSError):
            making.unlink()
        return False
    return True


def write_compressed(path: Path, content: bytes, like: os.stat_result) -> None:
    """Write the content of a segment to a new file, compressed.

    Args:
        path: The file.
        content: The segment.
        like: Of the file whose owner and time it gets.

    Raises:
        OSError: It cannot be written.
    """
    _write(path, (content[at : at + BLOCK_BYTES] for at in range(0, len(content), BLOCK_BYTES)), like)


def write_raw(path: Path, content: bytes, like: os.stat_result) -> None:
    """Do the same without compressing it."""
    _write_new(path, [content], like)


def _write(path: Path, blocks: Iterable[bytes], like: os.stat_result) -> None:
    _write_new(path, _packed(blocks), like)


def _write_new(path: Path, parts: Iterable[bytes], like: os.stat_result) -> None:
    with os.fdopen(ours.create(path, like), "wb") as made:
        made.writelines(parts)
        made.flush()
        os.fsync(made.fileno())  # the segment goes next: power may fail between the two
    os.utime(path, ns=(like.st_atime_ns, like.st_mtime_ns))  # retention goes by it


def _packed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    compressor = zstandard.ZstdCompressor(compression_params=PARAMETERS)
    entries: list[bytes] = []
    for block in blocks:
        packed = compressor.compress(block)
        entries.append(_ENTRY.pack(len(packed), len(block)))
        yield packed
    table = b"".join(entries)
    yield _TABLE_START.pack(_SKIPPED, len(table) + _TABLE_END.size) + table
    yield _TABLE_END.pack(len(entries), 0, _SEEKABLE)


def _read_table(file: FileIO) -> list[tuple[int, int]]:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _TABLE_END.size))
    tail = file.read(_TABLE_END.size) or b""
    if len(tail) < _TABLE_END.size:
        raise OSError("no compressed segment")
    blocks, _, magic = _TABLE_END.unpack(tail)
    length = blocks * _ENTRY.size
    if magic != _SEEKABLE or length > end:
        raise OSError("no compressed segment")
    file.seek(end - _TABLE_END.size - length)
    # No block is larger; a damaged table may say so.
    return [(packed, min(size, BLOCK_BYTES)) for packed, size in _ENTRY.iter_unpack(file.read(length) or b"")]
