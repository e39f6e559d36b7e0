"""An exception counts once, where it was raised, whoever counts: documents, lists, statistics, groups of errors."""

import asyncio
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from gradient.analysis.difference import totals
from gradient.analysis.forest import failures
from gradient.cli.drawing.failures import failure_rows
from gradient.cli.drawing.signs import signs
from gradient.export.columns import skeleton_of
from gradient.journal.failures import Failure
from gradient.sdk import entrypoint, step
from gradient.store import SqliteStore
from gradient.store.index.database import index_path
from gradient.store.index.schema import MIGRATIONS


class Own(ValueError):
    """Of a program's own class; two of them are told apart by what they are, not by what they say."""


class Program:
    """A made-up program: steps that raise, pass on, catch, and raise again, by chance.

    Attributes:
        raised: Every exception that ended a step or the request, by its address; they are kept, to be counted.
    """

    def __init__(self, seed):
        self._chance = random.Random(seed)
        self.raised = {}
        self.in_steps = set()

    def run(self):
        with suppress(ValueError):
            entrypoint(self._request, name="made_up")()

    def _request(self):
        try:
            self._body(depth=0)
        except ValueError as error:
            self.raised[id(error)] = error
            raise

    def _body(self, depth):
        for _ in range(self._chance.randint(0, 3) if depth < 4 else 0):
            try:
                self._step(depth)
            except ValueError as error:
                match self._chance.choice(["catch", "pass", "again", "other", "from"]):
                    case "pass":
                        raise
                    case "again":
                        raise error  # noqa: TRY201 - as people write it
                    case "other":
                        self._fail()
                    case "from":
                        raise self._chance.choice([ValueError, Own])("x") from error
        if self._chance.random() < 0.3:
            self._fail()

    def _step(self, depth):
        with step(self._chance.choice("abc"), kind=self._chance.choice(["node", "tool", "llm"])):
            try:
                self._body(depth + 1)
            except ValueError as error:
                self.raised[id(error)] = error
                self.in_steps.add(id(error))
                raise

    def _fail(self):
        raise self._chance.choice([ValueError, Own])("x")  # all of them from one line, with one text


def counted(store):
    """Return how many failures each of those tells who count."""
    (run,) = store.list().runs
    document = store.run_document(run)
    shown = [row for row in failure_rows(document, signs(ascii_only=True)) if row and row[0].text == "x "]
    own = document["error"] is not None and document["error"]["began_in"] is None
    return {
        "document": len(failures(document)) + own,
        "show": len(shown) + (len(failures(document)) > 10) * (len(failures(document)) - 10),
        "groups": sum(group.count for group in store.errors()),
        "list": run.errors,
        "comparison": totals(document)["errors"],
        "nodes": sum(group.errors for group in store.stats("node")) + own,
        "nodes, of a query": sum(group.errors for group in store.stats("node", query="executions>=0")) + own,
        "page": sum(store.skeleton(run)["failed_here"]) + own,
        "file": sum(skeleton_of(document)["failed_here"]) + own,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_whatever_a_program_raises_and_catches_everybody_counts_each_exception_once(runtime, home, seed):
    program = Program(seed)
    program.run()

    with SqliteStore(home) as store:
        found = counted(store)

    assert found == dict.fromkeys(found, len(program.raised))


def test_two_failures_of_one_type_text_and_line_in_parallel_are_two(runtime, read_runs):
    def fail():
        raise ValueError("x")

    async def one():
        with step("one"):
            fail()

    @entrypoint
    async def agent():
        with step("both"):
            await asyncio.gather(one(), one(), return_exceptions=True)

    asyncio.run(agent())

    assert [each["name"] for each in failures(read_runs()[0])] == ["one", "one"]


def test_an_exception_that_a_thread_hands_over_is_the_same(runtime, read_runs):
    def work():
        with step("inner"):
            raise ValueError("x")

    @entrypoint
    def agent():
        with step("outer"), ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    with suppress(ValueError):
        agent()

    (run,) = read_runs()
    (inner,) = failures(run)
    assert inner["name"] == "inner"
    assert run["error"]["began_in"] == inner["execution_id"]


def test_what_failed_is_not_kept_alive(runtime):
    import weakref

    class Held:
        """What the frame of a failing call holds."""

    gone = []

    @entrypoint
    def agent():
        for kind in (ValueError, Own):
            with suppress(ValueError), step("fails"):
                held = Held()
                gone.append(weakref.ref(held))
                raise kind(held)
            del held
        return [each() for each in gone]

    assert agent() == [None, None]


def test_nothing_is_written_to_an_exception(runtime):
    error = ValueError("x")

    @entrypoint
    def agent():
        with step("fails"):
            raise error

    with suppress(ValueError):
        agent()

    assert vars(error) == {}


def test_where_nobody_knows_the_same_words_of_a_child_are_passed_on(process, home):
    said = Failure("E", "x")
    one = process()
    one.request(1)
    for execution, parent in ((1, 0), (2, 1), (3, 2), (4, 1)):
        one.start(1, execution, parent=parent)
    for execution, parent, words in ((3, 2, "x"), (4, 1, "y"), (2, 1, "x"), (1, 0, "x")):
        one.end(1, execution, 9, parent=parent, status="error", error=Failure("E", words))
    one.end_request(1, 9, status="error", error=said)

    with SqliteStore(home) as store:
        assert set(counted(store).values()) == {2}


def test_a_failure_whose_beginning_retention_took_still_counts_once(process, home):
    said = Failure("E", "x", None, 1 << 63 | 7)
    one = process()
    one.request(1)
    one.end(1, 1, 9, parent=0, status="error", error=said)
    one.end(1, 2, 9, parent=1, status="error", error=said)
    one.end_request(1, 9, status="error", error=said)

    with SqliteStore(home) as store:
        assert set(counted(store).values()) == {1}


def test_the_words_of_a_failure_are_told_as_they_were_and_find_it(process, home):
    one = process()
    for number, card in ((1, 16), (2, 17)):
        one.request(number, at_ms=number)
        one.end(number, 1, 9, status="error", error=Failure("E", f"card {card} declined\nat 12:30"))
        one.end_request(number, 9)

    with SqliteStore(home) as store:
        (group,) = store.errors()
        found = store.count(f'error:"{group.message}"')

    assert (group.message, group.count, found) == ("card 17 declined", 2, 2)


def test_an_index_that_counted_in_another_way_counts_anew(process, home):
    one = process()
    one.request(1)
    one.end(1, 1, 9, parent=0, status="error", error=Failure("E", "x", None, 1 << 63 | 2))
    one.end(1, 2, 9, parent=1, status="error", error=Failure("E", "x", None, 1 << 63 | 2))
    one.end_request(1, 9)
    SqliteStore(home).close()
    with closing(sqlite3.connect(index_path(home))) as index:
        index.execute("UPDATE runs SET errors = 2")
        index.execute(f"PRAGMA user_version = {len(MIGRATIONS) - 1}")
        index.commit()

    with SqliteStore(home) as store:
        assert set(counted(store).values()) == {1}
