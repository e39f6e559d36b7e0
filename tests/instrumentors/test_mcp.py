"""MCP, before 2.0 and since: what a client asks for, and what a server does for it, here and in another process."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp")

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from support import mcp_server
from support.mcp_server import client_of, client_over_streams, sums
from support.outlines import outline, tree

from gradient.instrumentors.mcp.instrumentor import MCPInstrumentor
from gradient.sdk import entrypoint, step
from gradient.testing import record

ROOTS = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]


def has_structure(result):
    return hasattr(result, "structured_content") or hasattr(result, "structuredContent")


async def asked(server, *questions):
    """Ask a server in this process; each question is a method of the client and its arguments."""
    async with client_of(server) as client:
        return [await getattr(client, method)(*arguments) for method, *arguments in questions]


async def test_a_tool_is_recorded_on_both_sides(runtime, read_runs):
    @entrypoint
    async def ask():
        return await asked(sums(), ("call_tool", "add", {"a": 1, "b": 2}))

    (result,) = await ask()

    assert result.content[0].text == "3"
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
    text = [{"type": "text", "content": "3"}]  # before 1.10 there are no structured results
    assert client["outputs"] == server["outputs"] == ({"result": 3} if has_structure(result) else text)


async def test_resources_and_prompts_are_recorded(runtime, read_runs):
    @entrypoint
    async def ask():
        await asked(sums(), ("read_resource", "note://rain"), ("get_prompt", "greet", {"name": "Ann"}), ("list_tools",))

    await ask()

    run = read_runs()[0]
    lines = ["retriever note://rain", "  retriever note://rain", "prompt greet", "  prompt greet"]
    assert outline(run).split("\n")[1:] == [f"  {line}" for line in lines]
    note, served_note, prompt, served_prompt = run["executions"]
    assert note["inputs"] == served_note["inputs"] == {"uri": "note://rain"}
    assert note["outputs"] == served_note["outputs"] == [{"type": "text", "content": "a note on rain"}]
    greeting = [{"role": "user", "parts": [{"type": "text", "content": "Greet Ann."}]}]
    assert prompt["outputs"] == served_prompt["outputs"] == greeting


async def test_a_tool_that_says_it_failed_is_an_error_and_the_request_none(runtime, read_runs):
    @entrypoint
    async def ask():
        await asked(sums(), ("call_tool", "fail", {}))

    await ask()

    run = read_runs()[0]
    assert outline(run).split("\n") == ["request ask", "  tool fail [error]", "    tool fail [error]"]
    assert all("out of numbers" in execution["error"]["message"] for execution in run["executions"])


async def test_a_request_that_the_server_refuses_is_an_error_on_both_sides(runtime, read_runs):
    async with client_of(sums()) as client:
        with pytest.raises(Exception, match="snow"):
            await client.read_resource("note://snow")

    run = read_runs()[0]
    lines = ["retriever note://snow [error]", "retriever note://snow [error]"]
    assert [line.strip() for line in outline(run).split("\n")[1:]] == lines
    assert all("snow" in execution["error"]["message"] for execution in run["executions"])


async def test_a_call_that_is_cancelled_is_cancelled_on_both_sides(runtime, read_runs):
    begun = asyncio.Event()

    async with client_of(sums(begun)) as client:
        calling = asyncio.ensure_future(client.call_tool("wait", {}))
        await begun.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling

    assert outline(read_runs()[0]).split("\n")[1:] == ["  tool wait [cancelled]", "    tool wait [cancelled]"]


@pytest.mark.parametrize("connected", [client_of, client_over_streams])
async def test_what_is_asked_at_once_is_told_apart(runtime, read_runs, connected):
    @entrypoint
    async def ask():
        async def one(client, name):
            with step(name):
                await client.call_tool("add", {"a": 1, "b": 2})

        async with connected(sums()) as client:
            await asyncio.gather(one(client, "left"), one(client, "right"))

    await ask()

    below = ["    tool add", "      tool add", "        step carry"]
    assert outline(read_runs()[0], by_name=True).split("\n")[1:] == ["  step left", *below, "  step right", *below]


async def test_a_server_that_was_there_before_the_request_works_below_the_call(runtime, read_runs):
    async with client_over_streams(sums()) as client:

        @entrypoint
        async def ask():
            await client.call_tool("add", {"a": 1, "b": 2})

        await ask()

    (run,) = read_runs()
    assert outline(run).split("\n") == ["request ask", "  tool add", "    tool add", "      step carry"]


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


def test_a_client_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    instrumentor = MCPInstrumentor()
    owner = next(kind for kind in ClientSession.__mro__ if "send_request" in vars(kind))  # a base class before 2.0
    monkeypatch.delattr(owner, "send_request")

    with record(instrumentor):
        pass

    assert instrumentor.missing == ["ClientSession.send_request"]
    assert capsys.readouterr().err.count("Cannot trace ClientSession.send_request") == 1
