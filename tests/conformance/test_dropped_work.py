"""What a request left suspended is closed by whoever drops it, and changes nothing of what is current there."""

import asyncio
import gc

import pytest
from conformance.whose import whose

from gradient.runtime.context import current_scope
from gradient.runtime.remote import told_remote
from gradient.runtime.session import NO_SESSION, session_variable
from gradient.sdk import continued_trace, entrypoint, session, step

TRACE = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}


class Pause:
    """Suspends whoever awaits it."""

    def __await__(self):
        yield


@step("coroutine")
async def coroutine(who):
    await Pause()


async def coroutine_with_a_block(who):
    with step("block", inputs={"who": who}):
        await Pause()


async def coroutine_in_a_session(who):
    with session(who):
        await Pause()


async def coroutine_in_a_trace(_who):
    with continued_trace(TRACE):
        await Pause()


@step("returned")
def returned(who):
    return coroutine(who)


def stream_with_a_block(who):
    with step("block", inputs={"who": who}):
        yield


@step("stream")
def stream(who):
    with session(who), continued_trace(TRACE):
        yield


@entrypoint(name="inner")
async def inner_entrypoint(who):
    await Pause()


def in_a_cycle(suspended):
    """Return something that only the garbage collector frees."""
    cycle = [suspended]
    cycle.append(cycle)
    return cycle


SUSPENDED = [
    coroutine,
    coroutine_with_a_block,
    coroutine_in_a_session,
    coroutine_in_a_trace,
    returned,
    stream_with_a_block,
    stream,
    inner_entrypoint,
]


def begun(suspended):
    (suspended.send if hasattr(suspended, "send") else next)(None)
    return suspended


def current():
    return current_scope.get(), session_variable.get(), told_remote.get()


@pytest.mark.parametrize("is_collected", [False, True], ids=["dropped", "collected"])
@pytest.mark.parametrize("goes_on", [True, False], ids=["first goes on", "first is over"])
@pytest.mark.parametrize("make", SUSPENDED)
async def test_whoever_drops_what_another_request_left_suspended_stays_where_it_is(
    runtime, read_runs, make, goes_on, is_collected
):
    held, dropped = [], asyncio.Event()
    left = asyncio.Event()

    @entrypoint(name="ask")
    async def first(who):
        with session("of first"), continued_trace(TRACE):
            held.append(begun(make(who)))
        left.set()
        if goes_on:
            await dropped.wait()

    @entrypoint(name="ask")
    async def second(who):
        await left.wait()
        with session("of second"):
            before = current()
            held[:] = [in_a_cycle(held.pop())] if is_collected else []
            held.clear()
            gc.collect()
            assert current() == before
            with step("after", inputs={"who": who}):
                pass
        dropped.set()

    await asyncio.gather(asyncio.create_task(first("ada")), asyncio.create_task(second("bob")))

    runs = [run for run in read_runs() if run["entrypoint"] == "ask"]
    assert [steps for who, steps in whose(runs) if who == "bob"] == [["bob"]]
    assert all(steps == ["ada"] * len(steps) for who, steps in whose(runs) if who == "ada")


async def test_whoever_drops_it_outside_of_requests_stays_outside(runtime):
    held = []

    @entrypoint
    async def ask(who):
        with session("of first"):
            held.append(begun(coroutine(who)))

    await asyncio.create_task(ask("ada"))
    held.clear()
    gc.collect()

    assert current() == (None, NO_SESSION, None)
