"""Steps: the user's own code as a block or as a function, and what their handle takes."""

import asyncio
import threading

import pytest
from support.patience import PATIENCE_S
from support.usages import summed, used

from gradient.runtime import get_current_context, get_runtime_manager
from gradient.runtime.context import current_scope
from gradient.sdk import entrypoint, session, step


def test_a_block_records_what_it_is_told(only_execution):
    @entrypoint
    def agent():
        with step("search", kind="retriever", inputs={"query": "why"}, metadata={"index": 3}) as search:
            search.outputs = ["because"]
            search.set_metadata(hits=1)
            search.event("cache missed", size=2)

    agent()

    execution = only_execution()
    told = ("name", "node_id", "kind", "framework", "status", "inputs", "outputs", "metadata")
    assert {key: execution[key] for key in told} == {
        "name": "search",
        "node_id": "retriever_search",
        "kind": "retriever",
        "framework": "custom",
        "status": "completed",
        "inputs": {"query": "why"},
        "outputs": ["because"],
        "metadata": {"index": 3, "hits": 1},
    }
    assert [(event["name"], event["attributes"]) for event in execution["events"]] == [("cache missed", {"size": 2})]


def test_a_block_of_a_language_model_tells_tokens_cost_and_model(only_execution, read_runs):
    @entrypoint
    def agent():
        with step("answer", kind="llm") as answer:
            answer.set_usage(
                input_tokens=100,
                output_tokens=20,
                cache_read_tokens=80,
                cache_write_tokens=5,
                reasoning_tokens=7,
                cost_usd=0.25,
                model="acme-1",
                provider="acme",
            )

    agent()

    execution = only_execution()
    usage = {
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 80,
        "cache_write_tokens": 5,
        "reasoning_tokens": 7,
        "cost_usd": 0.25,
    }
    assert execution["usage"] == used(**usage)
    assert (execution["model"], execution["provider"]) == ("acme-1", "acme")
    assert read_runs()[0]["usage"] == summed(**usage)


async def test_async_blocks_are_blocks(only_execution):
    @entrypoint
    async def agent():
        async with step("work") as work:
            await asyncio.sleep(0)
            work.outputs = 1

    await agent()

    assert (only_execution()["status"], only_execution()["outputs"]) == ("completed", 1)


def test_a_block_that_raises_records_the_error_and_what_was_known(only_execution):
    error = ValueError("no such index")

    @entrypoint
    def agent():
        with step("search") as search:
            search.outputs = "partial"
            raise error

    with pytest.raises(ValueError, match="no such index") as raised:
        agent()

    assert raised.value is error

    execution = only_execution()
    assert (execution["status"], execution["outputs"]) == ("error", "partial")
    assert (execution["error"]["type"], execution["error"]["message"]) == ("ValueError", "no such index")
    assert "raise error" in execution["error"]["stacktrace"]


@pytest.mark.parametrize("colour", ["plain", "coroutine", "generator", "async generator"])
def test_a_decorated_function_records_arguments_and_results(runtime, read_runs, colour):
    decorated = step("work", kind="tool", metadata={"version": 2})

    @decorated
    def plain(a, b=2):
        return [a, b]

    @decorated
    async def coroutine(a, b=2):
        return [a, b]

    @decorated
    def generator(a, b=2):
        yield a
        yield b

    @decorated
    async def async_generator(a, b=2):
        yield a
        yield b

    async def read():
        return [item async for item in async_generator(1, b=3)]

    calls = {
        "plain": lambda: plain(1, b=3),
        "coroutine": lambda: asyncio.run(coroutine(1, b=3)),
        "generator": lambda: list(generator(1, b=3)),
        "async generator": lambda: asyncio.run(read()),
    }
    entrypoint(calls[colour])()

    (execution,) = read_runs()[0]["executions"]
    told = ("name", "kind", "inputs", "outputs", "metadata")
    assert {key: execution[key] for key in told} == {
        "name": "work",
        "kind": "tool",
        "inputs": {"a": 1, "b": 3},
        "outputs": [1, 3],
        "metadata": {"version": 2},
    }


def test_a_step_outside_of_any_request_is_a_request_of_its_own(runtime, read_runs):
    with step("alone", inputs={"a": 1}) as alone:
        alone.outputs = 2

    (run,) = read_runs()
    told = ("entrypoint", "status", "inputs", "outputs")
    assert {key: run[key] for key in told} == {
        "entrypoint": "alone",
        "status": "completed",
        "inputs": {"a": 1},
        "outputs": 2,
    }
    assert get_current_context() is None


def test_one_step_object_can_be_entered_again_inside_itself(runtime, read_runs):
    again = step("again")

    @entrypoint
    def agent():
        with again as outer:
            outer.outputs = "outer"
            with again as inner:
                inner.outputs = "inner"

    agent()

    executions = read_runs()[0]["executions"]
    assert [(e["outputs"], e["status"]) for e in executions] == [("outer", "completed"), ("inner", "completed")]
    assert executions[1]["parent_id"] == executions[0]["execution_id"]


async def test_one_step_object_can_be_entered_by_many_tasks(runtime, read_runs):
    shared, first_is_in, second_is_out = step("shared"), asyncio.Event(), asyncio.Event()

    async def first():
        with shared as own:
            first_is_in.set()
            await second_is_out.wait()
            own.outputs = "first"

    async def second():
        await first_is_in.wait()
        with shared as own:
            own.outputs = "second"
        second_is_out.set()

    @entrypoint
    async def agent():
        await asyncio.gather(first(), second())

    await agent()

    executions = read_runs()[0]["executions"]
    assert [(e["outputs"], e["status"]) for e in executions] == [("first", "completed"), ("second", "completed")]


def test_one_step_object_can_be_entered_by_many_threads(runtime, read_runs):
    shared, inside, out = step("shared"), threading.Event(), threading.Event()

    def first():
        with shared as own:
            inside.set()
            out.wait(PATIENCE_S)
            own.outputs = "first"

    @entrypoint
    def agent():
        thread = threading.Thread(target=first)
        thread.start()
        inside.wait(PATIENCE_S)
        with shared as own:
            own.outputs = "second"
        out.set()
        thread.join()

    agent()

    executions = read_runs()[0]["executions"]
    assert [(e["outputs"], e["status"]) for e in executions] == [("first", "completed"), ("second", "completed")]


def test_a_handle_is_harmless_when_nothing_is_recorded(monkeypatch):
    monkeypatch.setenv("GRADIENT_ENABLED", "0")

    with step("work") as work:
        work.outputs = 1
        work.set_metadata(a=1)
        work.set_usage(input_tokens=1)
        work.event("noted", a=1)

    assert work.execution is None
    assert get_runtime_manager().get_tracker().get_executions() == []


def test_what_is_said_after_the_end_changes_nothing(only_execution):
    @entrypoint
    def agent():
        with step("work") as work:
            work.outputs = "told in time"
        work.outputs = "too late"
        work.set_metadata(late=True)

    agent()

    assert (only_execution()["outputs"], only_execution()["metadata"]) == ("told in time", {})


def test_a_step_that_cannot_be_recorded_still_runs(runtime, monkeypatch, capsys):
    monkeypatch.setattr(runtime, "get_tracker", None)

    @entrypoint
    def agent():
        with step("work"):
            return "done"

    assert agent() == "done"
    assert "the step work could not be recorded" in capsys.readouterr().err
    assert current_scope.get() is None


class Unspeakable:
    """What cannot be said, compared or asked for its truth, as arrays cannot."""

    def __repr__(self):
        raise ValueError("no text")

    def __bool__(self):
        raise ValueError("ambiguous")


@pytest.mark.parametrize("told", [7, 1.5, None, b"\xff", ["a"], {"a": 1}, "\ud800", object(), Unspeakable()], ids=type)
def test_what_is_no_text_is_recorded_as_some(only_execution, told):
    @entrypoint
    def agent():
        with step(told, kind=told) as each:
            each.set_usage(model=told, provider=told)

    agent()

    execution = only_execution()
    assert all(type(execution[name]) is str for name in ("name", "kind", "node_id"))
    assert {type(execution[name]) for name in ("model", "provider")} == {type(None) if told is None else str}


def test_a_decorated_function_may_be_called_what_is_no_text(only_execution):
    @step(7)
    def work():
        return "done"

    work()

    execution = only_execution()
    assert (execution["name"], execution["outputs"]) == ("7", "done")


def test_a_session_may_be_called_what_is_no_text(runtime, read_runs):
    agent = entrypoint(lambda: "answer")
    for told in (7, "", None, Unspeakable()):
        with session(told, user_id=told):
            agent()

    assert [run["session_id"] for run in read_runs()][:3] == ["7", None, None]
