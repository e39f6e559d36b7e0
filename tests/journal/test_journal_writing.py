"""What is appended comes back, in order, whatever its size and whoever appends."""

import re
import stat
import threading
from itertools import groupby

import pytest

import gradient.journal
from gradient.journal import processes
from gradient.journal.segment import may_map

SIZES = [0, 1, 7, 8, 9, 100, 4_095, 4_096, 40_000, 1_048_576, 3, 262_144]


def test_nothing_is_on_disk_before_the_first_append(writer, root):
    assert not root.exists()
    assert (writer.generation, writer.folder) == (0, None)


def test_frames_of_every_size_come_back_in_order(make_writer, bodies):
    writer = make_writer(first_segment_bytes=4_096, largest_segment_bytes=65_536)
    wanted = [bytes([index]) * size for index, size in enumerate(SIZES * 3)]

    assert all(writer.append(body) is True for body in wanted)

    assert bodies() == wanted
    writer.close()
    assert bodies() == wanted


def test_every_segment_begins_with_the_preamble(make_writer, only_process):
    writer = make_writer(first_segment_bytes=1_024, largest_segment_bytes=4_096)
    for _ in range(100):
        writer.append(bytes(300))

    by_segment = [list(frames) for _, frames in groupby(only_process().frames(), key=lambda frame: frame.segment)]

    assert len(by_segment) > 5
    assert all(frames[0].body == b"preamble" for frames in by_segment)


def test_segments_double_up_to_the_largest(make_writer, only_process):
    writer = make_writer(first_segment_bytes=1_024, largest_segment_bytes=4_096)
    for _ in range(100):
        writer.append(bytes(96))
    writer.close()

    sizes = [path.stat().st_size for path in only_process().segments()[:-1]]

    limits = [1_024, 2_048] + [4_096] * (len(sizes) - 2)
    assert all(limit - 112 < size <= limit for size, limit in zip(sizes, limits, strict=True))


def test_a_refused_generation_is_not_written(writer, bodies):
    writer.open()
    old = writer.generation
    writer.append(b"one", old)
    writer.close()

    assert writer.append(b"stale", old) is False

    assert writer.append(b"two", writer.generation) is True
    assert sorted(bodies()) == [b"one", b"two"]


def test_a_frame_that_needs_another_segment_is_refused_until_encoded_for_it(make_writer, only_process):
    writer = make_writer(first_segment_bytes=1_024)
    writer.open()
    old = writer.generation

    assert writer.append(bytes(2_000), old) is False
    assert writer.generation != old
    assert writer.append(bytes(2_000), writer.generation) is True

    assert [(frame.segment, len(frame.body)) for frame in only_process().frames()] == [(1, 8), (2, 8), (2, 2_000)]


def test_a_generation_never_comes_back(make_writer):
    writer = make_writer(first_segment_bytes=1_024)
    seen = []

    for _ in range(5):
        assert writer.open()
        seen.append(writer.generation)
        writer.append(bytes(2_000))
        seen.append(writer.generation)
        writer.close()

    assert seen == sorted(set(seen))


def test_an_append_after_closing_begins_another_process_folder(writer, root, bodies):
    writer.append(b"before")
    first = writer.folder
    writer.close()
    writer.close()
    assert writer.folder is None

    assert writer.append(b"after") is True

    assert writer.folder not in {None, first}
    assert len(processes(root)) == 2
    assert sorted(bodies()) == [b"after", b"before"]


def test_a_closed_segment_has_no_tail(writer, only_process):
    writer.append(bytes(1_000))
    writer.close()

    (segment,) = only_process().segments()

    assert segment.stat().st_size == 64 + (16 + 8) + (16 + 1_000)


def test_frames_of_eight_threads_are_all_whole(make_writer, bodies):
    writer = make_writer(first_segment_bytes=16_384, largest_segment_bytes=65_536)
    wanted = [[b"%d %d " % (thread, index) * (index % 50 + 1) for index in range(1_000)] for thread in range(8)]
    threads = [threading.Thread(target=lambda mine=mine: [writer.append(body) for body in mine]) for mine in wanted]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = bodies()
    assert [[body for body in found if body.startswith(b"%d " % thread)] for thread in range(8)] == wanted


def test_only_the_owner_may_read(writer, root):
    writer.append(b"private")

    modes = {stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (root, writer.folder)}

    assert (modes, folders) == ({0o600}, {0o700})


def test_a_process_id_tells_time_and_pid(writer):
    writer.append(b"")

    assert re.fullmatch(r"\d{8}T\d{6}Z-\d+-[0-9a-f]{6}", writer.folder.name)


def test_a_removed_folder_is_replaced_by_another(make_writer, bodies):
    writer = make_writer(first_segment_bytes=1_024)
    writer.append(b"gone")
    for path in writer.folder.iterdir():
        path.unlink()
    writer.folder.rmdir()

    assert writer.append(bytes(2_000)) is True

    assert bodies() == [bytes(2_000)]


def test_a_root_that_cannot_be_made_costs_frames_and_one_message(make_writer, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    told = []
    writer = make_writer(root=tmp_path / "file" / "journal", on_loss=told.append)

    assert not writer.open()
    assert [writer.append(b"lost") for _ in range(1_000)] == [None] * 1_000

    assert writer.lost == 1_000
    assert len(told) == 1
    assert str(tmp_path / "file") in told[0]
    assert "GRADIENT_HOME" in told[0]


def test_a_root_that_becomes_writable_is_found_within_256_appends(make_writer, tmp_path, bodies):
    blocker = tmp_path / "file"
    blocker.write_bytes(b"")
    writer = make_writer(root=blocker / "journal")
    writer.append(b"lost")
    blocker.unlink()

    results = [writer.append(b"%d" % index) for index in range(257)]

    assert results == [None] * 256 + [True]
    assert bodies(blocker / "journal") == [b"256"]


def test_what_is_no_bytes_is_lost_and_raises_nothing(make_writer, bodies):
    def complain(reason):
        raise RuntimeError(reason)

    writer = make_writer(on_loss=complain)

    assert writer.append("text") is None
    assert writer.append(b"bytes") is True

    assert (writer.lost, bodies()) == (1, [b"bytes"])


def test_a_preamble_that_fails_costs_frames_only(make_writer):
    def fail():
        raise LookupError

    writer = make_writer(preamble=fail)

    assert (writer.append(b"lost"), writer.open(), writer.lost) == (None, False, 1)


@pytest.mark.skipif("sys.platform != 'linux'")
def test_only_file_systems_that_keep_a_reservation_are_mapped(tmp_path):
    from pathlib import Path

    assert not may_map(Path("/proc"))
    assert not Path("/dev/shm").is_mount() or may_map(Path("/dev/shm"))


def test_exported_names_are_exactly_the_public_ones():
    assert gradient.journal.__all__ == sorted(gradient.journal.__all__)
    assert all(hasattr(gradient.journal, name) for name in gradient.journal.__all__)
