"""However a graph is called, it gives the same tree, and its stream the same items as without us."""

import asyncio
import gc
import operator
from typing import Annotated, TypedDict

import pytest
from langgraph.graph import START, StateGraph
from support.models import StreamingModel
from support.outlines import outline, tree

from gradient.sdk import entrypoint

TREE = tree("""
    request LangGraph
      graph LangGraph
        node plan
        node act
""")
MODES = ["values", "updates", "debug", "custom", "messages", ["updates", "custom"]]


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


def build(plan):
    builder = StateGraph(State)
    builder.add_node("plan", plan)
    builder.add_node("act", lambda state: {"log": ["act"]})
    builder.add_edge(START, "plan")
    builder.add_edge("plan", "act")
    return builder.compile()


@pytest.fixture
def graph():
    return build(lambda state: {"log": ["plan"]})


@pytest.fixture
def async_graph():
    async def plan(state):
        return {"log": ["plan"]}

    return build(plan)


def test_invoke_gives_the_tree(runtime, read_runs, graph):
    graph.invoke({"log": []})

    assert [outline(run) for run in read_runs()] == [TREE]


async def test_ainvoke_gives_the_tree(runtime, read_runs, async_graph):
    await async_graph.ainvoke({"log": []})

    assert [outline(run) for run in read_runs()] == [TREE]


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_stream_gives_the_tree_in_every_mode(runtime, read_runs, graph, mode):
    list(graph.stream({"log": []}, stream_mode=mode, subgraphs=True))

    assert [outline(run) for run in read_runs()] == [TREE]


@pytest.mark.parametrize("mode", MODES, ids=str)
async def test_astream_gives_the_tree_in_every_mode(runtime, read_runs, async_graph, mode):
    async for _ in async_graph.astream({"log": []}, stream_mode=mode, subgraphs=True):
        pass

    assert [outline(run) for run in read_runs()] == [TREE]


def test_each_item_of_a_batch_is_a_run_of_its_own(runtime, read_runs, graph):
    graph.batch([{"log": []}, {"log": []}])

    assert [outline(run) for run in read_runs()] == [TREE, TREE]


def test_a_batch_in_an_entrypoint_belongs_to_its_request(runtime, read_runs, graph):
    @entrypoint
    def agent():
        graph.batch([{"log": []}, {"log": []}])

    agent()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          graph LangGraph
            node plan
            node act
          graph LangGraph
            node plan
            node act
    """)


async def test_each_item_of_an_abatch_is_a_run_of_its_own(runtime, read_runs, async_graph):
    await async_graph.abatch([{"log": []}, {"log": []}])

    assert [outline(run) for run in read_runs()] == [TREE, TREE]


async def test_astream_events_gives_the_tree(runtime, read_runs, async_graph):
    async for _ in async_graph.astream_events({"log": []}, version="v2"):
        pass

    assert [outline(run) for run in read_runs()] == [TREE]


def test_a_stream_that_is_closed_early_is_abandoned(runtime, read_runs, graph):
    stream = graph.stream({"log": []}, stream_mode="updates")
    next(stream)
    stream.close()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph [abandoned]
          graph LangGraph [abandoned]
            node plan
    """)


async def test_an_async_stream_that_is_closed_early_is_abandoned(runtime, read_runs, async_graph):
    stream = async_graph.astream({"log": []}, stream_mode="updates")
    await stream.__anext__()
    await stream.aclose()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph [abandoned]
          graph LangGraph [abandoned]
            node plan
    """)


async def test_an_async_stream_that_is_dropped_ends_when_it_is_collected(runtime, read_runs, async_graph):
    async def first():
        async for item in async_graph.astream({"log": []}, stream_mode="updates"):
            return item
        return None

    await first()
    gc.collect()
    for _ in range(20):  # turns of the loop, which closes what was collected
        await asyncio.sleep(0)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph [abandoned]
          graph LangGraph [abandoned]
            node plan
    """)


def test_a_streaming_entrypoint_that_is_closed_early_is_abandoned_with_its_graph(runtime, read_runs, graph):
    @entrypoint
    def agent():
        yield from graph.stream({"log": []}, stream_mode="updates")

    stream = agent()
    next(stream)
    stream.close()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent [abandoned]
          graph LangGraph [abandoned]
            node plan
    """)


async def test_a_cancelled_graph_and_its_node_are_cancelled(runtime, read_runs):
    began = asyncio.Event()

    async def plan(state):
        began.set()
        await asyncio.Event().wait()

    @entrypoint
    async def agent():
        await build(plan).ainvoke({"log": []})

    task = asyncio.create_task(agent())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent [cancelled]
          graph LangGraph [cancelled]
            node plan [cancelled]
    """)


def test_consumers_of_a_stream_run_outside_of_its_graph(runtime, read_runs, graph):
    @entrypoint
    def agent():
        for _ in graph.stream({"log": []}, stream_mode="updates"):
            build(lambda state: {"log": ["other"]}).invoke({"log": []})
            break

    agent()

    (run,) = read_runs()
    assert [execution["parent_id"] for execution in run["executions"] if execution["kind"] == "graph"] == [None, None]


def test_messages_of_a_model_in_a_node_are_streamed_as_without_us(runtime, read_runs):
    def model():
        return StreamingModel(script=["one two three"])

    def streamed():
        scripted = model()
        graph = build(lambda state: {"log": [scripted.invoke("hi").content]})
        items = graph.stream({"log": []}, stream_mode="messages")
        return [(item[0].content, item[1]["langgraph_node"]) for item in items if item[0].content], scripted.calls

    with_us = streamed()
    runtime.uninstall_instrumentation()
    without_us = streamed()

    assert with_us == without_us
    assert with_us == ([("one", "plan"), (" two", "plan"), (" three", "plan")], ["stream"])
