"""What an agent's own code does to a tracer: threads, tasks, nesting. Also `failures.py` and `streams.py`.

Each scenario is a function, sync or async, of a tracer: anything with `entrypoint` and `step`, such as `gradient.sdk`.
What it should leave behind is in `expected.py`, under its name.
"""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

from support.patience import PATIENCE_S


class Refused(Exception):
    """What agents in scenarios raise."""


def _worker(t, parties):
    """Return a function that takes a step, and does not end it before `parties` of them have begun."""
    together = threading.Barrier(parties)

    def work(name):
        with t.step(name):
            together.wait(PATIENCE_S)

    return work


# ── threads ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def pool_submit(t):
    work = _worker(t, 3)

    @t.entrypoint
    def agent():
        with t.step("plan"), ThreadPoolExecutor(3) as pool:
            for future in [pool.submit(work, name) for name in ("a", "b", "c")]:
                future.result()

    agent()


def pool_map(t):
    work = _worker(t, 2)

    @t.entrypoint
    def agent():
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, ["a", "b", "c", "d"]))

    agent()


def pool_shared_by_requests(t):
    """The pool's only worker is started by the first request, and serves the second, and nobody."""
    work = _worker(t, 1)

    @t.entrypoint
    def first():
        pool.submit(work, "of first").result()

    @t.entrypoint
    def second():
        pool.submit(work, "of second").result()

    with ThreadPoolExecutor(1) as pool:
        first()
        second()
        pool.submit(work, "of nobody").result()


def thread(t):
    work = _worker(t, 1)

    @t.entrypoint
    def agent():
        with t.step("plan"):
            started = threading.Thread(target=work, args=("work",))
            started.start()
            started.join()

    agent()


def thread_subclass(t):
    class Worker(threading.Thread):
        def run(self):
            with t.step("work"):
                pass

    @t.entrypoint
    def agent():
        worker = Worker()
        worker.start()
        worker.join()

    agent()


def timer(t):
    work = _worker(t, 1)

    @t.entrypoint
    def agent():
        started = threading.Timer(0, work, ["work"])
        started.start()
        started.join()

    agent()


def thread_in_thread(t):
    work = _worker(t, 1)

    def outer():
        with t.step("outer"):
            inner = threading.Thread(target=work, args=("inner",))
            inner.start()
            inner.join()

    @t.entrypoint
    def agent():
        with ThreadPoolExecutor(1) as pool:
            pool.submit(outer).result()

    agent()


def thread_outlives_request(t):
    """Work that goes on after the answer belongs to a run of its own."""
    answered = threading.Event()

    def work():
        answered.wait(PATIENCE_S)
        with t.step("late"):
            pass

    @t.entrypoint
    def agent():
        straggler.start()

    straggler = threading.Thread(target=work)
    agent()
    answered.set()
    straggler.join()


def fifty_threads(t):
    together = threading.Barrier(50)

    @t.entrypoint
    def agent(number):
        with t.step(f"before {number}"):
            together.wait(PATIENCE_S)
        with t.step(f"after {number}"):
            pass

    threads = [threading.Thread(target=agent, args=(number,)) for number in range(50)]
    for started in threads:
        started.start()
    for started in threads:
        started.join()


# ── tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def gather(t):
    together = asyncio.Event()

    async def work(name, *, last=False):
        with t.step(name):
            if last:
                together.set()
            await together.wait()
            with t.step(f"in {name}"):
                pass

    @t.entrypoint
    async def agent():
        with t.step("plan"):
            await asyncio.gather(work("a"), work("b"), work("c", last=True))

    await agent()


async def to_thread(t):
    @t.entrypoint
    async def agent():
        with t.step("plan"):
            await asyncio.to_thread(_worker(t, 1), "work")

    await agent()


async def run_in_executor(t):
    work = _worker(t, 1)

    @t.entrypoint
    async def agent():
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, work, "in the default executor")
        with ThreadPoolExecutor(1) as pool, t.step("plan"):
            await loop.run_in_executor(pool, work, "in a pool")

    await agent()


async def fifty_tasks(t):
    everybody, waiting = asyncio.Event(), []

    @t.entrypoint
    async def agent(number):
        with t.step(f"before {number}"):
            waiting.append(number)
            if len(waiting) == 50:
                everybody.set()
            await everybody.wait()
        with t.step(f"after {number}"):
            pass

    await asyncio.gather(*(agent(number) for number in range(50)))


async def task_outlives_request(t):
    answered = asyncio.Event()

    async def work():
        await answered.wait()
        with t.step("late"):
            pass

    @t.entrypoint
    async def agent():
        begun.append(asyncio.create_task(work()))

    begun = []
    await agent()
    answered.set()
    await begun[0]


async def task_from_outside(t):
    """A task that was there before the request does not belong to it."""
    begun = asyncio.Event()

    async def work():
        await begun.wait()
        with t.step("work"):
            pass

    @t.entrypoint
    async def agent():
        begun.set()
        await outside

    outside = asyncio.create_task(work())
    await agent()


async def cancelled_task(t):
    working = asyncio.Event()

    @t.entrypoint
    async def agent():
        with t.step("work"):
            working.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(agent())
    await working.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def cancelled_part(t):
    """A part that is given up does not make the request cancelled."""

    async def slow():
        with t.step("slow"):
            await asyncio.Event().wait()

    @t.entrypoint
    async def agent():
        part = asyncio.create_task(slow())
        await asyncio.sleep(0)
        part.cancel()
        await asyncio.gather(part, return_exceptions=True)
        with t.step("instead"):
            pass

    await agent()


# ── nesting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def sync_in_sync(t):
    @t.entrypoint
    def inner():
        with t.step("work"):
            pass

    @t.entrypoint
    def outer():
        inner()
        with t.step("after"):
            pass

    outer()


async def sync_in_async(t):
    @t.entrypoint
    def inner():
        with t.step("work"):
            pass

    @t.entrypoint
    async def outer():
        inner()

    await outer()


def async_in_sync(t):
    @t.entrypoint
    async def inner():
        with t.step("work"):
            pass

    @t.entrypoint
    def outer():
        asyncio.run(inner())

    outer()


def context_of_its_own(t):
    """A copied context is how frameworks carry a request by hand; an empty one is how they drop it."""

    def work(name):
        with t.step(name):
            pass

    @t.entrypoint
    def agent():
        contextvars.copy_context().run(work, "copied")
        contextvars.Context().run(work, "empty")

    agent()
