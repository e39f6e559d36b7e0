"""A queue that lends things out, as pools of connections do, says nothing about who asked for what."""

import asyncio
import queue
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from conformance.whose import whose
from support.patience import PATIENCE_S

from gradient.sdk import entrypoint, step

TENANTS = ["ada", "bob", "eve"]


class Connection:
    """What is lent."""


class SlottedConnection:
    """One that nothing can refer to weakly, as those of asyncpg."""

    __slots__ = ()


def together(ask):
    """Ask for all tenants, one after the other, and let no request end before the last has been served."""
    served = [threading.Event() for _ in TENANTS]
    ended = threading.Event()

    @entrypoint(name="ask")
    def asked(who, number):
        ask(who)
        served[number].set()
        assert ended.wait(PATIENCE_S)

    threads = [threading.Thread(target=asked, args=(who, number)) for number, who in enumerate(TENANTS)]
    for thread, event in zip(threads, served, strict=True):
        thread.start()
        assert event.wait(PATIENCE_S)
    ended.set()
    for thread in threads:
        thread.join(PATIENCE_S)


def in_a_thread(function, *args):
    thread = threading.Thread(target=function, args=args)
    thread.start()
    thread.join(PATIENCE_S)


def filled_outside(kind, connection):
    pool = kind()
    for _ in range(2):
        pool.put(connection())
    return pool, lambda: None


def filled_with_places(kind, connection):
    pool = kind()
    return pool, lambda: [pool.put(None) for _ in range(2)] if pool.empty() else None


def filled_by_the_first_that_takes(kind, connection):
    pool = kind()

    def fill():
        if pool.empty():
            pool.put(connection())
            pool.put(pool.get())

    return pool, fill


@pytest.mark.parametrize("connection", [Connection, SlottedConnection])
@pytest.mark.parametrize("kind", [queue.Queue, queue.LifoQueue])
@pytest.mark.parametrize("filled", [filled_outside, filled_with_places, filled_by_the_first_that_takes])
def test_a_thread_that_borrows_what_another_request_gave_back_stays_in_its_own(
    runtime, read_runs, filled, kind, connection
):
    pool, fill = filled(kind, connection)

    def work(who):
        borrowed = pool.get() or connection()
        with step("work", inputs={"who": who}):
            pool.put(borrowed)

    def ask(who):
        fill()
        for _ in range(3):
            in_a_thread(work, who)

    together(ask)

    assert whose(read_runs()) == [(who, [who] * 3) for who in TENANTS]


@pytest.mark.parametrize("connection", [Connection, SlottedConnection])
async def test_a_task_that_borrows_what_another_task_gave_back_stays_in_its_request(runtime, read_runs, connection):
    pool = asyncio.LifoQueue()
    pool.put_nowait(connection())

    async def give_back(borrowed):
        pool.put_nowait(borrowed)

    async def work(who):
        borrowed = await pool.get()
        await asyncio.create_task(give_back(borrowed))
        with step("work", inputs={"who": who}):
            pass

    @entrypoint
    async def ask(who, served):
        await asyncio.create_task(work(who))
        served.set()
        await ended.wait()

    ended, tasks = asyncio.Event(), []
    for who in TENANTS:
        served = asyncio.Event()
        tasks.append(asyncio.create_task(ask(who, served)))
        await served.wait()
    ended.set()
    await asyncio.gather(*tasks)

    assert whose(read_runs()) == [(who, [who]) for who in TENANTS]


@pytest.mark.parametrize("works_again", [False, True], ids=["once", "again where it failed"])
def test_a_worker_that_borrows_while_it_serves_goes_on_for_whom_it_serves(runtime, read_runs, works_again):
    pool, jobs, workers = queue.Queue(), queue.Queue(), []
    pool.put(Connection())

    class Asked:
        def __init__(self, who):
            self.who, self.done, self.failed = who, threading.Event(), not works_again

    def serve():
        while (job := jobs.get()) is not None:
            if not job.failed:
                job.failed = True
                jobs.put(job)
                continue
            borrowed = pool.get()
            with step("work", inputs={"who": job.who}):
                pool.put(borrowed)
            job.done.set()

    def ask(who):
        if not workers:
            workers.append(threading.Thread(target=serve))
            workers[0].start()
        for _ in range(2):
            job = Asked(who)
            jobs.put(job)
            assert job.done.wait(PATIENCE_S)

    together(ask)
    jobs.put(None)
    workers[0].join(PATIENCE_S)

    assert whose(read_runs()) == [(who, [who] * 2) for who in TENANTS]


def test_threads_that_share_a_client_of_urllib3_stay_in_their_requests(runtime, read_runs):
    urllib3 = pytest.importorskip("urllib3")

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    def work(who):
        client.request("GET", f"http://127.0.0.1:{server.server_port}/")
        with step("work", inputs={"who": who}):
            pass

    with urllib3.PoolManager() as client, HTTPServer(("127.0.0.1", 0), Answers) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        together(lambda who: in_a_thread(work, who))
        client.clear()
        server.shutdown()
        serving.join(PATIENCE_S)

    assert whose(read_runs()) == [(who, [who]) for who in TENANTS]
