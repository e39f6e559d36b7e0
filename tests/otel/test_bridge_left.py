"""Spans that nobody ends: what they stand for ends with what it was begun in, and is left alone while it may go on."""

import asyncio
import gc
import weakref
from contextlib import suppress

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import set_span_in_context

from gradient.sdk import entrypoint, step


@pytest.fixture
def spans():
    """Return a function that begins a span below another one, as frameworks do that end them by themselves."""
    tracer = TracerProvider().get_tracer("openinference.instrumentation.acme")

    def begin(name, above=None):
        return tracer.start_span(name, None if above is None else set_span_in_context(above))

    return begin


def statuses(run):
    return {each["name"]: each["status"] for each in run["executions"]}


def cancel(agent):
    """End an agent as its task's cancellation does."""
    try:
        raise asyncio.CancelledError
    finally:
        agent.end()


class Broken(Exception):
    """What an agent may end with."""


async def stopped(begin, error):
    """Raise an error out of an agent that ends its own span only."""
    agent = begin("agent")
    try:
        begin("model", begin("turn", agent))
        raise error
    finally:
        agent.end()


@pytest.mark.parametrize(
    ("error", "status"),
    [(asyncio.CancelledError(), "cancelled"), (GeneratorExit(), "abandoned"), (KeyboardInterrupt(), "cancelled")],
)
def test_what_is_left_open_ends_as_what_it_is_below(runtime, read_runs, spans, error, status):
    @entrypoint
    def ask():
        with suppress(BaseException):
            stopped(spans, error).send(None)
        return "late"

    ask()

    (run,) = read_runs()
    assert statuses(run) == {"agent": status, "turn": status, "model": status}
    assert run["status"] == "completed"


def test_what_is_open_below_nothing_that_ends_is_over_with_the_request(runtime, read_runs, spans):
    @entrypoint
    def ask():
        with step("around"):
            begun.append(spans("agent"))

    begun = []
    ask()
    begun[0].end()  # too late

    assert statuses(read_runs()[0]) == {"around": "completed", "agent": "abandoned"}


def test_an_error_that_is_left_with_a_request_counts_once(runtime, read_runs, spans):
    @entrypoint
    def ask():
        spans("agent")
        raise Broken

    with pytest.raises(Broken):
        ask()

    (run,) = read_runs()
    assert statuses(run) == {"agent": "error"}
    assert run["error"]["began_in"] == run["executions"][0]["execution_id"]


def test_what_is_open_below_a_span_that_was_done_goes_on(runtime, read_runs, spans):
    @entrypoint
    def ask():
        agent = spans("agent")
        later = spans("later", agent)
        agent.end()
        with step("between"):
            pass
        later.end()

    ask()

    assert set(statuses(read_runs()[0]).values()) == {"completed"}


def test_what_was_handled_while_a_span_began_is_not_kept(runtime, spans):
    class Large:
        """What a frame of the program holds."""

    gone = []

    def fails():
        large = Large()
        gone.append(weakref.ref(large))
        raise Broken

    @entrypoint
    def agent():
        try:
            fails()
        except Broken:
            spans("fallback").end()

    agent()
    gc.collect()

    assert gone[0]() is None


async def test_what_another_task_has_begun_goes_on(runtime, read_runs, spans):
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def background(agent):
        span = spans("background", agent)
        begun.set()
        await may_end.wait()
        span.end()

    @entrypoint
    async def ask():
        agent = spans("agent")
        task = asyncio.ensure_future(background(agent))
        await begun.wait()
        with suppress(asyncio.CancelledError):
            cancel(agent)
        may_end.set()
        await task

    await ask()

    assert statuses(read_runs()[0]) == {"agent": "cancelled", "background": "completed"}


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_what_another_task_has_left_open_ends_with_that_task(runtime, read_runs, spans, is_cancelled):
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def helper(agent):
        spans("model", spans("helper", agent))
        begun.set()
        await may_end.wait()

    @entrypoint
    async def ask():
        agent = spans("agent")
        task = asyncio.ensure_future(helper(agent))
        await begun.wait()
        with suppress(asyncio.CancelledError):
            cancel(agent)
        tasks.append(task)

    tasks = []
    await ask()
    open_still = statuses(read_runs()[0])
    tasks[0].cancel() if is_cancelled else may_end.set()
    await asyncio.wait(tasks)
    await asyncio.sleep(0)  # a turn of the loop, in which it is told

    assert {open_still["helper"], open_still["model"]} == {"running"}
    assert set(statuses(read_runs()[0]).values()) == {"cancelled"}


async def test_what_a_task_left_open_that_is_over_ends_with_what_it_is_below(runtime, read_runs, spans):
    async def helper(agent):
        spans("model", spans("helper", agent))

    @entrypoint
    async def ask():
        agent = spans("agent")
        await asyncio.ensure_future(helper(agent))
        with suppress(asyncio.CancelledError):
            cancel(agent)

    await ask()

    assert set(statuses(read_runs()[0]).values()) == {"cancelled"}
