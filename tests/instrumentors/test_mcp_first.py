"""MCP before 2.0: what only its servers do."""

import asyncio

import pytest

pytest.importorskip("mcp.shared.session")  # which later ones have not

from mcp import types
from mcp.client.session import ClientSession
from mcp.server.lowlevel.server import Server, request_ctx
from mcp.shared.exceptions import McpError
from mcp.shared.session import RequestResponder
from support.mcp_server import client_of, sums
from support.outlines import outline

from gradient.instrumentors.mcp.instrumentor import MCPInstrumentor
from gradient.sdk import entrypoint
from gradient.testing import record

OWNERS = (ClientSession, Server, RequestResponder)


async def test_a_low_level_server_is_recorded_and_knows_the_trace(runtime, read_runs):
    told = []
    server = Server("echoes")

    @server.list_tools()
    async def list_tools():
        return [types.Tool(name="echo", inputSchema={"type": "object"})]

    @server.call_tool()
    async def call_tool(name, arguments):
        told.append(request_ctx.get().meta)
        return [types.TextContent(type="text", text=arguments["word"])]

    @entrypoint
    async def ask():
        async with client_of(server) as client:
            await client.call_tool("echo", {"word": "rain"})

    await ask()

    run = read_runs()[0]
    assert outline(run).split("\n") == ["request ask", "  tool echo", "    tool echo"]
    assert run["executions"][1]["outputs"] == [{"type": "text", "content": "rain"}]
    asked = run["executions"][0]["execution_id"]
    assert told[0].traceparent == f"00-{run['trace_id']}-{asked}-01"


async def test_a_call_that_the_client_takes_back_is_cancelled_for_the_server(runtime, read_runs):
    begun = asyncio.Event()

    async with client_of(sums(begun)) as client:
        calling = asyncio.ensure_future(client.call_tool("wait", {}))
        await begun.wait()
        last = client._request_id - 1
        taken_back = types.CancelledNotification(
            method="notifications/cancelled", params=types.CancelledNotificationParams(requestId=last)
        )
        await client.send_notification(types.ClientNotification(taken_back))
        with pytest.raises(McpError):
            await calling

    assert outline(read_runs()[0]).split("\n")[1:] == ["  tool wait [error]", "    tool wait [cancelled]"]


async def test_nothing_is_kept_of_what_was_served():
    instrumentor = MCPInstrumentor()

    with record(instrumentor):
        async with client_of(sums()) as client:
            await client.call_tool("add", {"a": 1, "b": 2})

        assert len(instrumentor._served) == 0


def test_both_sides_are_left_as_they_were():
    before = [dict(vars(owner)) for owner in OWNERS]

    with record(MCPInstrumentor()):
        assert Server._handle_request is not before[1]["_handle_request"]

    assert [dict(vars(owner)) for owner in OWNERS] == before


async def test_a_server_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    instrumentor = MCPInstrumentor()
    monkeypatch.setattr(Server, "renamed", Server._handle_request, raising=False)
    monkeypatch.delattr(Server, "_handle_request")
    monkeypatch.setattr(Server, "__getattr__", lambda server, name: server.renamed, raising=False)

    with record(instrumentor) as recorded:
        async with client_of(sums()) as client:
            await client.call_tool("add", {"a": 1, "b": 2})

    assert instrumentor.missing == ["Server._handle_request"]
    assert capsys.readouterr().err.count("Cannot trace Server._handle_request") == 1
    assert [each.node_name for each in recorded.executions] == ["add", "carry"]


async def test_answers_that_are_missing_cost_the_outputs_alone(monkeypatch):
    instrumentor = MCPInstrumentor()
    monkeypatch.setattr(RequestResponder, "renamed", RequestResponder.respond, raising=False)
    monkeypatch.delattr(RequestResponder, "respond")
    monkeypatch.setattr(RequestResponder, "__getattr__", lambda responder, name: responder.renamed, raising=False)

    with record(instrumentor) as recorded:
        async with client_of(sums()) as client:
            await client.call_tool("add", {"a": 1, "b": 2})

    assert instrumentor.missing == ["RequestResponder.respond"]
    assert [(each.node_name, each.status) for each in recorded.executions] == [
        ("add", "completed"), ("add", "completed"), ("carry", "completed")
    ]  # fmt: skip
