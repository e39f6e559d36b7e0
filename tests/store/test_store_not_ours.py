"""What is not ours is not written to, whatever stands where one of our files should; and all else goes on."""

import os
import shutil
import stat
from contextlib import suppress

import pytest

from gradient.cli import main
from gradient.journal import ProcessJournal, settle
from gradient.journal.frames import pack_segment_header
from gradient.store import NotRemovable, SqliteStore

THESIS = b"a year of work " * 400
OPEN = pack_segment_header(1)
NEWER = OPEN[:7] + b"\x02" + OPEN[8:]
COMMANDS = [
    ["ls", "word"],
    ["rm", "0707", "--yes"],
    ["prune", "--older-than", "1w", "--max-size", "1MB", "--yes"],
]


def link(thesis, place):
    place.symlink_to(thesis)


def hard_link(thesis, place):
    os.link(thesis, place)


def link_to_nothing(thesis, place):
    place.symlink_to(thesis.with_name("nothing"))


def fifo(_, place):
    os.mkfifo(place)


def link_to_a_device(_, place):
    place.symlink_to("/dev/zero")


def folder(_, place):
    place.mkdir()


@pytest.fixture
def thesis(tmp_path):
    """A file outside of the home that begins as a segment does."""
    path = tmp_path / "thesis"
    path.write_bytes(OPEN + THESIS)
    os.utime(path, (1e9, 1e9))
    return path


@pytest.fixture
def outside(thesis):
    """Return a function that tells what there is outside of the home."""

    def look():
        """Return the bytes, the time, the mode, the owner and the neighbours of the thesis."""
        state = thesis.stat()
        beside = {path.name for path in thesis.parent.iterdir() if path.name not in ("home", "config")}
        return thesis.read_bytes(), state.st_mtime_ns, state.st_mode, state.st_uid, beside

    return look


@pytest.fixture
def recorded(process, home):
    """Return the folder of a process that was killed: one run, in an open segment, and another closed before it."""
    for _ in range(2):
        one = process(began_s=5, mapped=False, first_segment_bytes=20_000)
        one.request(7, inputs="word")
        one.end(7, 71, at_ms=2, started_ms=1, outputs="x" * 19_000)
        one.end_request(7, at_ms=3)
        written = one.writer.folder
        one.writer.forget()
    return written


def ask_everything(home):
    for words in COMMANDS:
        assert main(words) == 0, words
    with SqliteStore(home) as store:
        store.update_text()
        store.compact()


@pytest.mark.parametrize("make", [link, hard_link, link_to_nothing, fifo, link_to_a_device, folder])
@pytest.mark.parametrize(
    "name",
    ["000001.seg", "000009.seg", "000009.seg.zst", ".000001.seg.zst", ".000001.seg", "alive", "../.pruned"],
)
def test_nothing_outside_changes_whatever_stands_in_the_place_of_a_file(recorded, thesis, outside, make, name):
    place = recorded / name
    with suppress(FileNotFoundError):
        place.unlink()
    make(thesis, place)
    before = outside()

    assert [main(words) for words in COMMANDS] == [0] * len(COMMANDS)
    with SqliteStore(recorded.parents[1]) as store:
        store.compact()

    assert outside() == before


def test_nothing_outside_changes_where_a_process_folder_is_a_link(recorded, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shutil.move(recorded, elsewhere)
    recorded.symlink_to(elsewhere)
    (elsewhere / "book.seg").write_bytes(THESIS)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in elsewhere.iterdir()}

    assert main(["ls"]) == main(["doctor"]) == main(["prune", "--older-than", "1w", "--yes"]) == 0
    settle(ProcessJournal(recorded))

    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in elsewhere.iterdir()} == before


@pytest.mark.parametrize(
    "content",
    [THESIS, NEWER + THESIS, b"\0" * 64 + THESIS, OPEN[:40], b"", b"GRADJNL", OPEN + THESIS],
    ids=["a text", "a newer format", "no header", "half a header", "nothing", "a name", "unknown frames"],
)
def test_no_byte_that_cannot_be_read_is_cut_off(recorded, content):
    (recorded / "000009.seg").write_bytes(content + bytes(4096))

    assert main(["ls", "word"]) == main(["show", "0707"]) == 0

    left = (recorded / "000009.seg").read_bytes()
    if (content + bytes(64)).startswith(OPEN):  # only its zeros are given back, and its head says that it is closed
        assert left[64:] == content[64:]
    else:
        assert left == content + bytes(4096)


def test_a_newer_segment_is_told_and_read_by_nobody(recorded, capsys):
    (recorded / "000009.seg").write_bytes(NEWER + THESIS)

    assert main(["ls"]) == 0

    assert "newer version" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to give files away")
def test_files_of_somebody_else_stay_theirs(recorded, home):
    os.chown(recorded / "000001.seg", 4711, 4711)
    before = (recorded / "000001.seg").read_bytes()

    with SqliteStore(home) as store:
        store.compact()
        with pytest.raises(NotRemovable, match="not a file of ours"):
            store.remove([store.find("@last")])

    assert (recorded / "000001.seg").read_bytes() == before
    assert (recorded / "000001.seg").stat().st_uid == 4711


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to give files away")
def test_what_root_writes_anew_in_the_home_of_another_belongs_to_the_other(recorded, home):
    for path in (recorded, *recorded.iterdir()):
        os.chown(path, 4711, 4711)

    with SqliteStore(home) as store:
        store.compact()
        store.remove([store.find("@last")])

    assert {(path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) for path in recorded.iterdir()} == {(4711, 0o600)}
    assert list(recorded.glob("*.zst"))


def test_a_run_is_removed_from_behind_a_broken_frame_and_what_was_broken_is_overwritten(process, home):
    one = process(mapped=False)
    for number in (1, 2, 1, 2):
        one.start(number, 11, inputs=f"Xq7-secret {number}")
    one.end_request(1, at_ms=3, outputs="Xq7-secret 1")
    segment = next(home.rglob("*.seg"))
    one.die()
    content = segment.read_bytes()
    segment.write_bytes(content.replace(b'secret 1"', b"secret 1!", 1))

    with SqliteStore(home) as store:
        store.remove([store.find("0101")])
        assert store.run_document(store.find("0202"))["executions"][0]["inputs"] == "Xq7-secret 2"

    assert b"secret 1" not in segment.read_bytes()
