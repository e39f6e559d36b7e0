"""The index is derived: whatever happens to it, nothing but time is lost."""

import fcntl
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from gradient.store import NewerIndex, SqliteStore, Unreadable, ls_document
from gradient.store.index.schema import APPLICATION_ID

INDEX = "index/v1.sqlite"


@pytest.fixture
def recorded(process, home):
    """Twenty runs of a process that has ended, indexed; return how they are listed."""
    one = process()
    for number in range(1, 21):
        one.request(number, at_ms=number)
        one.end(number, number, at_ms=number + 1, started_ms=number, outputs="x" * 500)
        one.end_request(number, at_ms=number + 1, started_ms=number)
    one.die()
    with SqliteStore(home) as store:
        return ls_document(store)


def listed(home):
    with SqliteStore(home) as store:
        return ls_document(store)


def test_nothing_is_made_where_nothing_was_recorded(home):
    SqliteStore(home).close()

    assert not home.exists()


def test_the_index_is_for_its_owner_only(recorded, home):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [home / "index", *(home / "index").iterdir()]}

    assert modes.pop("index") == 0o700
    assert set(modes.values()) == {0o600}


def test_a_deleted_index_is_made_anew(recorded, home):
    shutil.rmtree(home / "index")

    assert listed(home) == recorded


@pytest.mark.parametrize("content", [b"", b"garbage", b"garbage" * 10_000, b"SQLite format 3\0" + b"\xff" * 8_000])
def test_an_index_of_garbage_is_made_anew(recorded, home, content):
    (home / INDEX).write_bytes(content)

    assert listed(home) == recorded


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_index_is_made_anew(recorded, home, share):
    content = (home / INDEX).read_bytes()
    (home / INDEX).write_bytes(content[: int(len(content) * share)])

    assert listed(home) == recorded


@pytest.mark.parametrize("page", range(1, 12))
def test_an_index_with_a_page_of_rubbish_answers_as_before(recorded, home, page):
    with (home / INDEX).open("r+b") as file:
        file.seek(page * 4096)
        file.write(os.urandom(4096))

    with SqliteStore(home) as store:
        assert ls_document(store) == recorded
        assert [len(store.run_document(run)["executions"]) for run in store] == [1] * 20


def test_the_database_of_another_program_is_not_taken_for_ours(recorded, home):
    (home / INDEX).unlink()
    with sqlite3.connect(home / INDEX) as other:
        other.execute("CREATE TABLE theirs (it)")
    other.close()

    assert listed(home) == recorded


def test_an_index_of_a_newer_version_is_refused_and_kept(recorded, home):
    with sqlite3.connect(home / INDEX) as index:
        index.execute("PRAGMA user_version = 99")
    index.close()

    with pytest.raises(NewerIndex, match=r"schema 99.*\n.*Upgrade"):
        SqliteStore(home)

    assert (home / INDEX).exists()


def test_an_index_that_a_newer_version_takes_over_is_written_by_nobody_older_who_has_it_open(recorded, process, home):
    with SqliteStore(home) as store:
        with closing(sqlite3.connect(home / INDEX)) as index, index:
            index.execute("PRAGMA user_version = 99")
        one = process(began_s=99)
        one.request(99)

        with pytest.raises(NewerIndex, match="schema 99"):
            store.refresh()

    with closing(sqlite3.connect(home / INDEX)) as index:
        assert index.execute("SELECT count(*) FROM runs").fetchone() == (20,)


def test_an_index_without_tables_is_brought_to_the_schema_of_today(recorded, home):
    (home / INDEX).unlink()
    with sqlite3.connect(home / INDEX) as index:
        index.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    index.close()

    assert listed(home) == recorded


def test_journals_that_are_gone_are_gone_from_the_index(recorded, home, process):
    kept = process(began_s=100)
    kept.request(77)
    SqliteStore(home).close()
    for folder in (home / "journal").iterdir():
        if folder != kept.writer.folder:
            shutil.rmtree(folder)

    with SqliteStore(home) as store:
        assert [run.key[0] for run in store.all_runs()] == [77]
        assert store.stats("node") == []


def test_an_index_without_journals_lists_nothing(recorded, home):
    shutil.rmtree(home / "journal")

    assert listed(home)["runs"] == []


def test_bytes_that_rot_cost_the_frame_they_are_in(process, home):
    one = process(mapped=False)
    for number in range(1, 101):
        one.request(number, at_ms=number, entrypoint=f"agent{number:03}")
    (segment,) = (home / "journal").glob("*/*.seg")
    one.die()
    content = segment.read_bytes()
    for number in (10, 50, 51, 99):
        content = content.replace(f"agent{number:03}".encode(), b"rotten!!")
    segment.write_bytes(content)

    with SqliteStore(home) as store:
        assert len(store.all_runs()) == 96
        assert store.damaged == 3  # two that stand together are one stretch

    with SqliteStore(home) as store:
        assert store.damaged == 3


def test_a_clock_that_was_set_back_loses_nothing(process, home):
    one = process(began_s=1_000)
    one.request(1)
    with SqliteStore(home) as store:
        cursor = store.follow().cursor
        back = process(began_s=0)
        back.request(2)
        one.request(3, at_ms=1)
        store.refresh()

        assert [run.key[0] for run in store] == [3, 1, 2]
        assert {change.run.key[0] for change in store.follow(cursor).changes} == {2, 3}


def test_while_another_indexes_what_is_new_is_seen_all_the_same(recorded, home, process):
    process(began_s=100).request(77)

    with (home / "index" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with SqliteStore(home) as store:
            assert len(list(store)) == 21
            assert store.note is None
            fcntl.flock(lock, fcntl.LOCK_UN)
            process(began_s=101).request(78)
            store.refresh()
            assert len(list(store)) == 22

    with sqlite3.connect(home / INDEX) as index:
        assert index.execute("SELECT count(*) FROM runs").fetchone() == (22,)
    index.close()


def test_while_another_makes_a_broken_index_anew_answers_come_from_the_journals(recorded, home):
    (home / INDEX).write_bytes(b"garbage" * 1_000)

    with (home / "index" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert listed(home) == recorded


@pytest.fixture
def disk(home):
    """Return a function that mounts a file system of a size at the home of this test, where that is allowed."""
    mounted = []

    def mount(*options):
        home.mkdir(exist_ok=True)
        if subprocess.run(["mount", *options, str(home)], capture_output=True, check=False).returncode:
            pytest.skip("mounting is not allowed here")
        mounted.append(home)

    yield mount
    for place in set(mounted):
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
@pytest.mark.parametrize("indexed", [True, False])
def test_a_home_that_cannot_be_written_is_read_and_that_is_told(disk, home, process, indexed):
    disk("-t", "tmpfs", "-o", "size=4m", "tmpfs")
    one = process()
    one.request(1)
    if indexed:
        SqliteStore(home).close()
    one.request(2, at_ms=1, inputs="hello")
    one.die()
    disk("-o", "remount,ro")

    with SqliteStore(home) as store:
        assert [run.key[0] for run in store] == [2, 1]
        assert store.run_document(store.find("@last"))["inputs"] == "hello"
        assert "read" in store.note.lower()
        assert store.count("hello") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
def test_a_full_disk_costs_the_index_and_no_answer(disk, home, process):
    disk("-t", "tmpfs", "-o", "size=1m", "tmpfs")
    one = process(first_segment_bytes=300_000, largest_segment_bytes=300_000)
    for number in range(1, 200):
        one.request(number, at_ms=number, inputs="x" * 300)
    one.die()
    with (home / "filling").open("wb", buffering=0) as filling:
        try:
            while filling.write(bytes(4096)):
                pass
        except OSError:
            pass

    with SqliteStore(home) as store:
        assert len(list(store)) == 199
        assert store.run_document(store.find("@last"))["inputs"] == "x" * 300
        assert "full" in store.note or "space" in store.note
    (home / "filling").unlink()

    with SqliteStore(home) as store:
        assert (len(list(store)), store.note) == (199, None)


AS_ANOTHER = """
import os, sys
from pathlib import Path
from gradient.store import StoreError, SqliteStore
os.setgid(65534)
os.setuid(65534)
try:
    print(len(list(SqliteStore(Path(sys.argv[1])))), SqliteStore(Path(sys.argv[1])).note)
except StoreError as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="becomes another user")
@pytest.mark.parametrize(("shared", "told"), [(False, "Unreadable"), (True, "20 ")])
def test_another_user_sees_what_the_owner_shares_and_nothing_else(recorded, home, tmp_path, shared, told):
    for folder in (*home.parents, home) if shared else ():
        if folder.is_relative_to(tmp_path.parents[2]):
            folder.chmod(0o755)
    if shared:
        for path in home.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", AS_ANOTHER, str(home)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    if "Permission" in done.stderr and not done.stdout:
        pytest.skip("this Python cannot be run by another user")
    assert done.stdout.startswith(told), done.stderr
    assert listed(home) == recorded


def test_a_folder_that_cannot_be_read_is_told(home):
    home.mkdir()
    (home / "journal").write_text("I am a file")

    with pytest.raises(Unreadable):
        SqliteStore(home)
