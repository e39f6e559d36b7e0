"""LangGraph's functional API: an `@entrypoint` workflow is a graph, a `@task` is a node."""

import asyncio
import sys

import pytest
from langgraph.checkpoint.memory import MemorySaver
from support.outlines import found, outline, tree

pytest.importorskip("langgraph.config", reason="the functional API of this LangGraph is a draft")
functional = pytest.importorskip("langgraph.func")

from langgraph.types import Command, interrupt  # noqa: E402

THREAD = {"configurable": {"thread_id": "thread-7"}}
async_tasks = pytest.mark.skipif(sys.version_info < (3, 11), reason="async tasks need Python 3.11")


def test_tasks_are_nodes_below_the_workflow_that_calls_them(runtime, read_runs):
    @functional.task()
    def double(number, *, plus=0):
        return 2 * number + plus

    @functional.entrypoint()
    def workflow(number):
        return double(double(number).result(), plus=1).result()

    assert workflow.invoke(3) == 13

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node workflow
              node double
              node double
    """)
    first, second = [execution for execution in run["executions"] if execution["name"] == "double"]
    assert first["inputs"] == {"args": [3]}
    assert second["inputs"] == {"args": [6], "kwargs": {"plus": 1}}
    assert second["outputs"] == 13
    assert found_graph(run)["outputs"] == 13


@async_tasks
async def test_async_tasks_that_run_at_once_are_siblings(runtime, read_runs):
    together = asyncio.Event()
    waiting = []

    @functional.task()
    async def fetch(name):
        waiting.append(name)
        if len(waiting) == 2:
            together.set()
        await together.wait()
        return name

    @functional.entrypoint()
    async def workflow(names):
        return list(await asyncio.gather(*[fetch(name) for name in names]))

    await workflow.ainvoke(["a", "b"])

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node workflow
              node fetch
              node fetch
    """)


def test_a_task_that_fails_makes_the_workflow_fail(runtime, read_runs):
    @functional.task()
    def fetch():
        raise ValueError("nothing there")

    @functional.entrypoint()
    def workflow(_):
        return fetch().result()

    with pytest.raises(ValueError, match="nothing there"):
        workflow.invoke(1)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph [error]
          graph LangGraph [error]
            node workflow [error]
              node fetch [error]
    """)


def test_a_task_that_was_done_before_an_interrupt_is_restored(runtime, read_runs):
    @functional.task()
    def draft():
        return "a draft"

    @functional.entrypoint(checkpointer=MemorySaver())
    def workflow(_):
        text = draft().result()
        return [text, interrupt("publish?")]

    workflow.invoke(1, THREAD)
    assert workflow.invoke(Command(resume="yes"), THREAD) == ["a draft", "yes"]

    first, second = read_runs()
    assert outline(first) == tree("""
        request LangGraph [interrupted]
          graph LangGraph [interrupted]
            node workflow [interrupted]
              node draft
    """)
    assert outline(second) == tree("""
        request LangGraph
          graph LangGraph
            node workflow
              node draft [restored]
    """)
    assert found(second, "draft")["outputs"] == "a draft"
    assert [link["relation"] for link in second["links"]] == ["resumes"]


def found_graph(run):
    (graph,) = [execution for execution in run["executions"] if execution["kind"] == "graph"]
    return graph
