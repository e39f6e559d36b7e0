"""What a thread or task works for that takes things off a queue, where that is not plain to see."""

import _thread
import asyncio
import queue
import sys
import threading

import pytest
from conformance.trees import expected_trees, trees_of
from langgraph.graph import START, StateGraph
from support.patience import PATIENCE_S

from gradient.sdk import entrypoint, session, step


def works_in(runs):
    """Return in which run each step is, by name."""
    return {e["name"]: run["entrypoint"] for run in runs for e in run["executions"]}


class Server:
    """A thread that does what it is asked for by a queue, and says when it has."""

    def __init__(self, kind=queue.Queue):
        self.asked = kind()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def ask(self, name):
        done = threading.Event()
        self.asked.put((name, done))
        assert done.wait(PATIENCE_S)

    def _serve(self):
        while True:
            name, done = self.asked.get()
            if name is None:
                return done.set()
            with step(name):
                pass
            done.set()

    def stop(self):
        self.ask(None)
        self._thread.join(PATIENCE_S)


@pytest.fixture
def servers(runtime):
    begun = []
    yield begun
    for server in begun:
        server.stop()


def begun_by_first(servers, kind=queue.Queue):
    """Begin a request that begins a server, and that goes on; return what ends it, and waits for it."""

    @entrypoint
    def first():
        servers.append(Server(kind))
        servers[0].ask("of first")
        begun.set()
        assert ended.wait(PATIENCE_S)
        servers[0].ask("of first again")

    def end():
        ended.set()
        running.join(PATIENCE_S)

    begun, ended = threading.Event(), threading.Event()
    running = threading.Thread(target=first)
    running.start()
    assert begun.wait(PATIENCE_S)
    return end


@pytest.mark.parametrize("kind", [queue.Queue, queue.LifoQueue, queue.PriorityQueue])
def test_a_thread_works_for_whoever_put_what_it_takes(servers, read_runs, kind):
    end_first = begun_by_first(servers, kind)

    @entrypoint
    def second():
        servers[0].ask("of second")

    second()
    end_first()

    assert works_in(read_runs()) == {"of first": "first", "of second": "second", "of first again": "first"}


def test_a_thread_that_has_worked_for_others_does_what_nobody_asked_for_in_a_run_of_its_own(servers, read_runs):
    end_first = begun_by_first(servers)

    @entrypoint
    def second():
        servers[0].ask("of second")

    second()
    servers[0].ask("of nobody")
    end_first()

    (nobodys,) = [run for run in read_runs() if run["entrypoint"] == "of nobody"]
    assert nobodys["links"] == []


def test_a_thread_that_has_worked_for_one_request_only_works_for_that_whoever_feeds_it(servers, read_runs):
    end_first = begun_by_first(servers)

    servers[0].ask("of nobody")
    end_first()

    assert works_in(read_runs())["of nobody"] == "first"


def test_what_is_asked_for_after_the_first_request_has_ended_follows_nothing(servers, read_runs):
    begun_by_first(servers)()

    servers[0].ask("of nobody")

    assert [run["links"] for run in read_runs()] == [[], []]


def test_a_thread_begun_outside_of_any_request_keeps_to_itself(servers, read_runs):
    servers.append(Server())

    @entrypoint
    def ask():
        servers[0].ask("work")

    ask()

    assert works_in(read_runs()) == {"work": "work"}


def test_what_others_answer_changes_nothing_for_a_request_that_takes_it_itself(runtime, read_runs):
    answers = queue.Queue()

    @entrypoint
    def asks():
        waiting.set()
        answers.get(timeout=PATIENCE_S)
        with step("with the answer"):
            pass

    @entrypoint
    def answers_it():
        answers.put("answer")
        asking.join(PATIENCE_S)

    waiting = threading.Event()
    asking = threading.Thread(target=asks)
    asking.start()
    assert waiting.wait(PATIENCE_S)
    answers_it()

    assert works_in(read_runs()) == {"with the answer": "asks"}


def test_items_are_known_by_identity(runtime):
    class Anything:
        def __eq__(self, other):
            raise AssertionError

        __hash__ = None

    taken = queue.Queue()

    @entrypoint
    def ask():
        for _ in range(2):
            taken.put(Anything())

    ask()
    for _ in range(2):
        taken.get()

    assert vars(taken)["_gradient_asked"] == {}


def test_a_queue_that_is_emptied_behind_our_back_keeps_nothing_for_long(runtime):
    waiting = queue.Queue()

    @entrypoint
    def ask():
        for _ in range(1_000):
            waiting.put(object())
            waiting.queue.clear()

    ask()

    assert len(vars(waiting)["_gradient_asked"]) < 50


async def test_a_task_works_for_whoever_put_what_it_takes(runtime, read_runs):
    asked, tasks = asyncio.Queue(), []

    async def serve():
        while True:
            name, done = await asked.get()
            with step(name):
                await asyncio.sleep(0)
            done.set()

    async def hand_in(name):
        done = asyncio.Event()
        await asked.put((name, done))
        await done.wait()

    @entrypoint
    async def first():
        tasks.append(asyncio.create_task(serve()))
        await hand_in("of first")
        begun.set()
        await ended.wait()
        await hand_in("of first again")

    @entrypoint
    async def second():
        await hand_in("of second")

    begun, ended = asyncio.Event(), asyncio.Event()
    tasks.append(asyncio.create_task(first()))
    await begun.wait()
    await second()
    ended.set()
    await tasks[0]
    tasks[1].cancel()

    assert works_in(read_runs()) == {"of first": "first", "of second": "second", "of first again": "first"}


def test_a_session_goes_along_with_work(runtime, read_runs):
    @entrypoint
    def ask():
        pass

    with session("chat-17", user_id="ada", tags=["beta"]):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(PATIENCE_S)
    ask()

    seen = [(run["session_id"], run["user_id"], run["tags"]) for run in read_runs()]
    assert seen == [("chat-17", "ada", ["beta"]), (None, None, [])]


async def test_a_task_that_a_node_began_works_for_the_node_of_another_request(runtime, read_runs):
    asked, tasks = asyncio.Queue(), []
    helper = StateGraph(dict).add_node("helper", lambda state: state).add_edge(START, "helper").compile()
    helper.name = "help"

    async def serve():
        while True:
            state, done = await asked.get()
            await helper.ainvoke(state)
            done.set()

    async def node(state):
        tasks.append(asyncio.create_task(serve())) if not tasks else None
        done = asyncio.Event()
        await asked.put((state, done))
        await done.wait()
        begun.set()
        await ended.wait()
        return state

    graph = StateGraph(dict).add_node("node", node).add_edge(START, "node").compile()
    graph.name = "agent"
    begun, ended = asyncio.Event(), asyncio.Event()

    @entrypoint
    async def ask(who):
        await graph.ainvoke({"who": who})

    first = asyncio.create_task(ask("first"))
    await begun.wait()
    begun.clear()
    second = asyncio.create_task(ask("second"))
    await begun.wait()
    ended.set()
    await asyncio.gather(first, second)
    tasks[0].cancel()

    one = """
        request ask: completed
          graph agent: completed
            node node: completed
              graph help: completed
                node helper: completed
    """
    assert trees_of(read_runs()) == expected_trees(one) * 2


def test_what_the_interpreter_says_of_a_bare_thread_that_fails_names_its_function(runtime, monkeypatch):
    def work():
        raise ValueError

    told = queue.Queue()
    monkeypatch.setattr(sys, "unraisablehook", lambda failed: told.put(f"{failed.err_msg} {failed.object!r}"))
    with session("chat-17"):
        _thread.start_new_thread(work, ())

    assert repr(work) in told.get(timeout=PATIENCE_S)
