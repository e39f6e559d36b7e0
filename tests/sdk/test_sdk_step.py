"""Steps: the user's own code as a block or as a function, and what their handle takes."""

import asyncio
import threading

import pytest
from support.patience import PATIENCE_S
from support.usages import summed, used

from gradient.runtime import NotTraceable, get_current_context, get_runtime_manager
from gradient.runtime.context import current_scope
from gradient.sdk import entrypoint, session, step


@pytest.fixture
def only_execution(runtime, read_runs):
    """Return a function that gives the one execution of the one run."""

    def read():
        (run,) = read_runs()
        (execution,) = run["executions"]
        return execution

    return read


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


def bare_functions():
    @step
    def plain(page):
        return f"page {page}"

    @step
    async def coroutine(page):
        return f"page {page}"

    @step
    def generator(page):
        yield f"page {page}"

    @step
    async def stream(page):
        yield f"page {page}"

    return [plain, coroutine, generator, stream]


@pytest.mark.parametrize("function", bare_functions(), ids=lambda function: function.__name__)
async def test_a_bare_step_runs_the_function_under_its_own_name(only_execution, function):
    called = function(3)

    if hasattr(called, "__anext__"):
        assert [item async for item in called] == ["page 3"]
    elif hasattr(called, "__next__"):
        assert list(called) == ["page 3"]
    else:
        assert (await called if hasattr(called, "__await__") else called) == "page 3"
    execution = only_execution()
    assert (execution["name"], execution["kind"], execution["inputs"]) == (function.__name__, "step", {"page": 3})
    assert execution["outputs"] in ("page 3", ["page 3"])


def test_a_bare_step_stands_on_methods_of_each_kind_and_on_callable_objects(runtime, read_runs):
    class Callable:
        def __call__(self, page):
            return page

    class Library:
        @step
        def method(self, page):
            return self, page

        @step
        @staticmethod
        def above_static(page):
            return page

        @staticmethod
        @step
        def below_static(page):
            return page

        @step
        @classmethod
        def above_class(cls, page):
            return cls, page

        @classmethod
        @step
        def below_class(cls, page):
            return cls, page

    library = Library()

    @entrypoint
    def agent():
        assert library.method(1) == (library, 1)
        assert (library.above_static(2), Library.below_static(3)) == (2, 3)
        assert (library.above_class(4), Library.below_class(5)) == ((Library, 4), (Library, 5))
        assert step(Callable())(6) == 6
        assert step(lambda function: function(7))(lambda page: page) == 7

    agent()

    executions = read_runs()[0]["executions"]
    names = ["method", "above_static", "below_static", "above_class", "below_class", "Callable", "<lambda>"]
    assert [execution["name"] for execution in executions] == names
    assert [execution["inputs"] for execution in executions[:6]] == [{"page": number} for number in range(1, 7)]


@pytest.mark.parametrize("target", [int, property(len), dict])
def test_a_bare_step_on_what_cannot_be_traced_is_an_error_where_it_is_written(target):
    with pytest.raises(NotTraceable):
        step(target)


def test_a_bare_step_takes_a_kind(only_execution):
    step(len, kind="tool")("four")

    assert (only_execution()["name"], only_execution()["kind"]) == ("len", "tool")
