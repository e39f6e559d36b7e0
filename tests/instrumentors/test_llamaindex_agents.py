"""LlamaIndex: agents, workflows, query engines, tools."""

import asyncio

import pytest

pytest.importorskip("llama_index_instrumentation")

from llama_index.core import Document, MockEmbedding, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import MockLLM
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import Event, StartEvent, StopEvent, Workflow
from llama_index.core.workflow import step as workflow_step
from support.llamaindex_models import ScriptedLLM, call
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint, step

# Its agents look at all that pydantic's models have, including what pydantic wants nobody to use.


def look_up(word: str) -> str:
    """Look a word up."""
    if word == "none":
        raise LookupError("no such word")
    with step("shelf"):
        return word.upper()


def librarian(*script, **options):
    model = ScriptedLLM(script=list(script))
    return FunctionAgent(name="librarian", description="knows", tools=[look_up], llm=model, **options)


async def test_an_agent_with_a_tool(runtime, read_runs):
    @entrypoint
    async def ask():
        return str(await librarian(call("look_up", word="a"), "It is A.").run("What is a?"))

    assert await ask() == "It is A."

    run = read_runs()[0]
    assert outline(run) == tree(
        """
        request ask
          agent librarian
            llm scripted
            tool look_up
              step shelf
            llm scripted
        """
    )
    agent, _, tool, _, last = run["executions"]
    assert agent["inputs"]["user_msg"] == "What is a?"
    assert agent["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "It is A."}]
    assert (tool["inputs"], tool["outputs"]) == ({"word": "a"}, "A")
    result = {"type": "tool_call_response", "id": "call_1", "response": "A"}
    assert last["inputs"]["messages"][-1] == {"role": "tool", "parts": [result]}
    assert [each["name"] for each in last["inputs"]["tools"]] == ["look_up"]


async def test_a_tool_that_fails_is_an_error_that_the_agent_handles(runtime, read_runs):
    await librarian(call("look_up", word="none"), "No idea.").run("What?")

    run = read_runs()[0]
    assert outline(run).split("\n")[1:] == [
        "  agent librarian",
        "    llm scripted",
        "    tool look_up [error]",
        "    llm scripted",
    ]
    assert found(run, "look_up")["error"]["message"] == "no such word"


async def test_a_model_that_raises_fails_the_agent(runtime, read_runs):
    with pytest.raises(RuntimeError, match="overloaded"):
        await librarian(RuntimeError("overloaded")).run("What?")

    assert outline(read_runs()[0]).split("\n")[1:] == ["  agent librarian [error]", "    llm scripted [error]"]


class Draft(Event):
    text: str


class Writer(Workflow):
    """Writes, then reads what it has written."""

    @workflow_step
    async def write(self, event: StartEvent) -> Draft:
        if event.topic == "nothing":
            raise ValueError("no topic")
        return Draft(text=MockLLM(max_tokens=2).complete(event.topic).text)

    @workflow_step
    async def read(self, event: Draft) -> StopEvent:
        with step("glasses"):
            return StopEvent(result=event.text)


async def test_a_workflow_and_its_steps(runtime, read_runs):
    @entrypoint
    async def ask():
        return await Writer().run(topic="rain")

    assert await ask() == "text text"

    run = read_runs()[0]
    assert outline(run) == tree(
        """
        request ask
          workflow Writer
            node write
              llm MockLLM
            node read
              step glasses
        """
    )
    workflow, write, _, read, _ = run["executions"]
    assert (workflow["inputs"], workflow["outputs"]) == ({"topic": "rain"}, "text text")
    assert write["outputs"] == read["inputs"] == {"text": "text text"}


async def test_a_step_that_raises_fails_its_workflow(runtime, read_runs):
    with pytest.raises(ValueError, match="no topic"):
        await Writer().run(topic="nothing")

    assert outline(read_runs()[0]).split("\n")[1:] == ["  workflow Writer [error]", "    node write [error]"]


async def test_workflows_at_once_do_not_mix(runtime, read_runs):
    @entrypoint
    async def ask():
        await asyncio.gather(Writer().run(topic="rain"), Writer().run(topic="sun"))

    await ask()

    one = ["  workflow Writer", "    node read", "      step glasses", "    node write", "      llm MockLLM"]
    assert outline(read_runs()[0], by_name=True).split("\n")[1:] == one * 2


def test_a_query_engine(runtime, read_runs):
    index = VectorStoreIndex.from_documents([Document(text="Rain is wet.")], embed_model=MockEmbedding(embed_dim=3))

    @entrypoint
    def ask():
        return str(index.as_query_engine(llm=MockLLM(max_tokens=2)).query("What is rain?"))

    ask()

    run = read_runs()[-1]
    assert outline(run) == tree(
        """
        request ask
          chain RetrieverQueryEngine
            retriever VectorIndexRetriever
              embedding MockEmbedding
            chain CompactAndRefine
              llm MockLLM
        """
    )
    retriever = found(run, "VectorIndexRetriever")
    assert retriever["inputs"] == {"query": "What is rain?"}
    (document,) = retriever["outputs"]
    assert (document["content"], document["score"]) == ("Rain is wet.", pytest.approx(1))
    assert found(run, "MockEmbedding")["outputs"] == {"count": 1, "dimensions": 3}


async def test_a_cancelled_tool_is_cancelled(runtime, read_runs):
    begun = asyncio.Event()

    async def wait():
        begun.set()
        await asyncio.Event().wait()

    running = asyncio.ensure_future(FunctionTool.from_defaults(async_fn=wait, name="wait").acall())
    await begun.wait()

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert outline(read_runs()[0]).split("\n")[1:] == ["  tool wait [cancelled]"]
