"""A compressed segment is the segment: read by the same readers, at the same offsets, and by `zstd -d`."""

import os
import tracemalloc

import pytest
import zstandard

from gradient.journal import SegmentReader, processes, prune, settle
from gradient.journal.compression import BLOCK_BYTES, CompressedFile, compact
from gradient.journal.erasing import erase
from gradient.journal.files import open_file

BODIES = [f"body {number} ".encode() * (number % 97 + 1) for number in range(3_000)]


@pytest.fixture
def closed(make_writer, root):
    """A closed segment of a few hundred kilobytes."""
    writer = make_writer(first_segment_bytes=4_000_000)
    for body in BODIES:
        writer.append(body)
    writer.close()
    (segment,) = root.glob("*/*.seg")
    return segment


def frames(path):
    return [(frame.offset, frame.body) for frame in SegmentReader(path).poll(final=True)]


def test_every_frame_keeps_its_place_and_its_bytes(closed):
    before, size = frames(closed), closed.stat().st_size

    assert compact(closed)

    compressed = closed.with_name(closed.name + ".zst")
    assert frames(closed) == frames(compressed) == before
    assert not closed.exists()
    assert compressed.stat().st_size < size / 3


def test_any_stretch_of_bytes_is_the_one_of_the_segment(closed):
    content = closed.read_bytes()
    compact(closed)
    file = open_file(closed)

    stretches = [(0, 10), (65_530, 20), (65_536, 65_536), (len(content) - 5, 50), (len(content), 5), (1, len(content))]
    found = [file.read_at(size, offset) for offset, size in stretches]
    file.close()

    assert found == [content[offset : offset + size] for offset, size in stretches]


def test_other_programs_read_it_too(closed):
    content = closed.read_bytes()

    compact(closed)

    packed = closed.with_name(closed.name + ".zst").read_bytes()
    assert zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read() == content


def test_it_is_as_private_and_as_old_as_the_segment_was(closed):
    os.utime(closed, (1_000, 1_000))

    compact(closed)

    state = closed.with_name(closed.name + ".zst").stat()
    assert (state.st_mode & 0o777, state.st_mtime) == (0o600, 1_000)


def test_a_segment_that_is_still_written_is_left_alone(make_writer, root):
    writer = make_writer()
    writer.append(b"body")
    (segment,) = root.glob("*/*.seg")

    assert not compact(segment)

    assert segment.exists()
    assert not list(root.glob("*/*.zst"))


def test_a_reader_that_is_half_way_reads_on_in_the_compressed_segment(closed):
    reader = SegmentReader(closed)
    first = [next(reader.poll()).body for _ in range(1)]

    compact(closed)

    rest = [frame.body for frame in reader.poll(final=True)]
    assert (first + rest)[1:] == BODIES
    assert reader.damaged == 0


def test_both_forms_beside_each_other_are_one_segment(closed, root):
    content = closed.read_bytes()
    compact(closed)
    closed.write_bytes(content)  # as after a kill between making the one and deleting the other
    (process,) = processes(root)

    assert len(process.segments()) == 1
    assert len(list(process.frames())) == len(BODIES) + 1
    assert compact(closed)
    assert not closed.exists()


def test_a_half_made_file_is_no_segment_and_is_made_again(closed, root):
    (closed.parent / f".{closed.name}.zst").write_bytes(b"half")
    (process,) = processes(root)

    assert len(process.segments()) == 1
    assert compact(closed)
    assert len(list(process.frames())) == len(BODIES) + 1


@pytest.mark.parametrize("damage", ["cut off", "a bad block", "empty"])
def test_damage_costs_what_is_in_it_and_nothing_else(closed, damage):
    compact(closed)
    compressed = closed.with_name(closed.name + ".zst")
    content = bytearray(compressed.read_bytes())
    if damage == "a bad block":
        content[len(content) // 2] ^= 0xFF
    compressed.write_bytes(content if damage == "a bad block" else content[:1_000] if damage == "cut off" else b"")

    reader = SegmentReader(compressed)
    found = [frame.body for frame in reader.poll(final=True)]

    if damage == "a bad block":
        assert set(found) - {b"preamble"} < set(BODIES)
        assert len(found) > len(BODIES) / 2
        assert reader.damaged >= 1
    else:
        assert found == []
        with pytest.raises(OSError, match="no compressed segment"):
            CompressedFile(compressed)


def test_settling_leaves_compressed_segments_alone(closed, root):
    compact(closed)
    content = closed.with_name(closed.name + ".zst").read_bytes()
    (process,) = processes(root)

    settle(process)

    assert closed.with_name(closed.name + ".zst").read_bytes() == content


def test_retention_takes_compressed_segments_too(closed, root):
    os.utime(closed, (1_000, 1_000))
    compact(closed)

    pruned = prune(root, max_age_s=10, max_bytes=10**9, now_s=2_000)

    assert pruned.files == 1
    assert processes(root) == []


def test_what_is_erased_of_opaque_bodies_is_nothing(closed):
    content = closed.read_bytes()

    assert erase(closed, lambda _: True).frames == 0
    assert closed.read_bytes() == content


def damaged_table(content):
    """Say in the table that the second block is of 4 GB."""
    blocks = int.from_bytes(content[-9:-5], "little")
    at = len(content) - 9 - 8 * blocks + 8 + 4
    return content[:at] + b"\xff" * 4 + content[at + 4 :]


def damaged_block(content):
    """Say in the first block that it is of a gigabyte: single segment, its size in four bytes."""
    return content[:4] + bytes([0xA0]) + (1 << 30).to_bytes(4, "little") + content[9:]


@pytest.mark.parametrize("damage", [damaged_table, damaged_block])
def test_what_a_damaged_file_says_of_its_size_takes_no_memory_and_no_frames_of_other_blocks(closed, damage):
    before = frames(closed)
    compact(closed)
    compressed = closed.with_name(closed.name + ".zst")
    compressed.write_bytes(damage(compressed.read_bytes()))

    tracemalloc.start()
    try:
        found = frames(compressed)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak_bytes < 50_000_000
    assert set(found) <= set(before)
    assert {frame for frame in before if frame[0] > 3 * BLOCK_BYTES} <= set(found)
