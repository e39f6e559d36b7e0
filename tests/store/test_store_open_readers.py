"""Who has a store open sees at once what others do to its index: what is removed, made anew, or written."""

import fcntl
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import gradient.store
from gradient.store import RunNotFound, SqliteStore, StoreClosed, StoreError
from gradient.store.index.database import index_path

ROOT = Path(__file__).parents[2]
SECRET = "Xq7-secret"
READ = "import sys; from gradient.store import open\nwith open(sys.argv[1]) as store: print(len(list(store)))"


@pytest.fixture
def recorded(process, home):
    """Five runs of five processes that have ended."""
    for number in range(1, 6):
        one = process(began_s=number, mapped=False)
        one.request(number, inputs=SECRET, session_id=SECRET)
        one.end_request(number, at_ms=1)
        one.die()
    return home


def in_another_process(home):
    return int(subprocess.check_output([sys.executable, "-c", READ, home], env={**os.environ, "PYTHONPATH": str(ROOT)}))


@contextmanager
def index_in_use(home):
    """Let nobody bring the index up to date inside the block."""
    with (home / "index" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keys(runs):
    return [run.key[0] for run in runs]


def test_a_log_stays_while_a_connection_needs_it_whatever_its_process_opens_and_closes(recorded):
    log = index_path(recorded).with_name("v1.sqlite-wal")
    with SqliteStore(recorded) as store:
        for _ in range(2):
            SqliteStore(recorded).close()
        before = log.stat().st_ino

        assert in_another_process(recorded) == 5
        assert log.stat().st_ino == before
        assert len(list(store)) == 5


def test_what_is_removed_is_gone_from_every_store_that_is_open(recorded):
    with SqliteStore(recorded) as first, SqliteStore(recorded) as second:
        gone = second.find("0303")
        first.remove([gone])

        assert keys(second) == [5, 4, 2, 1]
        for ask in (second.run_document, second.skeleton, lambda run: second.payloads(run, "01")):
            with pytest.raises(RunNotFound):
                ask(gone)
        assert second.remove([gone]).runs == 0


def test_what_is_removed_does_not_come_from_an_iterator_that_has_begun(recorded):
    with SqliteStore(recorded) as first, SqliteStore(recorded) as second:
        listed, views = iter(second), iter(second.runs())
        begun = [next(listed).key[0], next(views).listed.key[0]]
        first.remove([first.find("0404"), first.find("0202")])

        assert begun == [5, 5]
        assert keys(listed) == [3, 1]
        assert [view.listed.key[0] for view in views] == [3, 1]


def test_who_removes_while_iterating_gets_each_run_once(recorded):
    with SqliteStore(recorded) as store:
        seen = []
        for run in store:
            seen.append(run.key[0])
            store.remove([run])

        assert seen == [5, 4, 3, 2, 1]
        assert store.is_empty


@pytest.mark.parametrize("indexed", [True, False])
def test_what_is_removed_is_gone_from_a_store_that_folded_it_in_memory(recorded, indexed):
    if indexed:
        SqliteStore(recorded).close()
    else:
        (recorded / "index").mkdir()
    with index_in_use(recorded):
        memory = SqliteStore(recorded)
        assert keys(memory) == [5, 4, 3, 2, 1]
    with SqliteStore(recorded) as store:
        store.remove([store.find("0303")])

    with index_in_use(recorded):
        assert keys(memory) == [5, 4, 2, 1]
        with pytest.raises(RunNotFound):
            memory.find("0303")
    memory.close()


def test_a_store_that_folds_in_memory_keeps_nobody_from_emptying_the_log(recorded):
    SqliteStore(recorded).close()
    with index_in_use(recorded):
        memory = SqliteStore(recorded)
    with SqliteStore(recorded) as store:
        store.remove(store.all_runs())

    left = [path for path in recorded.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    memory.close()
    assert left == []


def test_a_log_that_somebody_reads_while_runs_are_removed_is_emptied_afterwards(recorded, monkeypatch):
    monkeypatch.setattr("gradient.store.index.database._BUSY_S", 0.0)
    with SqliteStore(recorded) as reader, SqliteStore(recorded) as store:
        with reader.snapshot():
            assert len(reader.all_runs()) == 5
            store.remove(store.all_runs())
        log = index_path(recorded).with_name("v1.sqlite-wal")
        assert SECRET.encode() in log.read_bytes() + index_path(recorded).read_bytes()

        reader.refresh()

        assert SECRET.encode() not in log.read_bytes() + index_path(recorded).read_bytes()


def test_an_index_that_others_made_anew_is_read_instead_of_the_one_that_is_gone(recorded, process):
    with SqliteStore(recorded) as old:
        for path in (recorded / "index").glob("v1.sqlite*"):
            path.unlink()
        with SqliteStore(recorded) as new:
            new.remove([new.find("0303")])

        assert keys(old) == [5, 4, 2, 1]
        process(began_s=9).request(9)
        old.refresh()

    assert in_another_process(recorded) == 5


@pytest.mark.parametrize("name", ["v1.sqlite", "v1.sqlite-wal", "lock"])
@pytest.mark.parametrize("make", [os.symlink, lambda _, path: os.mkfifo(path)], ids=["link", "fifo"])
def test_what_stands_in_the_place_of_the_index_and_is_no_file_is_not_written_to(recorded, tmp_path, name, make):
    thesis = tmp_path / "thesis"
    thesis.write_bytes(b"")
    SqliteStore(recorded).close()
    (recorded / "index" / name).unlink(missing_ok=True)
    make(thesis, recorded / "index" / name)

    with SqliteStore(recorded) as store:
        assert keys(store) == [5, 4, 3, 2, 1]

    assert thesis.read_bytes() == b""


def test_a_closed_store_says_so(recorded):
    with SqliteStore(recorded) as store:
        read, unread = store.run("0101"), store.run("0202")
        assert len(read.executions) == 0

    assert read.document["inputs"] == SECRET
    for ask in (
        lambda: unread.document,
        lambda: list(store),
        lambda: len(store.runs()),
        lambda: store.stats("node"),
        lambda: store.damaged,
        lambda: store.remove([unread.listed]),
        lambda: store.prune(max_age_s=0, max_bytes=0),
        lambda: store.needs_text("word"),
        store.refresh,
        store.update_text,
        store.compact,
        store.follow,
    ):
        with pytest.raises(StoreClosed, match=r"is closed\.\n.*open\(\)"):
            ask()
    store.close()


def test_a_closed_store_is_one_of_our_errors(recorded):
    store = gradient.store.open(recorded)
    store.close()

    with pytest.raises(StoreError):
        store.find("@last")
