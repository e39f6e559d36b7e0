"""How runs are listed, and how people name one."""

import re

import pytest

from gradient.journal.events import FORMAT_VERSION, RequestStarted, Usage
from gradient.store import AmbiguousReference, BadReference, RunNotFound, SqliteStore, Unreadable, ls_document

LS_KEYS = re.findall(
    r"\w+",
    "request_id entrypoint project status started_at duration_ms executions errors usage session_id tags",
)


@pytest.fixture
def found(home):
    """Return a function that gives the first byte of the run that a reference names."""
    return lambda reference: SqliteStore(home).find(reference).key[0]


def numbers(runs):
    return [run.key[0] for run in runs]


def test_the_list_has_the_promised_names_and_no_others(process, home):
    one = process()
    one.request(1, session_id="s", tags=["t"])
    one.end(1, 7, at_ms=1, status="error")
    one.end(1, 8, at_ms=1)
    store = SqliteStore(home)

    listing = ls_document(store)
    (run,) = listing["runs"]

    assert (listing["schema"], list(run)) == ("gradient.ls/1", LS_KEYS)
    assert (run["executions"], run["errors"], run["session_id"], run["tags"]) == (2, 1, "s", ["t"])


def test_runs_of_all_processes_are_listed_newest_first(process, home):
    late, early = process(began_s=100), process()
    late.request(1)
    early.request(2)
    early.request(3, at_ms=200_000)

    assert numbers(SqliteStore(home)) == [3, 1, 2]


def test_of_runs_that_began_together_the_last_written_is_the_newest(process, home):
    one = process()
    for number in (5, 3, 4):
        one.request(number)

    assert numbers(SqliteStore(home)) == [4, 3, 5]


def test_other_projects_are_left_out_when_one_is_asked_for(process, home):
    process(project="mine").request(1)
    process(project="theirs").request(2)

    assert numbers(SqliteStore(home).list(project="mine").runs) == [1]
    assert sorted(numbers(SqliteStore(home))) == [1, 2]


def test_a_run_that_was_not_sampled_is_not_listed_but_found_by_its_id(process, home, found):
    one = process()
    one.request(1)
    one.end_request(1, at_ms=1)
    one.request(2, at_ms=5)
    one.end_request(2, at_ms=6, started_ms=5, sampled=False)

    assert numbers(SqliteStore(home)) == [1]
    assert found("0202") == 2
    assert found("@last") == 1


def test_nothing_is_listed_where_nothing_was_recorded(home):
    assert list(SqliteStore(home)) == []


@pytest.mark.parametrize(
    ("reference", "number"),
    [
        ("02020202-0202-0202-0202-020202020202", 2),
        ("02020202020202020202020202020202", 2),
        ("0202", 2),
        ("02020202-02", 2),
        ("ABAB", 0xAB),
        ("@last", 0xAB),
        ("@-1", 0xAB),
        ("@-2", 2),
        ("@-3", 1),
        ("@last-error", 1),
    ],
)
def test_a_reference_names_one_run(process, found, reference, number):
    one = process()
    one.request(1)
    one.end_request(1, at_ms=1, status="error")
    one.request(2, at_ms=2)
    one.request(0xAB, at_ms=3)

    assert found(reference) == number


def test_an_unknown_id_is_told_with_the_nearest_ones(process, home):
    one = process()
    for number in (0x11, 0x12, 0x91, 0x92):
        one.request(number)

    with pytest.raises(RunNotFound, match="Nearest: 11111111-") as failure:
        SqliteStore(home).find("1122")

    assert [run_id[:2] for run_id in failure.value.nearest] == ["11", "12", "92"]


def test_a_prefix_of_two_ids_is_told_with_both(process, home):
    one = process()
    for end in (1, 2):
        key = b"\x12\x34" + bytes([end]) * 14
        one.write(RequestStarted(key, 0, 0, "agent", key))

    with pytest.raises(AmbiguousReference, match="beginning of 2 runs") as failure:
        SqliteStore(home).find("1234")

    assert len(failure.value.nearest) == 2


@pytest.mark.parametrize("reference", ["@-9", "@last-error"])
def test_a_place_that_nobody_has_is_not_found(process, home, reference):
    process().request(1)

    with pytest.raises(RunNotFound, match="Nearest: 01010101-"):
        SqliteStore(home).find(reference)


@pytest.mark.parametrize("reference", ["", "abc", "@", "@first", "@-0", "@--1"])
def test_what_cannot_be_a_reference_is_told_how_to_write_one(process, home, reference):
    process().request(1)

    with pytest.raises(BadReference, match="@last"):
        SqliteStore(home).find(reference)


def test_a_folder_that_cannot_be_read_is_no_empty_one(home):
    home.mkdir()
    (home / "journal").write_text("I am a file")

    with pytest.raises(Unreadable, match="--home"):
        SqliteStore(home)


@pytest.mark.parametrize(
    "wrong",
    [{"at_ms": 1 << 60}, {"at_ms": 2, "started_ms": -(1 << 60)}, {"at_ms": 2, "usage": Usage(1 << 70)}],
    ids=["at", "started_at", "tokens"],
)
def test_a_frame_with_an_impossible_number_is_skipped_and_counted(process, home, wrong):
    one = process()
    one.request(1)
    one.start(1, 5)
    one.end(1, 5, **wrong)
    one.end(1, 6, at_ms=3)
    one.end_request(1, at_ms=4)

    with SqliteStore(home) as store:
        assert [run.key[0] for run in store.list().runs] == [1]
        assert store.skeleton(store.list().runs[0])["status"] == ["completed", "running"]
        assert store.damaged == 1


def test_damaged_frames_are_skipped_and_counted(process, home):
    one = process()
    one.request(1)
    one.writer.append(b"this is no event")
    one.writer.append(b"\xff\xfe\x00")
    one.request(2, at_ms=1)
    store = SqliteStore(home)

    assert numbers(store) == [2, 1]
    assert store.damaged == 2


def test_a_frame_with_a_flipped_bit_is_skipped_and_counted(process, home):
    one = process(mapped=False)
    for number in (1, 2, 3):
        one.request(number, at_ms=number, entrypoint=f"agent{number}")
    (segment,) = (home / "journal").glob("*/*.seg")
    one.die()
    segment.write_bytes(segment.read_bytes().replace(b"agent2", b"agent9"))
    store = SqliteStore(home)

    assert numbers(store) == [3, 1]
    assert store.damaged == 1


def test_a_journal_of_a_newer_version_is_left_out_and_counted(process, home):
    process(version=FORMAT_VERSION + 1).request(1)
    process().request(2)
    store = SqliteStore(home)

    assert numbers(store) == [2]
    assert (store.newer, store.damaged) == (1, 0)


def test_reading_settles_what_a_dead_process_left(process, home):
    one = process()
    one.request(1)
    (segment,) = (home / "journal").glob("*/*.seg")
    one.die()
    used = segment.stat().st_size
    with segment.open("ab") as file:
        file.write(bytes(100_000))

    SqliteStore(home)

    assert segment.stat().st_size == used
