"""Dead processes' segments are finished and, in time, deleted; a full disk costs only what does not fit."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from gradient.journal import ProcessJournal, processes, prune, settle

try:
    import fcntl
    import resource
except ImportError:
    pytest.skip("needs locks and limits as POSIX has them", allow_module_level=True)

NOW_S = 1_800_000_000.0
DAY_S = 86_400.0


@pytest.fixture
def grow(make_writer):
    """Return a function that makes a process with segments of about 1,000 bytes, last written days ago."""

    def make(days, segments=1, end="close"):
        writer = make_writer(first_segment_bytes=1_024, largest_segment_bytes=1_024)
        for _ in range(segments):
            writer.append(bytes(900))
        journal = ProcessJournal(writer.folder)
        getattr(writer, end)()
        for path in journal.segments():
            os.utime(path, (NOW_S - days * DAY_S, NOW_S - days * DAY_S))
        return journal

    return make


@contextmanager
def largest_file(size_bytes):
    """Refuse to let any file grow past `size_bytes`, as a full disk would."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte, where mounting is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def sizes(journal):
    return [path.stat().st_size for path in journal.segments()]


def test_settling_closes_and_truncates_what_a_dead_process_left(make_writer, only_process):
    writer = make_writer()
    writer.append(b"left")
    writer.forget()
    before = list(only_process().frames())

    assert settle(only_process()) is True
    assert settle(only_process()) is False

    assert sizes(only_process()) == [64 + 24 + 24]
    assert list(only_process().frames()) == before
    assert only_process().damaged == 0


def test_a_live_process_is_not_settled(writer, only_process):
    writer.append(b"before")

    assert settle(only_process()) is False

    assert writer.append(b"after") is True
    assert [frame.body for frame in only_process().frames()][1:] == [b"before", b"after"]


def test_two_do_not_settle_at_once(make_writer, only_process):
    writer = make_writer()
    writer.append(b"left")
    writer.forget()
    other = os.open(only_process().path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)

    assert settle(only_process()) is False
    assert only_process().liveness() == "dead"
    os.close(other)

    assert settle(only_process()) is True


def test_settling_keeps_what_stands_behind_a_damaged_frame(make_writer, only_process):
    writer = make_writer()
    for body in (b"one", b"two", b"three"):
        writer.append(body)
    writer.forget()
    (segment,) = only_process().segments()
    with segment.open("r+b") as file:
        file.seek(64 + 24 + 24 + 16)
        file.write(b"XXX")

    settle(only_process())

    assert [frame.body for frame in only_process().frames()] == [b"preamble", b"one", b"three"]


def test_segments_past_the_age_are_deleted_with_their_folder(grow, root):
    old, young = grow(days=31, segments=2), grow(days=29)
    total = sum(sizes(old))

    pruned = prune(root, max_age_s=30 * DAY_S, max_bytes=1 << 30, now_s=NOW_S)

    assert pruned == (2, total)
    assert [journal.id for journal in processes(root)] == [young.id]


def test_the_oldest_go_until_the_rest_fits(grow, root):
    journals = [grow(days=days) for days in (3, 1, 4, 2)]
    size = sizes(journals[0])[0]

    pruned = prune(root, max_age_s=30 * DAY_S, max_bytes=size * 2, now_s=NOW_S)

    assert pruned == (2, 2 * size)
    assert {journal.id for journal in processes(root)} == {journals[1].id, journals[3].id}


def test_a_live_process_is_never_pruned(grow, root):
    live = grow(days=99, segments=3, end="open")

    assert prune(root, max_age_s=DAY_S, max_bytes=0, now_s=NOW_S) == (0, 0)

    assert len(live.segments()) == 3


@pytest.mark.parametrize(("days", "left"), [(2, 0), (0, 1)])
def test_a_process_nobody_knows_about_is_pruned_for_its_age_only(grow, root, days, left):
    unknown = grow(days=days)
    (unknown.path / "alive").unlink()

    prune(root, max_age_s=DAY_S, max_bytes=0, now_s=NOW_S)

    assert len(processes(root)) == left


def test_folders_that_were_never_finished_are_pruned(root):
    unfinished = root / ".20260101T000000Z-1-abcdef"
    unfinished.mkdir(parents=True)
    (unfinished / "alive").write_bytes(b"")

    prune(root, max_age_s=DAY_S, max_bytes=0, now_s=unfinished.stat().st_mtime)
    assert unfinished.exists()
    prune(root, max_age_s=DAY_S, max_bytes=0, now_s=unfinished.stat().st_mtime + 2 * DAY_S)
    assert not unfinished.exists()


def test_pruning_a_missing_root_deletes_nothing(root):
    assert prune(root, max_age_s=0, max_bytes=0, now_s=NOW_S) == (0, 0)


def test_a_limit_loses_only_what_does_not_fit_and_writing_resumes(make_writer, bodies, only_process):
    told = []
    writer = make_writer(on_loss=told.append)
    with largest_file(100_000):
        results = [writer.append(b"%4d" % index * 250) for index in range(200)]
    kept = [b"%4d" % index * 250 for index, result in enumerate(results) if result]

    assert set(results) == {True, None}
    assert (writer.lost, len(told)) == (results.count(None), 1)
    assert bodies() == kept

    assert writer.append(b"there is room again") is True
    assert bodies() == [*kept, b"there is room again"]
    assert only_process().damaged == 0


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")
def test_a_full_disk_loses_only_what_does_not_fit_and_writing_resumes(make_writer, small_disk, bodies):
    told = []
    ballast = small_disk / "ballast"
    writer = make_writer(root=small_disk / "journal", on_loss=told.append)
    ballast.write_bytes(bytes(400_000))

    results = [writer.append(b"%5d" % index * 200) for index in range(2_000)]
    kept = [b"%5d" % index * 200 for index, result in enumerate(results) if result]

    assert None in results
    assert len(told) == 1
    assert str(small_disk) in told[0]
    assert writer.lost == results.count(None)
    assert bodies(small_disk / "journal") == kept

    ballast.unlink()
    later = [writer.append(b"room again") for _ in range(300)]

    assert later[-1] is True
    assert bodies(small_disk / "journal") == kept + [b"room again"] * later.count(True)
    writer.close()
