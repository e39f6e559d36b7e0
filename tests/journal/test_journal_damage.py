"""Whatever happens to the bytes, every frame that is still whole is read, and what is not is counted."""

import random
from zlib import crc32

import pytest

from gradient.journal import JournalWriter, SegmentReader
from gradient.journal.frames import pack_frame

HEADER_BYTES = 64
FRAME_BYTES = 16 + 104
COUNT = 200


def body(index):
    return b"%04d" % index + bytes([index]) * 100


def place(index):
    """Return where frame `index` begins, after the header and the preamble's frame."""
    return HEADER_BYTES + 24 + index * FRAME_BYTES


def overwrite(path, offset, content):
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def flip(path, offset):
    overwrite(path, offset, bytes([path.read_bytes()[offset] ^ 0x55]))


@pytest.fixture
def filled(writer):
    """A writer after `COUNT` frames in one segment."""
    for index in range(COUNT):
        writer.append(body(index))
    return writer


@pytest.fixture
def segment(filled):
    return filled.folder / "000001.seg"


def bodies_of(reader, **arguments):
    return [frame.body for frame in reader.poll(**arguments) if frame.body != b"preamble"]


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "killed"])
def test_ten_flipped_bytes_cost_ten_frames(filled, segment, closed, bodies, only_process):
    (filled.close if closed else filled.forget)()
    hit = {10 * step: byte for step, byte in enumerate((0, 1, 3, 4, 7, 8, 11, 16, 60, 119), start=1)}
    for index, byte in hit.items():
        flip(segment, place(index) + byte)

    assert bodies() == [body(index) for index in range(COUNT) if index not in hit]

    process = only_process()
    assert [frame.offset for frame in process.frames()][1:] == [place(i) for i in range(COUNT) if i not in hit]
    assert process.damaged == 10


@pytest.mark.parametrize(
    "end", [lambda _: None, JournalWriter.forget, JournalWriter.close], ids=["open", "killed", "closed"]
)
def test_a_whole_journal_has_no_damage(writer, end, only_process):
    writer.append(b"whole")
    process = only_process()

    end(writer)

    assert [frame.body for frame in process.frames()] == [b"preamble", b"whole"]
    assert process.damaged == 0


@pytest.mark.parametrize("kept", [1, 8, 15, 16, 17, FRAME_BYTES - 1])
def test_a_torn_tail_is_skipped_and_counted(filled, segment, kept, bodies, only_process):
    filled.forget()
    content = segment.read_bytes()
    segment.write_bytes(content[: place(COUNT - 1) + kept])

    assert bodies() == [body(index) for index in range(COUNT - 1)]

    process = only_process()
    list(process.frames())
    assert process.damaged == 1


def test_a_closed_segment_that_was_cut_between_frames_is_damaged(filled, segment, only_process):
    filled.close()
    segment.write_bytes(segment.read_bytes()[: place(100)])

    process = only_process()

    assert len(list(process.frames())) == 101
    assert process.damaged == 1


def test_a_damaged_segment_header_costs_no_frame(filled, segment, bodies, only_process):
    filled.forget()
    overwrite(segment, 0, bytes(8))

    assert bodies() == [body(index) for index in range(COUNT)]

    process = only_process()
    list(process.frames())
    assert process.damaged == 1


def test_a_frame_inside_a_damaged_body_is_not_taken_for_one(writer, bodies):
    inner = pack_frame(b"inside", crc32(b"inside"))
    writer.append(inner + b"outer")
    writer.append(b"next")
    path = writer.folder / "000001.seg"
    writer.close()
    flip(path, place(0) + 16 + len(inner) + 2)

    assert bodies() == [b"next"]


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_read_without_an_error(filled, segment, seed, only_process):
    filled.forget()
    chance = random.Random(seed)
    for _ in range(30):
        overwrite(segment, chance.randrange(place(COUNT)), chance.randbytes(chance.randrange(1, 200)))

    process = only_process()
    found = [frame.body for frame in process.frames()]

    assert set(found) <= {b"preamble"} | {body(index) for index in range(COUNT)}
    assert len(found) < COUNT
    assert process.damaged


def test_a_file_of_noise_has_no_frames(tmp_path):
    path = tmp_path / "000001.seg"
    path.write_bytes(random.Random(1).randbytes(100_000))
    reader = SegmentReader(path)

    assert list(reader.poll(final=True)) == []

    assert (reader.damaged, reader.ended) == (2, True)


def test_a_reader_gets_each_frame_once_and_ends_when_the_segment_is_closed(filled, segment):
    reader = SegmentReader(segment)

    assert bodies_of(reader) == [body(index) for index in range(COUNT)]
    assert bodies_of(reader) == []
    filled.append(b"later")
    assert bodies_of(reader) == [b"later"]
    assert not reader.ended
    filled.append(b"last")
    filled.close()
    assert bodies_of(reader) == [b"last"]
    assert reader.ended
    assert reader.damaged == 0


def test_a_reader_goes_on_where_another_stopped_half_way(filled, segment):
    first = SegmentReader(segment)
    polled = first.poll()
    begun = [next(polled).body for _ in range(51)]

    second = SegmentReader(segment, first.offset)

    assert begun[1:] + bodies_of(second) == [body(index) for index in range(COUNT)]


def test_a_frame_that_is_being_written_is_waited_for(filled, segment):
    commit = place(COUNT - 1) + 8
    word = segment.read_bytes()[commit : commit + 4]
    overwrite(segment, commit, bytes(4))
    reader = SegmentReader(segment)

    assert bodies_of(reader) == [body(index) for index in range(COUNT - 1)]
    overwrite(segment, commit, word)

    assert bodies_of(reader) == [body(COUNT - 1)]
    assert reader.damaged == 0


def test_a_hole_that_an_interrupt_left_does_not_stop_a_reader(filled, segment):
    overwrite(segment, place(50), bytes(FRAME_BYTES))
    reader = SegmentReader(segment)

    assert bodies_of(reader) == [body(index) for index in range(COUNT) if index != 50]

    assert reader.damaged == 1


def test_frames_larger_than_a_read_are_found_again_after_a_large_damaged_one(make_writer, only_process):
    large = [bytes([index]) * 1_000_000 for index in range(4)]
    writer = make_writer(first_segment_bytes=8_000_000)
    for each in large:
        writer.append(each)
    path = writer.folder / "000001.seg"
    writer.forget()
    overwrite(path, HEADER_BYTES + 24 + 16 + 1_000_000, b"\xff\xff\xff\xff")  # The length of the second one.

    process = only_process()

    assert [frame.body for frame in process.frames()] == [b"preamble", large[0], large[2], large[3]]
    assert process.damaged == 1


def test_a_segment_that_was_deleted_is_at_its_end(tmp_path):
    reader = SegmentReader(tmp_path / "000001.seg")

    assert list(reader.poll()) == []
    assert reader.ended
