"""Random programs of many tenants that hand work over in every way there is, to workers that they share.

A program is drawn from a seed: for each tenant a tree of jobs. A job is a step that names its tenant, and hands its
parts over, each in some way, and waits until they are done. The workers are begun by whichever tenant comes first.
"""

import _thread
import asyncio
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.pool import ThreadPool

from support.patience import PATIENCE_S

from gradient.sdk import entrypoint, step


@dataclass
class Job:
    """What is to be done for a tenant, and how it is handed over."""

    who: str
    way: str
    parts: list["Job"] = field(default_factory=list)

    def size(self):
        return 1 + sum(part.size() for part in self.parts)


def drawn(random, who, depth):
    """Return a tree of jobs."""
    parts = [drawn(random, who, depth - 1) for _ in range(random.randint(1, 3))] if depth else []
    return Job(who, random.choice(WAYS), parts)


class Workers:
    """What all tenants share; each part is made by the first that needs it, in its request."""

    def __init__(self):
        self._lock = threading.Lock()
        self._made = {}
        self._order = count()

    def run(self, job):
        """Do a job: a step of its tenant's, and its parts."""
        with step("work", inputs={"who": job.who}):
            done = [self.hand_over(part) for part in job.parts]
        for event in done:
            assert event.wait(PATIENCE_S)

    def hand_over(self, job):
        """Hand a job over in its way; return what is set when it is done."""
        done = threading.Event()

        def work(*_):
            self.run(job)
            done.set()

        getattr(self, f"by_{job.way}")(work)
        return done

    def shared(self, make):
        """Return what all tenants share, made by the first that asks for it."""
        with self._lock:
            if make not in self._made:
                self._made[make] = make()
            return self._made[make]

    def stop(self):
        """End all that was begun."""
        for made in self._made.values():
            made.stop()

    # ── threads and pools ────────────────────────────────────────────────────────────────────────────────────────

    def by_call(self, work):
        work()

    def by_thread(self, work):
        threading.Thread(target=work).start()

    def by_bare_thread(self, work):
        _thread.start_new_thread(work, ())

    def by_timer(self, work):
        threading.Timer(0, work).start()

    def by_submit(self, work):
        self.shared(executor).submit(work)

    def by_submit_in_a_copy(self, work):
        self.shared(executor).submit(copy_context().run, work)

    def by_callback(self, work):
        self.shared(executor).submit(int).add_done_callback(work)

    def by_map(self, work):
        self.shared(thread_pool).map_async(work, [0])

    def by_apply(self, work):
        self.shared(thread_pool).apply_async(work)

    def by_pool_callback(self, work):
        self.shared(thread_pool).apply_async(int, callback=lambda _: self.by_thread(work))

    def by_imap(self, work):
        self.shared(thread_pool).imap(int, (self.by_thread(work) or 0 for _ in range(1)))

    # ── queues: what their one thread takes is done in a thread of its own, since it may wait for its parts ───────

    def by_fifo(self, work):
        self.shared(fifo).put(next(self._order), work)

    def by_lifo(self, work):
        self.shared(lifo).put(next(self._order), work)

    def by_ordered(self, work):
        self.shared(ordered).put(next(self._order), work)

    def by_own(self, work):
        self.shared(own).put(next(self._order), work)

    def by_wrapping(self, work):
        self.shared(wrapping).put(next(self._order), work)

    # ── tasks, in a loop that runs in a thread ───────────────────────────────────────────────────────────────────

    def by_task(self, work):
        asyncio.run_coroutine_threadsafe(asyncio.to_thread(work), self.shared(Loop).loop)

    def by_task_queue(self, work):
        self.shared(Loop).put(work)


WAYS = [name.removeprefix("by_") for name in vars(Workers) if name.startswith("by_")]
TAKERS = ("fifo", "lifo", "ordered", "own", "wrapping", "task", "task_queue")


def executor():
    pool = ThreadPoolExecutor(64)
    pool.stop = pool.shutdown
    return pool


def thread_pool():
    pool = ThreadPool(64)
    pool.stop = pool.terminate
    return pool


class Served:
    """A queue with a thread that takes from it."""

    def __init__(self, waiting):
        self._waiting = waiting
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def put(self, order, work):
        self._waiting.put((order, work))

    def _serve(self):
        while (work := self._waiting.get()[1]) is not None:
            threading.Thread(target=work).start()

    def stop(self):
        self._waiting.put((float("inf"), None))
        self._thread.join(PATIENCE_S)


def fifo():
    return Served(queue.Queue())


def lifo():
    return Served(queue.LifoQueue())


def ordered():
    return Served(queue.PriorityQueue())


class OwnQueue(queue.Queue):
    """A queue that keeps its items in a way of its own."""

    def _init(self, maxsize):
        self._items = []

    def _qsize(self):
        return len(self._items)

    def _put(self, item):
        self._items.append(item)

    def _get(self):
        return self._items.pop(0)


class WrappingQueue(queue.LifoQueue):
    """A queue that keeps another thing than what was put, and takes that apart again."""

    def _put(self, item):
        super()._put({"item": item})

    def _get(self):
        return super()._get()["item"]


def own():
    return Served(OwnQueue())


def wrapping():
    return Served(WrappingQueue())


class Loop:
    """A loop in a thread, with a task that takes from a queue."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(ThreadPoolExecutor(64))
        self._waiting = asyncio.Queue()
        self._thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),))
        self._thread.start()

    def put(self, work):
        async def put():
            await self._waiting.put(work)

        asyncio.run_coroutine_threadsafe(put(), self.loop)

    async def _serve(self):
        tasks = set()
        while (work := await self._waiting.get()) is not None:
            tasks.add(asyncio.create_task(asyncio.to_thread(work)))
        await self.loop.shutdown_default_executor()

    def stop(self):
        self.put(None)
        self._thread.join(PATIENCE_S)
        self.loop.close()


def play(random, tenants):
    """Run a program of tenants, and of somebody who asks outside of any request; return how many steps each asked for.

    The one outside begins no worker that takes from a queue: such a one keeps to itself.
    """
    jobs = [drawn(random, f"tenant {number}", depth=2) for number in range(tenants)]
    outside = Job("outside", random.choice([way for way in WAYS if way not in TAKERS]), [])
    workers, together = Workers(), threading.Barrier(tenants + 1)

    def ask_outside():
        together.wait(PATIENCE_S)
        assert workers.hand_over(outside).wait(PATIENCE_S)

    @entrypoint
    def ask(who, job):
        together.wait(PATIENCE_S)
        workers.run(job)

    started = [threading.Thread(target=ask, args=(job.who, job)) for job in jobs]
    started.append(threading.Thread(target=ask_outside))
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(PATIENCE_S)
    workers.stop()
    return {job.who: job.size() for job in [*jobs, outside]}
