"""What the user's code is given and gives back is the very same object, traced or not."""

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langgraph.types import Send
from support.scripted import ScriptedModel, State, graph_of

from gradient.runtime import install_runtime
from gradient.sdk import configure, entrypoint, step


@pytest.fixture(params=[True, False], ids=["traced", "bare"])
def traced(request):
    """Whether we are there; what a test asserts must be so both ways."""
    if request.param:
        configure(console="off")
        install_runtime()
    else:
        configure(enabled=False)
    return request.param


class Item:
    """Something that only identity tells apart."""


def test_nodes_are_given_and_results_are_the_same_objects(traced, read_runs):
    first, second = Item(), Item()
    seen = []

    def replace(state):
        seen.append(state["value"])
        return {"value": second}

    def keep(state):
        seen.append(state["value"])
        return {}

    result = entrypoint(graph_of(replace, keep).invoke)({"value": first})

    assert seen == [first, second]
    assert result["value"] is second
    assert len(read_runs()) == traced


async def test_async_nodes_are_given_and_results_are_the_same_objects(traced):
    first, second = Item(), Item()
    seen = []

    async def replace(state):
        seen.append(state["value"])
        return {"value": second}

    result = await entrypoint(graph_of(replace).ainvoke)({"value": first})

    assert seen == [first]
    assert result["value"] is second


def test_a_state_that_is_one_object_stays_that_object(traced):
    class Whole(dict):
        pass

    state, seen = Whole(value=1), []

    def same(given):
        seen.append(given)
        return given

    graph = graph_of(same, state=dict)

    result = entrypoint(graph.invoke)(state)

    assert seen[0] is state
    assert result is state


@pytest.mark.parametrize("mode", ["values", "updates"])
def test_streamed_items_are_the_same_objects_and_come_one_by_one(traced, mode):
    values = [Item(), Item()]
    done = []

    def one(state):
        done.append("one")
        return {"value": values[0]}

    def two(state):
        done.append("two")
        return {"value": values[1]}

    graph = graph_of(one, two)

    @entrypoint
    def stream():
        yield from graph.stream({"value": None}, stream_mode=mode)

    passed = []
    for item in stream():
        value = (item if mode == "values" else next(iter(item.values())))["value"]
        if value is not None:  # what the graph began with
            passed.append(value)
        assert done == ["one", "two"][: len(passed)]

    assert [a is b for a, b in zip(passed, values, strict=True)] == [True, True]


def test_what_an_entrypoint_is_given_sent_and_returns_is_the_same(traced):
    given, sent, item, returned = Item(), Item(), Item(), Item()
    seen = []

    @entrypoint
    def agent(first, *, second):
        seen.append(first)
        seen.append(second)
        seen.append((yield item))
        return returned

    running = agent(given, second=given)
    got = next(running)
    with pytest.raises(StopIteration) as stopped:
        running.send(sent)

    assert got is item
    assert seen == [given, given, sent]
    assert stopped.value.value is returned


async def test_an_exception_thrown_into_a_stream_reaches_its_body_and_comes_back(traced):
    thrown = KeyError("thrown")

    @entrypoint
    async def agent():
        try:
            yield 1
        except KeyError as error:
            yield error

    stream = agent()
    await anext(stream) if hasattr(__builtins__, "anext") else await stream.__anext__()

    got = await stream.athrow(thrown)

    assert got is thrown
    await stream.aclose()


def failing_graph(error):
    def fail(state):
        raise error

    return graph_of(fail)


def test_an_exception_of_a_node_is_the_same_with_the_same_cause_and_frames(traced):
    cause = LookupError("cause")
    error = ValueError("answer")
    error.__cause__ = cause

    with pytest.raises(ValueError, match="answer") as caught:
        entrypoint(failing_graph(error).invoke)({"value": 1})

    assert caught.value is error
    assert error.__cause__ is cause
    assert error.__context__ is None
    assert caught.traceback[-1].name == "fail"
    assert error.args == ("answer",)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_exception_passes_through_too(traced, kind):
    error = kind()

    @entrypoint
    def agent():
        with step("inside"):
            failing_graph(error).invoke({"value": 1})

    with pytest.raises(kind) as caught:
        agent()

    assert caught.value is error


def test_a_keyboard_interrupt_in_a_node_is_recorded_as_cancelled(runtime, read_runs):
    with pytest.raises(KeyboardInterrupt):
        entrypoint(failing_graph(KeyboardInterrupt()).invoke)({"value": 1})

    (run,) = read_runs()
    assert {run["status"], *(execution["status"] for execution in run["executions"])} == {"cancelled"}


def test_the_same_method_of_the_model_runs(traced, read_runs):
    model = ScriptedModel()

    def think(state):
        return {"value": model.invoke([HumanMessage("hello")])}

    graph = graph_of(think)
    ran = {}
    for name, run in {
        "invoke": lambda: graph.invoke({"value": None}),
        "stream updates": lambda: list(graph.stream({"value": None}, stream_mode="updates")),
        "stream messages": lambda: list(graph.stream({"value": None}, stream_mode="messages")),
        "model alone": lambda: model.invoke("hello"),
        "model streams": lambda: list(model.stream("hello")),
    }.items():
        model.ran.clear()
        entrypoint(run)()
        ran[name] = model.ran[:]

    assert ran == {
        "invoke": ["_generate"],
        "stream updates": ["_generate"],
        "stream messages": ["_stream"],
        "model alone": ["_generate"],
        "model streams": ["_stream"],
    }
    assert [sum(execution["kind"] == "llm" for execution in run["executions"]) for run in read_runs()] == (
        [1] * 5 if traced else []
    )


async def test_the_same_method_of_the_model_runs_async(traced):
    model = ScriptedModel()

    async def think(state):
        return {"value": await model.ainvoke([HumanMessage("hello")])}

    await entrypoint(graph_of(think).ainvoke)({"value": None})
    answered = model.ran[:]
    model.ran.clear()
    [chunk async for chunk in model.astream("hello")]

    assert (answered, model.ran) == (["_generate"], ["_stream"])


def test_a_tool_is_given_and_returns_the_same_objects(traced):
    given, returned = Item(), Item()
    seen = []

    @tool
    def look(what: object) -> object:
        """Look."""
        seen.append(what)
        return returned

    result = entrypoint(look.invoke)({"what": given})

    assert seen[0] is given
    assert result is returned


def test_sent_states_are_the_same_objects(traced):
    item, seen = Item(), []

    def take(state):
        seen.append(state["value"])
        return {}

    def route(state):
        return [Send("take", {"value": item}), Send("take", {"value": item})]

    from langgraph.graph import START, StateGraph

    builder = StateGraph(State)
    builder.add_node("take", take)
    builder.add_conditional_edges(START, route, ["take"])

    entrypoint(builder.compile().invoke)({"value": None})

    assert [value is item for value in seen] == [True, True]
