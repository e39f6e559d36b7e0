"""Tools, and the user's own steps inside what LangChain runs."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from support.models import ScriptedModel
from support.outlines import found, outline, tree

from gradient.runtime import get_runtime_manager
from gradient.sdk import annotate, entrypoint, set_metadata, step


def look_up(word: str) -> str:
    """Look a word up."""
    with step("open book"):
        return word.upper()


def test_a_tool_tells_its_arguments_and_result(runtime, read_runs):
    assert tool(look_up).invoke({"word": "a"}) == "A"

    called = found(read_runs()[0], "look_up")
    assert called["kind"] == "tool"
    assert called["inputs"] == {"word": "a"}
    assert called["outputs"] == "A"
    assert called["node_id"] == "tool_look_up"


def test_a_tool_that_fails_is_an_error(runtime, read_runs):
    @tool
    def fail(word: str) -> str:
        """Fail."""
        raise ValueError("no such word")

    with pytest.raises(ValueError, match="no such word"):
        fail.invoke({"word": "a"})

    assert found(read_runs()[0], "fail")["error"]["message"] == "no such word"


async def test_an_async_tool_is_recorded_alike(runtime, read_runs):
    @tool
    async def look_up(word: str) -> str:
        """Look a word up."""
        return word.upper()

    assert await look_up.ainvoke({"word": "a"}) == "A"

    called = found(read_runs()[0], "look_up")
    assert (called["inputs"], called["outputs"]) == ({"word": "a"}, "A")


def test_a_step_in_a_tool_is_below_the_tool(runtime, read_runs):
    @entrypoint
    def agent():
        tool(look_up).invoke({"word": "a"})

    agent()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          tool look_up
            step open book
    """)


def test_a_step_in_a_lambda_is_below_the_lambda_and_what_it_calls_below_the_step(runtime, read_runs):
    inner = RunnableLambda(lambda word: word, name="inner")

    def outer(word):
        with step("think"):
            return inner.invoke(word)

    (RunnableLambda(outer) | RunnableLambda(lambda word: word, name="last")).invoke("a")

    (run,) = read_runs()
    assert outline(run) == tree("""
        request RunnableSequence
          chain RunnableSequence
            chain outer
              step think
                chain inner
            chain last
    """)


async def test_a_step_in_an_async_lambda_keeps_its_request(runtime, read_runs):
    async def outer(word):
        with step("think"):
            await asyncio.sleep(0)
            return await ScriptedModel(script=["fine"]).ainvoke(word)

    @entrypoint
    async def agent():
        await RunnableLambda(outer).ainvoke("a")

    await agent()

    (run,) = read_runs()
    assert found(run, "ScriptedModel")["parent_id"] == found(run, "think")["execution_id"]


def test_what_is_noted_in_a_tool_is_noted_on_the_tool(runtime, read_runs):
    @tool
    def look_up(word: str) -> str:
        """Look a word up."""
        annotate("opened", page=3)
        set_metadata(shelf="left")
        return word

    with step("outer"):
        look_up.invoke({"word": "a"})

    (run,) = read_runs()
    called = found(run, "look_up")
    assert [event["name"] for event in called["events"]] == ["opened"]
    assert called["metadata"]["shelf"] == "left"
    assert found(run, "outer")["events"] == []


@pytest.mark.parametrize("in_thread", ["pool", "thread"])
def test_a_step_in_a_thread_that_a_tool_starts_is_below_the_tool(runtime, read_runs, in_thread):
    def work():
        with step("in a thread"):
            pass

    @tool
    def look_up(word: str) -> str:
        """Look a word up."""
        if in_thread == "pool":
            with ThreadPoolExecutor(1) as pool:
                pool.submit(work).result()
        else:
            thread = Thread(target=work)
            thread.start()
            thread.join()
        return word

    look_up.invoke({"word": "a"})

    (run,) = read_runs()
    assert found(run, "in a thread")["parent_id"] == found(run, "look_up")["execution_id"]


def test_a_worker_that_a_tool_made_its_pool_start_does_not_keep_the_tools_scope(runtime, read_runs):
    seen = []

    with ThreadPoolExecutor(1) as pool:

        @tool
        def look_up(word: str) -> str:
            """Look a word up."""
            pool.submit(int).result()
            return word

        look_up.invoke({"word": "a"})
        pool.submit(lambda: seen.append(get_runtime_manager().get_tracker().get_executions())).result()
        with step("later"):
            pass

    assert [run["entrypoint"] for run in read_runs()] == ["look_up", "later"]
    from gradient.runtime.context import running_scope

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(running_scope).result() is None


def test_a_request_that_a_tool_starts_is_not_the_tools(runtime, read_runs):
    @tool
    def look_up(word: str) -> str:
        """Look a word up."""
        runtime.start_request("inner")
        with step("inside"):
            pass
        runtime.end_request()
        with step("after"):
            pass
        return word

    look_up.invoke({"word": "a"})

    outer, inner = sorted(read_runs(), key=lambda run: run["entrypoint"] == "inner")
    assert outline(inner) == tree("""
        request inner
          step inside
    """)
    assert outline(outer) == tree("""
        request look_up
          tool look_up
            step after
    """)
