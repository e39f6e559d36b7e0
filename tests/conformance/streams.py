"""What consumers do to the streams of an agent: read on, stop, walk away, read in another task or thread.

Scenarios as in `scenarios.py`. Most consumers take steps of their own between two items: those belong to the consumer,
never to the stream, and what the stream does belongs to the stream, wherever it is read.
"""

import asyncio
import contextlib
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

from conformance.scenarios import Refused
from support.patience import PATIENCE_S


def _generator(t, count=2):
    @t.entrypoint
    def stream():
        for number in range(count):
            with t.step(f"item {number}"):
                yield number

    return stream


def _async_generator(t, count=2):
    @t.entrypoint
    async def stream():
        for number in range(count):
            with t.step(f"item {number}"):
                await asyncio.sleep(0)
                yield number

    return stream


# ── generators ───────────────────────────────────────────────────────────────────────────────────────────────────────


def generator(t):
    """Its consumer belongs to no request."""
    for number in _generator(t)():
        with t.step(f"use {number}"):
            pass


def generator_closed_early(t):
    stream = _generator(t)()
    next(stream)
    stream.close()
    with t.step("after"):
        pass


def generator_never_read(t):
    """What never ran is no run."""
    _generator(t)().close()


def generator_dropped(t):
    stream = _generator(t)()
    next(stream)
    del stream
    gc.collect()
    with t.step("after"):
        pass


def generator_in_sync(t):
    @t.entrypoint
    def agent():
        for number in _generator(t)():
            with t.step(f"use {number}"):
                pass

    agent()


def generator_outlives_request(t):
    """What a stream does after the request that began it is over belongs to runs of their own."""

    @t.entrypoint
    def agent():
        begun.append(_generator(t)())
        next(begun[0])

    begun = []
    agent()
    for number in begun[0]:
        with t.step(f"use {number}"):
            pass


def generator_delegated_to(t):
    @t.entrypoint
    def agent():
        with t.step("outer"):
            yield from _generator(t)()

    for number in agent():
        with t.step(f"use {number}"):
            pass


def generators_interleaved(t):
    """Two streams read in turns."""

    @t.entrypoint
    def stream(name):
        with t.step(f"first of {name}"):
            yield 1
        with t.step(f"second of {name}"):
            yield 2

    for _ in zip(stream("left"), stream("right"), strict=True):
        with t.step("use"):
            pass


def generator_fails(t):
    @t.entrypoint
    def stream():
        with t.step("work"):
            yield 1
            raise Refused

    with contextlib.suppress(Refused):
        list(stream())


def generator_is_sent_to(t):
    @t.entrypoint
    def stream():
        with t.step("ask"):
            answer = yield "question"
        with t.step(f"heard {answer}"):
            try:
                yield "more"
            except Refused:
                with t.step("recover"):
                    yield "recovered"

    conversation = stream()
    next(conversation)
    with t.step("think"):
        conversation.send("answer")
    conversation.throw(Refused)
    next(conversation, None)


def generator_read_by_threads(t):
    """As web servers read a sync stream: each item in whatever thread is free."""

    def read(stream):
        next(stream, None)
        with t.step("send"):
            pass

    stream = _generator(t)()
    for _ in range(3):
        reader = threading.Thread(target=read, args=(stream,))
        reader.start()
        reader.join()


def generator_starts_threads(t):
    def work(name):
        with t.step(name):
            pass

    @t.entrypoint
    def stream():
        with ThreadPoolExecutor(1) as pool:
            for name in ("a", "b"):
                with t.step(f"item {name}"):
                    pool.submit(work, name).result(PATIENCE_S)
                    yield name

    for name in stream():
        with t.step(f"use {name}"):
            pass


# ── async generators ─────────────────────────────────────────────────────────────────────────────────────────────────


async def async_generator(t):
    async for number in _async_generator(t)():
        with t.step(f"use {number}"):
            pass


async def async_generator_closed_early(t):
    stream = _async_generator(t)()
    await anext(stream)
    await stream.aclose()
    with t.step("after"):
        pass


async def async_generator_abandoned(t):
    """The consumer stops; collecting garbage hands the stream to the loop, which ends it later."""
    async for _ in _async_generator(t)():
        break
    gc.collect()
    with t.step("after"):
        pass
    for _ in range(5):
        await asyncio.sleep(0)


async def async_generator_left_to_the_loop(t):
    """The loop ends when the stream is still held."""
    stream = _async_generator(t)()
    await anext(stream)
    asyncio.get_running_loop().kept = stream


async def async_generator_fails(t):
    @t.entrypoint
    async def stream():
        with t.step("work"):
            yield 1
            raise Refused

    with contextlib.suppress(Refused):
        async for _ in stream():
            pass


async def async_generator_in_async(t):
    @t.entrypoint
    async def agent():
        async for number in _async_generator(t)():
            with t.step(f"use {number}"):
                await asyncio.sleep(0)

    await agent()


async def async_generators_interleaved(t):
    left, right = _async_generator(t)(), _async_generator(t)()
    for _ in range(3):
        await anext(left, None)
        with t.step("between"):
            pass
        await anext(right, None)


async def async_generator_cancelled(t):
    """The task that reads is cancelled while the agent works."""
    working = asyncio.Event()

    @t.entrypoint
    async def stream():
        with t.step("first"):
            yield 1
        with t.step("second"):
            working.set()
            await asyncio.Event().wait()
            yield 2

    async def read():
        async for _ in stream():
            pass

    task = asyncio.create_task(read())
    await working.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def async_generator_read_by_another_task(t):
    """A request makes the stream; a task of another request reads it."""

    @t.entrypoint
    async def reader(stream):
        async for number in stream:
            with t.step(f"use {number}"):
                pass

    await asyncio.create_task(reader(_async_generator(t)()))


async def async_generator_read_by_a_task_each(t):
    """Each item is read by another task, as `asyncio.wait_for` did before Python 3.12."""

    async def read(stream):
        await anext(stream, None)
        with t.step("send"):
            pass

    stream = _async_generator(t)()
    for _ in range(3):
        await asyncio.create_task(read(stream))


async def async_generator_feeds_a_queue(t):
    """The agent streams in one task, its consumer reads a queue in another."""
    queue = asyncio.Queue()

    async def produce():
        async for number in _async_generator(t)():
            await queue.put(number)
        await queue.put(None)

    @t.entrypoint
    async def consumer():
        while (number := await queue.get()) is not None:
            with t.step(f"use {number}"):
                pass

    await asyncio.gather(produce(), consumer())
