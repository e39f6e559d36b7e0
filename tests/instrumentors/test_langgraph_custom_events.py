"""Custom events of LangChain, and what is written to LangGraph's custom stream, are events of what told them."""

import inspect
from typing import TypedDict

import pytest
from langchain_core.callbacks import (
    AsyncCallbackHandler,
    BaseCallbackHandler,
    adispatch_custom_event,
    dispatch_custom_event,
)
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.tools import tool
from langgraph.graph import START, StateGraph
from langgraph.types import StreamWriter
from support.outlines import found

from gradient.runtime import get_runtime_manager
from gradient.sdk import entrypoint

langgraph_config = pytest.importorskip("langgraph.config")
pytest.importorskip("langgraph.runtime", reason="older versions have another writer for each task")


class State(TypedDict, total=False):
    value: str


def graph_of(work, **nodes):
    builder = StateGraph(State).add_node("work", work).add_edge(START, "work")
    for name, node in nodes.items():
        builder.add_node(name, node).add_edge(START, name)
    return builder.compile()


def told(run, name):
    """Return the events of an execution, as names and what they carried."""
    return [(event["name"], event["attributes"]) for event in found(run, name)["events"]]


def dispatch(state):
    dispatch_custom_event("progress", {"pct": 50})


def dispatch_text(state):
    dispatch_custom_event("progress", "half")


async def dispatch_async(state, config: RunnableConfig):
    await adispatch_custom_event("progress", {"pct": 50}, config=config)


def write(state, writer: StreamWriter):
    writer({"pct": 50})


def write_text(state, writer: StreamWriter):
    writer("half")


async def write_async(state, writer: StreamWriter):
    writer({"pct": 50})


def write_found(state):
    langgraph_config.get_stream_writer()({"pct": 50})


def write_by_runtime(state, runtime):
    runtime.stream_writer({"pct": 50})


TOLD = {
    dispatch: ("progress", {"pct": 50}),
    dispatch_text: ("progress", {"data": "half"}),
    dispatch_async: ("progress", {"pct": 50}),
    write: ("custom", {"pct": 50}),
    write_text: ("custom", {"data": "half"}),
    write_async: ("custom", {"pct": 50}),
    write_found: ("custom", {"pct": 50}),
    write_by_runtime: ("custom", {"pct": 50}),
}


@pytest.mark.parametrize("work", TOLD, ids=lambda work: work.__name__)
async def test_a_node_has_what_it_told_also_where_nobody_listens(runtime, read_runs, work):
    if inspect.iscoroutinefunction(work):
        await graph_of(work).ainvoke({"value": "x"})
    else:
        graph_of(work).invoke({"value": "x"})

    assert told(read_runs()[0], "work") == [TOLD[work]]


@pytest.mark.parametrize("mode", ["values", "custom", ["custom", "updates"]])
def test_whoever_streams_gets_what_was_written_and_the_node_has_it_once(runtime, read_runs, mode):
    outer = graph_of(graph_of(write), other=lambda state: None)

    streamed = list(outer.stream({"value": "x"}, stream_mode=mode, subgraphs=True))

    custom = [item for item in streamed if "custom" in item or mode == "custom"]
    assert [item[-1] for item in custom] == ([] if mode == "values" else [{"pct": 50}])
    run = read_runs()[0]
    (inner,) = [one for one in run["executions"] if one["name"] == "work" and one["events"]]
    assert inner["parent_id"] in {one["execution_id"] for one in run["executions"] if one["kind"] == "graph"}
    assert [event["attributes"] for one in run["executions"] for event in one["events"]] == [{"pct": 50}]


def test_a_tool_and_a_step_of_a_chain_have_their_own(runtime, read_runs):
    @tool
    def look_up(word: str) -> str:
        """Look a word up."""
        dispatch_custom_event("looking", {"word": word})
        return word

    inner = RunnableLambda(dispatch, name="inner")
    chain = RunnableLambda(lambda state: look_up.invoke({"word": "x"}), name="outer") | inner

    chain.invoke("x")

    run = read_runs()[0]
    assert told(run, "look_up") == [("looking", {"word": "x"})]
    assert told(run, "inner") == [("progress", {"pct": 50})]
    assert told(run, "outer") == []


async def test_the_users_own_handlers_are_told_what_they_are_told_without_us(runtime, read_runs):
    heard = []

    class Sync(BaseCallbackHandler):
        def on_custom_event(self, name, data, **_):
            heard.append((name, data))

    class Async(AsyncCallbackHandler):
        async def on_custom_event(self, name, data, **_):
            heard.append((name, data))

    graph_of(dispatch).invoke({"value": "x"}, {"callbacks": [Sync()]})
    await graph_of(dispatch_async).ainvoke({"value": "x"}, {"callbacks": [Async()]})
    streamed = [
        (event["name"], event["data"])
        async for event in graph_of(dispatch_async).astream_events({"value": "x"}, version="v2")
        if event["event"] == "on_custom_event"
    ]

    assert heard == [("progress", {"pct": 50})] * 2
    assert streamed == [("progress", {"pct": 50})]


def test_secrets_in_what_is_told_are_withheld(runtime, read_runs):
    def work(state, writer: StreamWriter):
        writer({"password": "correct horse"})
        dispatch_custom_event("login", {"password": "correct horse"})

    graph_of(work).invoke({"value": "x"})

    run = read_runs()[0]
    assert [name for name, _ in told(run, "work")] == ["custom", "login"]
    assert "correct horse" not in str(run)


def test_a_writer_that_is_kept_after_we_are_gone_still_writes(runtime, read_runs):
    kept = []

    def work(state, writer: StreamWriter):
        kept.append(writer)
        get_runtime_manager().uninstall_instrumentation()
        writer("still")

    @entrypoint
    def agent():
        return list(graph_of(work).stream({"value": "x"}, stream_mode="custom"))

    assert agent() == ["still"]
    assert told(read_runs()[0], "work") == []


def test_the_writer_looks_like_langgraphs_own(runtime):
    seen = []

    def work(state, writer: StreamWriter):
        seen.append((type(writer).__name__, writer.__name__, writer.__module__))

    graph_of(work).invoke({"value": "x"})

    assert seen[0][:2] == ("function", "stream_writer")
    assert seen[0][2].startswith("langgraph.pregel")
