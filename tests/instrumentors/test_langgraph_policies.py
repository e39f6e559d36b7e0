"""Policies of nodes: retries, caches, timeouts, error handlers and what may be traced."""

import asyncio
import inspect
import operator
from typing import Annotated, TypedDict

import pytest
from langgraph import types
from langgraph.errors import GraphRecursionError
from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy
from support.outlines import found, outline, tree
from support.patience import PATIENCE_S

from gradient.sdk import entrypoint

OPTIONS = set(inspect.signature(StateGraph.add_node).parameters)
RETRY = "retry_policy" if "retry_policy" in OPTIONS else "retry"


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


def graph_of(node, name="work", **options):
    builder = StateGraph(State)
    builder.add_node(name, node, **options)
    builder.add_edge(START, name)
    return builder


def needs(option):
    return pytest.mark.skipif(option not in OPTIONS, reason=f"this LangGraph has no `{option}`")


async def out_of_time():
    """Wait for ever, on a loop whose clock is set ahead: the limit that is waited for passes, and no later one."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0)  # until whoever limits the time has looked at the clock
    now_s = loop.time
    loop.time = lambda: now_s() + PATIENCE_S
    await asyncio.Event().wait()


def failing(times):
    calls = []

    def work(state):
        calls.append(1)
        if len(calls) <= times:
            raise ConnectionError(f"try {len(calls)}")
        return {"log": ["done"]}

    return work


def quick(attempts):
    return RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=attempts, retry_on=ConnectionError)


def test_a_retried_node_is_one_execution_that_counts_its_attempts(runtime, read_runs):
    graph = graph_of(failing(2), **{RETRY: quick(3)}).compile()

    graph.invoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node work [attempt 3]
    """)
    events = found(run, "work")["events"]
    assert [event["name"] for event in events] == ["attempt failed", "attempt failed"]
    assert events[0]["attributes"] == {"number": 1, "error": "ConnectionError: try 1"}
    assert events[1]["attributes"] == {"number": 2, "error": "ConnectionError: try 2"}


async def test_a_retried_async_node_is_one_execution_too(runtime, read_runs):
    sync_work = failing(1)

    async def work(state):
        return sync_work(state)

    await graph_of(work, **{RETRY: quick(3)}).compile().ainvoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node work [attempt 2]
    """)


def test_a_node_that_fails_at_every_attempt_ends_with_the_last_error(runtime, read_runs):
    with pytest.raises(ConnectionError):
        graph_of(failing(9), **{RETRY: quick(2)}).compile().invoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph [error]
          graph LangGraph [error]
            node work [error, attempt 2]
    """)
    assert found(run, "work")["error"]["message"] == "try 2"


@needs("cache_policy")
def test_a_cached_node_is_recorded_with_the_result_it_was_given(runtime, read_runs):
    from langgraph.cache.memory import InMemoryCache

    calls = []

    def work(state):
        calls.append(1)
        return {"log": ["done"]}

    graph = graph_of(work, cache_policy=types.CachePolicy()).compile(cache=InMemoryCache())

    graph.invoke({"log": ["same"]})
    graph.invoke({"log": ["same"]})

    assert calls == [1]
    first, second = read_runs()
    assert outline(first) == tree("""
        request LangGraph
          graph LangGraph
            node work
    """)
    assert outline(second) == tree("""
        request LangGraph
          graph LangGraph
            node work [cached]
    """)
    assert found(second, "work")["inputs"] == {"log": ["same"]}
    assert found(second, "work")["outputs"] == {"log": ["done"]}


@needs("cache_policy")
async def test_a_cached_async_node_is_recorded_too(runtime, read_runs):
    from langgraph.cache.memory import InMemoryCache

    async def work(state):
        return {"log": ["done"]}

    graph = graph_of(work, cache_policy=types.CachePolicy()).compile(cache=InMemoryCache())

    await graph.ainvoke({"log": ["same"]})
    await graph.ainvoke({"log": ["same"]})

    second = read_runs()[1]
    assert outline(second) == tree("""
        request LangGraph
          graph LangGraph
            node work [cached]
    """)


@needs("timeout")
async def test_a_node_that_times_out_is_an_error(runtime, read_runs):
    async def work(state):
        await out_of_time()

    with pytest.raises(Exception, match="work"):
        await graph_of(work, timeout=types.TimeoutPolicy(run_timeout=PATIENCE_S)).compile().ainvoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph [error]
          graph LangGraph [error]
            node work [error]
    """)
    assert found(run, "work")["error"]["type"] == "langgraph.errors.NodeTimeoutError"


@needs("timeout")
async def test_an_attempt_that_times_out_counts_as_one(runtime, read_runs):
    calls = []

    async def work(state):
        calls.append(1)
        if len(calls) == 1:
            await out_of_time()
        return {"log": ["done"]}

    retry = RetryPolicy(initial_interval=0.001, jitter=False, retry_on=lambda error: True)
    graph = graph_of(work, timeout=types.TimeoutPolicy(run_timeout=PATIENCE_S), retry_policy=retry).compile()

    await graph.ainvoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node work [attempt 2]
    """)


@needs("error_handler")
def test_a_node_with_an_error_handler_fails_while_graph_and_request_complete(runtime, read_runs):
    def work(state):
        raise ValueError("not today")

    def comfort(state):
        return {"log": ["handled"]}

    @entrypoint
    def agent():
        return graph_of(work, error_handler=comfort).compile().invoke({"log": []})

    assert agent() == {"log": ["handled"]}

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          graph LangGraph
            node work [error]
            node __error_handler__work
    """)


@needs("trace_policy")
def test_what_a_trace_policy_hides_is_not_recorded(runtime, read_runs, home):
    policy = types.TracePolicy(process_inputs=types.omit_payload, process_outputs=lambda outputs: {"hidden": True})
    graph = graph_of(lambda state: {"log": ["lemon"]}, trace_policy=policy).compile()

    @entrypoint(capture_outputs=False)
    def agent():
        graph.invoke({"log": []})

    agent()

    work = found(read_runs()[0], "work")
    assert work["inputs"] == {}
    assert work["outputs"] == {"hidden": True}


@needs("trace_policy")
def test_what_a_failing_trace_policy_meant_to_hide_is_withheld(runtime, read_runs):
    graph = graph_of(
        lambda state: {"log": ["lemon"]}, trace_policy=types.TracePolicy(process_outputs=lambda outputs: 1 / 0)
    ).compile()

    assert graph.invoke({"log": []}) == {"log": ["lemon"]}

    assert found(read_runs()[0], "work")["outputs"] == {"$redacted": "the TracePolicy failed"}


def test_a_graph_that_reaches_its_recursion_limit_is_an_error(runtime, read_runs):
    builder = graph_of(lambda state: {"log": ["again"]})
    builder.add_edge("work", "work")

    with pytest.raises(GraphRecursionError):
        builder.compile().invoke({"log": []}, {"recursion_limit": 2})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph [error]
          graph LangGraph [error]
            node work
            node work
    """)
    assert found(run, "LangGraph")["error"]["type"] == "langgraph.errors.GraphRecursionError"
