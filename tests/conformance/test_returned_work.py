"""A run lasts until what its entrypoint gave back is used up, and the caller cannot tell the difference."""

import asyncio
import concurrent.futures
import functools
import gc
import subprocess
import sys
import types
import warnings

import pytest
from conformance.returning import agent_that_returns, answer, answer_to, async_items, closed, items, tree, work
from conformance.trees import expected_trees, trees_of
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from gradient.sdk import entrypoint, step

pytestmark = pytest.mark.usefixtures("nothing_is_closed")


# ── coroutines ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_work_of_a_coroutine_is_in_the_run(read_runs):
    coroutine = agent_that_returns(answer)()

    assert type(coroutine) is types.CoroutineType
    assert coroutine.__qualname__ == "answer"
    assert asyncio.run(coroutine) == "done"
    assert trees_of(read_runs()) == tree("completed")
    with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
        coroutine.send(None)


def test_a_plain_wrapper_of_an_async_function_is_followed(read_runs):
    def logged(function):
        @functools.wraps(function)
        def call(*args):
            return function(*args)

        return call

    assert asyncio.run(entrypoint(name="agent")(logged(answer))()) == "done"
    assert trees_of(read_runs()) == tree("completed")


@pytest.mark.parametrize("make", [answer, agent_that_returns(answer)])
def test_a_coroutine_that_is_never_awaited_says_so_once(no_garbage, read_runs, make):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make()
        gc.collect()

    assert [str(warning.message) for warning in caught] == ["coroutine 'answer' was never awaited"]
    caught.clear()  # they hold what they warn of
    gc.collect()
    assert all(run["status"] == "abandoned" for run in read_runs())


def test_a_coroutine_that_is_closed_says_nothing(read_runs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agent_that_returns(answer)().close()

    assert [run["status"] for run in read_runs()] == ["abandoned"]


def test_the_error_of_a_coroutine_is_the_very_same():
    error = ValueError("no")

    async def fails():
        raise error

    with pytest.raises(ValueError, match="no") as raised:
        asyncio.run(agent_that_returns(fails)())
    assert raised.value is error


# ── futures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_task_is_the_very_same_and_its_work_is_in_the_run(read_runs):
    tasks = []

    def begin():
        tasks.append(asyncio.ensure_future(answer()))
        return tasks[0]

    task = agent_that_returns(begin)()

    assert task is tasks[0]
    assert [await task, await task] == ["done", "done"]
    assert trees_of(read_runs()) == tree("completed")


async def test_a_task_that_is_cancelled_makes_its_run_cancelled(read_runs):
    task = agent_that_returns(lambda: asyncio.ensure_future(asyncio.Event().wait()))()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert [run["status"] for run in read_runs()] == ["cancelled"]


async def test_an_exception_of_a_future_that_nobody_asks_for_is_still_complained_of(read_runs, no_garbage):
    complaints = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, told: complaints.append(str(told["exception"])))
    future = agent_that_returns(loop.create_future)()
    future.set_exception(ValueError("no"))
    await asyncio.sleep(0)

    del future
    gc.collect()

    assert complaints == ["no"]
    assert [(run["status"], run["error"]["message"]) for run in read_runs()] == [("error", "no")]


def test_the_future_of_a_pool_is_the_very_same_and_its_work_is_in_the_run(read_runs):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = agent_that_returns(lambda: pool.submit(work))()
        assert isinstance(future, concurrent.futures.Future)
        assert future.result() == "done"

    assert trees_of(read_runs()) == tree("completed")


def test_a_future_that_is_dropped_before_it_is_done_leaves_its_run_abandoned(read_runs):
    agent_that_returns(concurrent.futures.Future)()
    gc.collect()

    assert [run["status"] for run in read_runs()] == ["abandoned"]


# ── responses ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("body", [items, async_items, lambda: iter(["done", "more"])])
def test_a_response_is_the_very_same_and_what_it_streams_is_in_the_run(read_runs, body):
    made = []

    def respond():
        made.append(StreamingResponse(body()))
        return made[0]

    async def application(scope, receive, send):
        response = agent_that_returns(respond)()
        assert response is made[0]
        await response(scope, receive, send)

    assert TestClient(application).get("/").text == "donemore"
    (run,) = read_runs()
    assert (run["status"], run["outputs"]) == ("completed", ["done", "more"])
    assert len(run["executions"]) == (1 if closed else 0)


def test_an_async_entrypoint_lasts_as_long_as_its_response(read_runs):
    @entrypoint
    async def agent():
        return StreamingResponse(async_items())

    async def application(scope, receive, send):
        await (await agent())(scope, receive, send)

    assert TestClient(application).get("/").text == "donemore"
    assert trees_of(read_runs()) == tree("completed")


# ── steps, and what is no work ───────────────────────────────────────────────────────────────────────────────────────


def test_a_step_lasts_as_long_as_its_stream(read_runs):
    inner = step("inner")(functools.partial(map, answer_to, [1, 2]))

    assert list(agent_that_returns(inner)()) == ["done", "done"]
    inside = """
        request agent: completed
          step inner: completed
            step work: completed
            step work: completed
    """
    assert trees_of(read_runs()) == expected_trees(inside)


class Odd:
    """Has no attributes, and wants nobody to look for them."""

    __slots__ = ()

    def __getattr__(self, name):
        raise AssertionError(name)


@pytest.mark.parametrize("make", [Odd, object, lambda: iter([1]), lambda: zip([1]), lambda: Odd, lambda: [items()]])
def test_what_is_no_work_is_the_very_same(read_runs, make):
    value = make()

    assert agent_that_returns(lambda: value)() is value
    assert [run["status"] for run in read_runs()] == ["completed"]


# ── the end of the process ───────────────────────────────────────────────────────────────────────────────────────────

HELD = {
    "a stream": "def agent():\n    with step('work'):\n        yield 1\n",
    "a stream that was returned": "def agent():\n    return iter_of()\n",
    "a stream that nobody read": "def agent():\n    return iter_of()\nnext = iter\n",
    "a future": "def agent():\n    import concurrent.futures\n    return concurrent.futures.Future()\nnext = id\n",
}


@pytest.mark.parametrize("held", HELD)
def test_what_is_held_at_the_end_of_the_process_is_abandoned_without_a_word(read_runs, held):
    program = f"""
from gradient.sdk import entrypoint, step
def iter_of():
    with step('work'):
        yield 1
@entrypoint
{HELD[held]}
held = agent()
next(held)
"""

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    (run,) = read_runs()
    assert ended.stderr == ""
    assert {run["status"], *(execution["status"] for execution in run["executions"])} == {"abandoned"}


@pytest.mark.parametrize("of", ["agent", "returned"])
def test_an_async_stream_that_is_left_at_the_end_of_the_loop_is_abandoned(read_runs, of):
    async def stream():
        for number in range(10):
            await asyncio.sleep(0)
            yield number

    agent = entrypoint(name="agent")(stream) if of == "agent" else agent_that_returns(stream)

    async def leave():
        async for number in agent():
            if number == 2:
                break

    asyncio.run(leave())

    assert [run["status"] for run in read_runs()] == ["abandoned"]
