"""A thread or task that outlives the request that began it works for that, or for nobody; never for another one."""

import asyncio
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conformance.whose import whose
from support.patience import PATIENCE_S

from gradient.sdk import continued_trace, entrypoint, session, step

TENANTS = ["ada", "bob", "eve"]
TRACE = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}


class Handed:
    """Hands things to a thread in a way that nobody can see through."""

    def __init__(self):
        self._items = []
        self._changed = threading.Condition()

    def put(self, item):
        with self._changed:
            self._items.append(item)
            self._changed.notify()

    def get(self):
        with self._changed:
            assert self._changed.wait_for(lambda: self._items, PATIENCE_S)
            return self._items.pop(0)


def by_step(who):
    with step("work", inputs={"who": who}):
        pass


@entrypoint(name="work")
def by_entrypoint(who):
    by_step(who)


def links(runs):
    """Return who asked for the runs that others follow, by who asked for those."""
    asked = {run["request_id"]: run["inputs"]["who"] for run in runs}
    return {run["inputs"]["who"]: asked[link["request_id"]] for run in runs for link in run["links"]}


def about(runs):
    """Return whose runs are in which session."""
    return {(run["inputs"]["who"], run["session_id"]) for run in runs}


@pytest.mark.parametrize("works", [by_step, by_entrypoint])
@pytest.mark.parametrize("kind", [queue.SimpleQueue, Handed])
def test_a_thread_that_others_feed_unseen_works_for_none_of_them_by_mistake(runtime, read_runs, kind, works):
    handed, threads = kind(), []

    def serve():
        while (asked := handed.get()) is not None:
            works(asked[0])
            asked[1].set()

    @entrypoint
    def ask(who):
        if not threads:
            threads.append(threading.Thread(target=serve))
            threads[0].start()
        done = threading.Event()
        handed.put((who, done))
        assert done.wait(PATIENCE_S)

    for who in TENANTS:
        with session(f"of {who}"):
            ask(who)
    handed.put(None)
    threads[0].join(PATIENCE_S)

    runs = read_runs()
    assert [(who, set(steps)) for who, steps in whose(runs) if steps] == [(who, {who}) for who in TENANTS]
    assert links(runs) == {}
    assert about(runs) == {(who, f"of {who}") for who in TENANTS} | {(who, None) for who in TENANTS[1:]}


async def test_a_task_that_others_feed_unseen_works_for_none_of_them_by_mistake(runtime, read_runs):
    items, changed, tasks = [], asyncio.Event(), []

    async def serve():
        while True:
            await changed.wait()
            changed.clear()
            while items:
                who, done = items.pop(0)
                by_step(who)
                done.set()

    @entrypoint
    async def ask(who):
        if not tasks:
            tasks.append(asyncio.create_task(serve()))
        done = asyncio.Event()
        items.append((who, done))
        changed.set()
        await done.wait()

    for who in TENANTS:
        with continued_trace(TRACE if who == "ada" else {}):
            await ask(who)
    tasks[0].cancel()

    runs = read_runs()
    assert whose(runs) == [("ada", ["ada"]), ("bob", []), ("bob", ["bob"]), ("eve", []), ("eve", ["eve"])]
    assert links(runs) == {}
    assert [run["inputs"]["who"] for run in runs if run["trace_id"] == "ab" * 16] == ["ada"]


class Busy:
    """Another request, that is open inside the block."""

    def __init__(self):
        self._begun, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=entrypoint(name="other")(self._wait), args=("eve",))

    def _wait(self, who):
        self._begun.set()
        assert self._ended.wait(PATIENCE_S), who

    def __enter__(self):
        self._thread.start()
        assert self._begun.wait(PATIENCE_S)

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join(PATIENCE_S)


def in_a_thread(function, *args):
    thread = threading.Thread(target=function, args=args)
    thread.start()
    return lambda: thread.join(PATIENCE_S)


def in_a_pool(function, *args):
    pool = ThreadPoolExecutor(1)
    pool.submit(by_step, "ada").result(PATIENCE_S)
    pool.submit(function, *args)
    return pool.shutdown


@pytest.mark.parametrize("begin", [in_a_thread, in_a_pool])
def test_what_a_request_began_for_later_follows_it_however_many_others_are_open(runtime, read_runs, begin):
    ended, joins = threading.Event(), []

    def later(who):
        assert ended.wait(PATIENCE_S)
        by_step(who)

    @entrypoint
    def ask(who):
        joins.append(begin(later, who))

    with Busy():
        ask("ada")
        ended.set()
        joins[0]()

    runs = read_runs()
    assert links(runs) == {"ada": "ada"}


def test_a_thread_goes_on_for_its_request_as_long_as_no_other_is_open(runtime, read_runs):
    ended, joins = threading.Event(), []

    def goes_on(who):
        by_step(who)
        begun.set()
        assert ended.wait(PATIENCE_S)
        by_step(who)
        by_step(who)

    begun = threading.Event()

    @entrypoint
    def ask(who):
        joins.append(in_a_thread(goes_on, who))
        assert begun.wait(PATIENCE_S)

    ask("ada")
    ended.set()
    joins[0]()

    assert [len(run["links"]) for run in read_runs()] == [0, 1, 1]
