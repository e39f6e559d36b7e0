"""One suite for every way there is to a run: whatever was indexed when, and wherever, the answers are the same."""

import fcntl
from contextlib import contextmanager

import pytest

from gradient.journal.events import GraphSeen, Messages, Usage
from gradient.journal.failures import Failure
from gradient.store import SqliteStore, ls_document

QUERIES = ["", "status:error", "node:search", "-kind:llm", "dur>2ms", "tag:ci", "glacier", '"a glacier"', "model:gpt*"]


def events(parent, child):
    """Yield what two processes write, frame by frame; the second is a forked child of the first."""
    yield lambda: parent.request(1, session_id="s", tags=["ci"], inputs={"$list": 1},
                                 messages=Messages([(1, {"text": "a glacier"})], [(1, 0, 0, [1])]))  # fmt: skip
    yield lambda: parent.write(GraphSeen("g", "shop", {"nodes": ["a"], "edges": []}))
    yield lambda: parent.start(1, 1, at_ms=1, kind="graph", metadata={"graph_id": "g", "thread_id": "t"})
    yield lambda: parent.start(1, 2, at_ms=2, parent=1, name="search", kind="tool", inputs={"$list": 1})
    yield lambda: child.start(1, 3, at_ms=3, parent=2, inputs="from the child")
    yield lambda: child.end(1, 3, at_ms=4, started_ms=3, parent=2, status="error", error=Failure("E", "no 7", "trace"))
    yield lambda: child.end(1, 2, at_ms=4, started_ms=2, parent=1, name="search", kind="tool", status="error")
    yield lambda: parent.update(1, 2, 5, "event", "retry", {"after_s": 1})
    yield lambda: parent.update(1, 2, 5, "metadata", "", {"note": "learnt late"})
    yield lambda: parent.end(1, 2, at_ms=6, started_ms=2, parent=1, name="search", kind="tool", outputs=["found"])
    usage = Usage(100, 10, 0, None, None, 0.25)
    yield lambda: parent.end(1, 4, at_ms=8, started_ms=6, parent=1, kind="llm", model="gpt-4o", usage=usage)
    yield lambda: parent.end(
        1, 1, at_ms=9, started_ms=1, kind="graph", status="interrupted", metadata={"thread_id": "t"}
    )
    yield lambda: parent.end_request(1, at_ms=9, status="interrupted", session_id="s", tags=["ci"], outputs="waiting")
    yield lambda: parent.request(2, at_ms=20, follows=bytes([1]) * 16)
    yield lambda: parent.start(2, 5, at_ms=21, kind="graph", metadata={"thread_id": "t", "resume": True})
    yield lambda: parent.end(2, 5, at_ms=22, started_ms=21, kind="graph", metadata={"thread_id": "t", "resume": True})
    yield lambda: parent.end_request(2, at_ms=23, started_ms=20, status="error", error=Failure("E", "no 9"))
    yield lambda: parent.end(2, 6, at_ms=30, started_ms=22, name="afterthought")
    yield lambda: parent.request(3, at_ms=40, entrypoint="still running")
    yield lambda: parent.start(3, 7, at_ms=41, inputs="a glacier")
    yield lambda: child.end(4, 8, at_ms=42, started_ms=41, name="its request is lost")


def account(store):
    """Return everything that a store answers."""
    runs = store.all_runs()
    return {
        "listed": ls_document(runs),
        "documents": [store.run_document(run) for run in runs],
        "skeletons": [store.skeleton(run) for run in runs],
        "payloads": [[store.payloads(run, one) for one in store.skeleton(run)["execution_id"]] for run in runs],
        "queries": {query: [run.id for run in store.list(query).runs] for query in QUERIES},
        "stats": [store.stats(by) for by in ("node", "model", "entrypoint", "day")],
        "exact": [store.stats(by, query="project:demo") for by in ("node", "model", "entrypoint", "day")],
        "errors": store.errors(),
        "found": [store.find(run.id[:8]).id for run in runs],
    }


@contextmanager
def somebody_indexing(home):
    """Hold the lock that whoever indexes holds."""
    (home / "index").mkdir(exist_ok=True)
    with (home / "index" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(params=["of many digits", "of one digit"])
def begin_two(request, process):
    """Return a function that begins two processes in a home, whose executions have numbers of that kind."""

    def begin(where):
        two = process(where), process(where)
        if request.param == "of one digit":
            for one in two:
                one.number_of = int
        return two

    return begin


@pytest.fixture
def processes(begin_two, home):
    return begin_two(home)


@pytest.fixture
def expected(processes, home):
    """Write everything; return what a store says that indexed it at once."""
    for write in events(*processes):
        write()
    with SqliteStore(home) as store:
        told = account(store)
    (home / "index" / "v1.sqlite").unlink()
    return told


def test_a_run_is_described_alike_by_each_way_to_it(expected):
    runs = zip(expected["documents"], expected["listed"]["runs"], strict=True)

    for document, listed in runs:
        assert {name: document[name] for name in ("request_id", "status", "usage", "duration_ms", "started_at")} == {
            name: listed[name] for name in ("request_id", "status", "usage", "duration_ms", "started_at")
        }
        assert len(document["executions"]) == listed["executions"]
    for document, skeleton, payloads in zip(
        expected["documents"], expected["skeletons"], expected["payloads"], strict=True
    ):
        assert payloads == document["executions"]
        for name in ("execution_id", "parent_id", "name", "kind", "status", "start_offset_ms", "duration_ms", "model"):
            assert skeleton[name] == [execution[name] for execution in document["executions"]]


def test_a_store_that_looks_after_every_event_says_the_same(expected, begin_two, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "home"
    two = begin_two(elsewhere)
    with SqliteStore(elsewhere) as store:
        for write in events(*two):
            write()
            store.refresh()
            account(store)

        told = account(store)

    for part, answer in told.items():
        assert answer == expected[part], part


def test_a_store_that_cannot_write_says_the_same(expected, home):
    with somebody_indexing(home), SqliteStore(home) as store:
        assert account(store) == expected
    assert not (home / "index" / "v1.sqlite").exists()


@pytest.mark.parametrize("indexed", range(0, 21, 2))
def test_a_store_on_top_of_an_older_index_says_the_same(expected, begin_two, tmp_path, indexed):
    elsewhere = tmp_path / "elsewhere" / "home"
    two = begin_two(elsewhere)
    writes = list(events(*two))
    for write in writes[:indexed]:
        write()
    SqliteStore(elsewhere).close()
    for write in writes[indexed:]:
        write()

    with somebody_indexing(elsewhere), SqliteStore(elsewhere) as store:
        told = account(store)

    for part, answer in told.items():
        assert answer == expected[part], part


def test_a_store_of_compressed_journals_says_the_same(processes, home):
    for write in events(*processes):
        write()
    for one in processes:
        one.die()
    with SqliteStore(home) as store:
        before = account(store)
        store.compact()
        after = account(store)
    (home / "index" / "v1.sqlite").unlink()

    with SqliteStore(home) as store:
        anew = account(store)

    assert before == after == anew


def test_a_store_with_an_index_of_words_says_the_same(expected, home):
    with SqliteStore(home) as store:
        store.update_text()
        assert account(store) == expected


def test_changes_are_told_once_and_in_the_order_of_the_runs(process, home):
    one = process()
    with SqliteStore(home) as store:
        cursor = store.follow().cursor
        told = []
        for write in events(one, process()):
            write()
            store.refresh()
            found = store.follow(cursor)
            cursor = found.cursor
            told += [(change.run.key[0], change.executions["name"]) for change in found.changes]
            assert store.follow(cursor).changes == ()

    assert [number for number, _ in told] == sorted(number for number, _ in told)
    assert (1, ["search"]) in told
    assert (2, ["afterthought"]) in told
