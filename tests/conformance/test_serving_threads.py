"""What a thread does for whoever puts work on its queue has their session, outside of requests too."""

import queue
import threading

import pytest
from support.patience import PATIENCE_S

from gradient.sdk import continued_trace, entrypoint, session

TENANTS = ["ada", "bob", "eve", None, "ada"]
TRACE = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}


@entrypoint(name="agent")
def agent(who):
    pass


def in_session(who, act):
    if who is None:
        act()
        return
    with session(who):
        act()


def in_a_thread(act):
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def sessions(runs):
    return [(run["inputs"]["who"], run["session_id"]) for run in runs]


class Server:
    """A thread that runs an agent for each item of a queue."""

    def __init__(self):
        self.asked = queue.Queue()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while (item := self.asked.get()) is not self:
            agent(item[0])
            item[1].set()

    def ask(self, who):
        done = threading.Event()
        self.asked.put((who, done))
        assert done.wait(PATIENCE_S)

    def stop(self):
        self.asked.put(self)
        self._thread.join(PATIENCE_S)


@pytest.mark.parametrize("begun_by", [None, "ada", "bob"])
def test_an_older_thread_works_in_the_session_of_whoever_put_what_it_takes(runtime, read_runs, begun_by):
    servers = []
    in_session(begun_by, lambda: servers.append(Server()))

    for who in TENANTS:
        in_session(who, lambda who=who: servers[0].ask(who))
    servers[0].stop()

    assert sessions(read_runs()) == [(who, who) for who in TENANTS]


def test_an_older_thread_works_in_the_session_of_a_request_that_asks(runtime, read_runs):
    @entrypoint(name="asks")
    def asks(who):
        server.ask(who)

    server = Server()
    for who in TENANTS:
        in_session(who, lambda who=who: asks(who))
    server.stop()

    assert sessions(run for run in read_runs() if run["entrypoint"] == "agent") == [(who, who) for who in TENANTS]


def test_an_older_thread_works_under_the_trace_of_whoever_put_what_it_takes(runtime, read_runs):
    server = Server()
    with continued_trace(TRACE):
        server.ask("ada")
    server.ask("bob")
    server.stop()

    assert [run["trace_id"] == "ab" * 16 for run in read_runs()] == [True, False]


def test_whoever_asked_for_an_answer_takes_it_without_its_session(runtime, read_runs):
    answers = queue.Queue()

    def answer():
        with session("ada"):
            answers.put("answer")

    def ask():
        threading.Thread(target=answer).start()
        answers.get(timeout=PATIENCE_S)
        agent("nobody")

    in_a_thread(ask)
    ask()

    assert sessions(read_runs()) == [("nobody", None)] * 2


def test_a_thread_in_a_session_of_its_own_stays_there(runtime, read_runs):
    items = queue.Queue()
    with session("ada"):
        items.put("item")

    def take():
        with session("bob"):
            items.get()
            agent("bob")
        agent("nobody")

    in_a_thread(take)

    assert sessions(read_runs()) == [("bob", "bob"), ("nobody", None)]


def test_a_thread_serves_one_queue_and_takes_from_others_as_it_needs(runtime, read_runs):
    needed = queue.Queue()
    with session("ada"):
        needed.put("needed")

    def serve():
        who, done = asked.get()
        needed.get()
        agent(who)
        done.set()

    asked = queue.Queue()
    server = threading.Thread(target=serve)
    server.start()
    with session("bob"):
        asked.put(("bob", done := threading.Event()))
    assert done.wait(PATIENCE_S)
    server.join(PATIENCE_S)

    assert sessions(read_runs()) == [("bob", "bob")]


def test_things_that_are_lent_outside_of_requests_take_no_session_along(runtime, read_runs):
    class Connection:
        pass

    pool = queue.Queue()

    def use(who, makes):
        connection = Connection() if makes else pool.get_nowait()
        with session(who):
            agent(who)
            pool.put(connection)

    for number, who in enumerate(["ada", "bob", "eve"]):
        in_a_thread(lambda who=who, number=number: use(who, not number))
    in_a_thread(lambda: (pool.get_nowait(), agent("nobody")))

    assert sessions(read_runs()) == [("ada", "ada"), ("bob", "bob"), ("eve", "eve"), ("nobody", None)]
