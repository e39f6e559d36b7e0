"""Graphs on a LangGraph server: one execution each, with the thread they run in."""

import operator
from typing import Annotated, TypedDict

import pytest
from langgraph.graph import START, StateGraph
from langgraph.pregel.remote import RemoteException, RemoteGraph
from langgraph_sdk import get_client, get_sync_client
from support.langgraph_server import serving
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint

ANSWER = ("values", {"log": ["asked", "answered"]})
WAITING = {"__interrupt__": [{"value": "go on?", "id": "7", "resumable": True, "ns": ["ask:1"], "when": "during"}]}
THREAD = {"configurable": {"thread_id": "thread-7"}}


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def remote():
    """Return a function that makes a remote graph; its connections are closed after the test."""
    clients = []

    def make(server):
        client = get_sync_client(url=server.url)
        clients.append(client)
        return RemoteGraph("helper", sync_client=client)

    yield make
    for client in clients:
        client.http.client.close()


def test_a_remote_run_is_a_graph(runtime, read_runs, remote):
    with serving(("values", {"log": ["asked"]}), ANSWER) as server:

        @entrypoint
        def agent():
            return remote(server).invoke({"log": ["asked"]})

        assert agent() == ANSWER[1]

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          graph helper
    """)
    graph = found(run, "helper")
    assert graph["framework"] == "langgraph"
    assert graph["inputs"] == {"log": ["asked"]}
    assert graph["outputs"] == ANSWER[1]
    assert graph["metadata"]["assistant_id"] == "helper"


async def test_an_async_remote_run_is_a_graph(runtime, read_runs):
    with serving(ANSWER) as server:
        client = get_client(url=server.url)
        assert await RemoteGraph("helper", client=client).ainvoke({"log": []}) == ANSWER[1]
        await client.http.client.aclose()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request helper
          graph helper
    """)


def test_the_thread_of_a_remote_run_is_the_session(runtime, read_runs, remote):
    with serving(ANSWER) as server:
        remote(server).invoke({"log": []}, THREAD)

    assert server.requests[0][0] == "/threads/thread-7/runs/stream"
    (run,) = read_runs()
    assert run["session_id"] == "thread-7"
    assert found(run, "helper")["metadata"]["thread_id"] == "thread-7"


def test_a_thread_that_the_remote_graph_was_configured_with_is_told_too(runtime, read_runs, remote):
    with serving(ANSWER) as server:
        remote(server).with_config(THREAD).invoke({"log": []})

    assert found(read_runs()[0], "helper")["metadata"]["thread_id"] == "thread-7"


def test_a_failing_remote_run_is_an_error(runtime, read_runs, remote):
    with serving(("error", {"error": "ValueError", "message": "no"})) as server, pytest.raises(RemoteException):
        remote(server).invoke({"log": []})

    assert found(read_runs()[0], "helper")["error"]["type"].endswith("RemoteException")


def test_a_remote_run_that_waits_for_a_human_is_interrupted(runtime, read_runs, remote):
    with serving(("values", {"log": [], **WAITING})) as server:
        remote(server).invoke({"log": []}, THREAD)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request helper [interrupted]
          graph helper [interrupted]
    """)
    assert run["error"] is None


def test_a_remote_stream_that_is_closed_early_is_abandoned(runtime, read_runs, remote):
    with serving(ANSWER, ANSWER) as server:
        stream = remote(server).stream({"log": []}, stream_mode="values")
        next(stream)
        stream.close()

    assert found(read_runs()[0], "helper")["status"] == "abandoned"


def test_a_remote_graph_that_is_a_node_is_below_that_node(runtime, read_runs, remote):
    with serving(("values", {"log": ["answered"]})) as server:
        builder = StateGraph(State)
        builder.add_node("ask", remote(server))
        builder.add_edge(START, "ask")

        builder.compile().invoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node ask
              graph helper
    """)


def test_tags_and_metadata_stand_on_a_remote_graph(runtime, read_runs, remote):
    given = {"tags": ["prod"], "metadata": {"tenant": "acme"}}

    with serving(ANSWER) as server:
        remote(server).invoke({"log": ["asked"]}, {**THREAD, **given})

    told = found(read_runs()[0], "helper")["metadata"]
    assert (told["tags"], told["tenant"], told["thread_id"]) == (["prod"], "acme", "thread-7")
