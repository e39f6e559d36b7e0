"""MCP: what a client asks for, and what a server does for it, here and in another process."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp.server.runner")

from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.server.runner import ServerRunner
from support import mcp_server
from support.mcp_server import sums
from support.outlines import outline, tree

from gradient.instrumentors.mcp import MCPInstrumentor
from gradient.sdk import entrypoint, step
from gradient.testing import record

ROOTS = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]


async def asked(server, *questions):
    """Ask a server in this process; each question is a method of the client and its arguments."""
    async with Client(server) as client:
        return [await getattr(client, method)(*arguments) for method, *arguments in questions]


async def test_a_tool_is_recorded_on_both_sides(runtime, read_runs):
    @entrypoint
    async def ask():
        return await asked(sums(), ("call_tool", "add", {"a": 1, "b": 2}))

    (result,) = await ask()

    assert result.structured_content == {"result": 3}
    run = read_runs()[0]
    assert outline(run) == tree(
        """
        request ask
          tool add
            tool add
              step carry
        """
    )
    client, server, _ = run["executions"]
    assert [client["metadata"], server["metadata"]] == [{"mcp": "client"}, {"mcp": "server"}]
    assert client["inputs"] == server["inputs"] == {"a": 1, "b": 2}
    assert client["outputs"] == server["outputs"] == {"result": 3}


async def test_resources_and_prompts_are_recorded(runtime, read_runs):
    @entrypoint
    async def ask():
        await asked(sums(), ("read_resource", "note://rain"), ("get_prompt", "greet", {"name": "Ann"}), ("list_tools",))

    await ask()

    run = read_runs()[0]
    lines = ["retriever note://rain", "  retriever note://rain", "prompt greet", "  prompt greet"]
    assert outline(run).split("\n")[1:] == [f"  {line}" for line in lines]
    note, _, prompt, _ = run["executions"]
    assert note["inputs"] == {"uri": "note://rain"}
    assert note["outputs"] == [{"type": "text", "content": "a note on rain"}]
    assert prompt["outputs"] == [{"role": "user", "parts": [{"type": "text", "content": "Greet Ann."}]}]


async def test_a_tool_that_says_it_failed_is_an_error_and_the_request_none(runtime, read_runs):
    @entrypoint
    async def ask():
        (result,) = await asked(sums(), ("call_tool", "fail", {}))
        return result.is_error

    assert await ask()

    run = read_runs()[0]
    assert outline(run).split("\n") == ["request ask", "  tool fail [error]", "    tool fail [error]"]
    assert "out of numbers" in run["executions"][0]["error"]["message"]


async def test_a_call_that_is_cancelled_is_cancelled_on_both_sides(runtime, read_runs):
    begun = asyncio.Event()

    async with Client(sums(begun)) as client:
        calling = asyncio.ensure_future(client.call_tool("wait", {}))
        await begun.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling

    assert outline(read_runs()[0]).split("\n")[1:] == ["  tool wait [cancelled]", "    tool wait [cancelled]"]


async def test_what_is_asked_at_once_is_told_apart(runtime, read_runs):
    @entrypoint
    async def ask():
        async def one(client, name):
            with step(name):
                await client.call_tool("add", {"a": 1, "b": 2})

        async with Client(sums()) as client:
            await asyncio.gather(one(client, "left"), one(client, "right"))

    await ask()

    below = ["    tool add", "      tool add", "        step carry"]
    assert outline(read_runs()[0], by_name=True).split("\n")[1:] == ["  step left", *below, "  step right", *below]


async def test_a_server_in_another_process_records_a_run_of_the_same_trace(runtime, read_runs, home):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(ROOTS), "GRADIENT_HOME": str(home)}
    server = StdioServerParameters(command=sys.executable, args=[mcp_server.__file__], env=environment)

    @entrypoint
    async def ask():
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            return await session.call_tool("add", {"a": 1, "b": 2})

    await ask()

    asked_run, served = sorted(read_runs(), key=lambda run: run["entrypoint"] != "ask")
    assert outline(asked_run).split("\n") == ["request ask", "  tool add"]
    assert outline(served).split("\n") == ["request add", "  tool add", "    step carry"]
    assert served["trace_id"] == asked_run["trace_id"]
    assert served["remote_parent"] == asked_run["executions"][0]["execution_id"]


async def test_what_the_user_tells_the_server_is_passed_on_and_left_as_it_is(runtime):
    told = []

    async def middleware(context, call_next):
        told.append((context.method, dict(context.meta or {})))
        return await call_next(context)

    server = sums()
    server._lowlevel_server.middleware.append(middleware)
    meta = {"tenant": "a"}

    async with Client(server) as client:
        await client.call_tool("add", {"a": 1, "b": 2}, meta=meta)

    assert meta == {"tenant": "a"}
    (called,) = [sent for method, sent in told if method == "tools/call"]
    assert called["tenant"] == "a"
    assert called["traceparent"].startswith("00-")


def test_both_sides_are_left_as_they_were():
    before = [dict(vars(owner)) for owner in (ClientSession, ServerRunner)]

    with record(MCPInstrumentor()):
        assert ClientSession.send_request is not before[0]["send_request"]

    assert [dict(vars(owner)) for owner in (ClientSession, ServerRunner)] == before


async def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    instrumentor = MCPInstrumentor()
    monkeypatch.setattr(ServerRunner, "renamed", ServerRunner._on_request, raising=False)
    monkeypatch.setattr(ServerRunner, "on_request", property(lambda runner: runner.renamed))
    monkeypatch.delattr(ServerRunner, "_on_request")

    with record(instrumentor) as recorded:
        await asked(sums(), ("call_tool", "add", {"a": 1, "b": 2}))

    assert instrumentor.missing == ["ServerRunner._on_request"]
    assert capsys.readouterr().err.count("Cannot trace ServerRunner._on_request") == 1
    assert [each.node_name for each in recorded.executions] == ["add", "carry"]
