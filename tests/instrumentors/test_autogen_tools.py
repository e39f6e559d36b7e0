"""AutoGen: tools of other kinds, workbenches and memories."""

from typing import Any

import pytest

pytest.importorskip("autogen_agentchat")
pytest.importorskip("autogen_core.tools._workbench", reason="workbenches and tools that stream came with AutoGen 0.6")

from autogen_agentchat.messages import TextMessage
from autogen_agentchat.tools import AgentTool
from autogen_core import CancellationToken
from autogen_core.memory import ListMemory, MemoryContent, MemoryMimeType
from autogen_core.tools import BaseStreamTool, TextResultContent, ToolResult, Workbench
from pydantic import BaseModel
from support.autogen_agents import LLM, agent, calls, says
from support.outlines import found, outline


class Remote(Workbench):
    """Calls its tools itself, as MCP's does, and tells of errors in its results."""

    component_provider_override = "tests.Remote"

    async def list_tools(self):
        return [{"name": "ping", "description": "", "parameters": {"type": "object", "properties": {}}}]

    async def call_tool(self, name, arguments=None, cancellation_token=None, call_id=None):
        is_error = bool(arguments.get("fails"))
        content = "out of order" if is_error else "pong"
        return ToolResult(name=name, result=[TextResultContent(content=content)], is_error=is_error)

    async def start(self): ...

    async def stop(self): ...

    async def reset(self): ...

    async def save_state(self):
        return {}

    async def load_state(self, state): ...


@pytest.mark.parametrize("fails", ["false", "true"])
async def test_a_tool_of_a_workbench_tells_of_its_error_as_one(runtime, read_runs, fails):
    solo = agent("solo", calls("ping", f'{{"fails": {fails}}}'), workbench=Remote())

    await solo.run(task="ping")

    tool = found(read_runs()[0], "ping")
    assert tool["metadata"] == {"workbench": "Remote", "tool_call_id": "call_1"}
    assert tool["inputs"] == {"fails": fails == "true"}
    assert tool["status"] == ("error" if fails == "true" else "completed")
    assert (tool["error"] or {}).get("message") == ("out of order" if fails == "true" else None)


async def test_an_agent_that_is_a_tool_is_below_that_tool(runtime, read_runs):
    outer = agent(
        "outer", calls("inner", '{"task": "a?"}'), says("Fine."), tools=[AgentTool(agent("inner", says("A")))]
    )

    await outer.run(task="go")

    assert outline(read_runs()[0]).split("\n")[1:] == [
        "  agent outer",
        f"    llm {LLM}",
        "    tool inner",
        "      agent inner",
        f"        llm {LLM}",
    ]


class Arguments(BaseModel):
    count: int


class Number(BaseModel):
    value: int


class Counting(BaseStreamTool[Arguments, Number, Number]):
    """Streams numbers, the last of which is its result."""

    component_provider_override = "tests.Counting"

    def __init__(self):
        super().__init__(Arguments, Number, "count", "Counts.")

    async def run(self, args: Arguments, cancellation_token: Any) -> Number:
        return Number(value=args.count)

    async def run_stream(self, args, cancellation_token):
        for value in range(args.count):
            yield Number(value=value)


@pytest.mark.parametrize("reads", [3, 1])
async def test_a_tool_that_streams_ends_with_its_last_item_or_is_given_up(runtime, read_runs, reads):
    stream = Counting().run_json_stream({"count": 3}, CancellationToken())
    if reads == 1:
        await stream.__anext__()
        await stream.aclose()
    else:
        assert [item.value async for item in stream] == [0, 1, 2]

    tool = found(read_runs()[0], "count")
    assert tool["inputs"] == {"count": 3}
    assert tool["status"] == ("abandoned" if reads == 1 else "completed")
    assert tool["outputs"]["fields"] == {"value": reads - 1}


async def test_a_query_of_a_memory_tells_what_was_found(runtime, read_runs):
    memory = ListMemory("notes")
    await memory.add(MemoryContent(content="a is a letter", mime_type=MemoryMimeType.TEXT))

    await memory.query("what is a?")

    (query,) = read_runs()[0]["executions"]
    assert (query["kind"], query["name"], query["inputs"]) == ("memory", "notes", "what is a?")
    assert "a is a letter" in str(query["outputs"])


async def test_a_message_with_more_than_text_is_told_in_parts(runtime, read_runs):
    await agent("solo", says("Yes.", thought="hm")).run(
        task=[TextMessage(content="a", source="ann"), TextMessage(content="b", source="user")]
    )

    solo = found(read_runs()[0], "solo")
    assert [(message["name"], message["role"]) for message in solo["inputs"]["messages"]] == [
        ("ann", "assistant"),
        ("user", "user"),
    ]
    thought = next(message for message in solo["outputs"]["messages"] if message["type"] == "ThoughtEvent")
    assert thought["parts"] == [{"type": "reasoning", "content": "hm"}]
