"""LangGraph's functional API: an `@entrypoint` workflow is a graph, a `@task` is a node."""

import asyncio

import pytest
from langgraph.checkpoint.memory import MemorySaver
from support.outlines import found, outline, tree

functional = pytest.importorskip("langgraph.func", reason="this LangGraph has no functional API")

from langgraph.types import Command, interrupt  # noqa: E402

THREAD = {"configurable": {"thread_id": "thread-7"}}


def test_tasks_are_nodes_below_the_workflow_that_calls_them(runtime, read_runs):
    @functional.task
    def double(number, *, plus=0):
        return 2 * number + plus

    @functional.entrypoint()
    def workflow(number):
        return double(double(number).result(), plus=1).result()

    assert workflow.invoke(3) == 13

    (run,) = read_runs()
    assert outline(run) == tree("""
        request workflow
          graph workflow
            node workflow
              node double
              node double
    """)
    first, second = [execution for execution in run["executions"] if execution["name"] == "double"]
    assert first["inputs"] == {"args": [3]}
    assert second["inputs"] == {"args": [6], "kwargs": {"plus": 1}}
    assert second["outputs"] == 13
    assert found_graph(run)["outputs"] == 13


async def test_async_tasks_that_run_at_once_are_siblings(runtime, read_runs):
    together = asyncio.Event()
    waiting = []

    @functional.task
    async def fetch(name):
        waiting.append(name)
        if len(waiting) == 2:
            together.set()
        await together.wait()
        return name

    @functional.entrypoint()
    async def workflow(names):
        # The loop's second turn: on Python 3.10 a task learns its configuration from here.
        return list(await asyncio.gather(*[fetch(name) for name in names]))

    if await _loses_configuration(workflow):
        pytest.skip("async tasks need Python 3.11")

    (run,) = read_runs()
    assert outline(run) == tree("""
        request workflow
          graph workflow
            node workflow
              node fetch
              node fetch
    """)


async def _loses_configuration(workflow):
    try:
        await workflow.ainvoke(["a", "b"])
    except RuntimeError:
        return True
    return False


def test_a_task_that_fails_makes_the_workflow_fail(runtime, read_runs):
    @functional.task
    def fetch():
        raise ValueError("nothing there")

    @functional.entrypoint()
    def workflow(_):
        return fetch().result()

    with pytest.raises(ValueError, match="nothing there"):
        workflow.invoke(1)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request workflow [error]
          graph workflow [error]
            node workflow [error]
              node fetch [error]
    """)


def test_a_task_that_was_done_before_an_interrupt_is_restored(runtime, read_runs):
    @functional.task
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
        request workflow [interrupted]
          graph workflow [interrupted]
            node workflow [interrupted]
              node draft
    """)
    assert outline(second) == tree("""
        request workflow
          graph workflow
            node workflow
              node draft [restored]
    """)
    assert found(second, "draft")["outputs"] == "a draft"
    assert [link["relation"] for link in second["links"]] == ["resumes"]


def found_graph(run):
    (graph,) = [execution for execution in run["executions"] if execution["kind"] == "graph"]
    return graph
