"""MCP since 2.0: what only its servers do."""

import pytest

pytest.importorskip("mcp.server.runner")

from mcp import ClientSession
from mcp.server.runner import ServerRunner
from support.mcp_server import client_of, lowlevel, sums

from gradient.instrumentors.mcp.instrumentor import MCPInstrumentor
from gradient.testing import record

OWNERS = (ClientSession, ServerRunner)


async def test_what_the_user_tells_the_server_is_passed_on_and_left_as_it_is(runtime):
    told = []

    async def middleware(context, call_next):
        told.append((context.method, dict(context.meta or {})))
        return await call_next(context)

    server = sums()
    lowlevel(server).middleware.append(middleware)
    meta = {"tenant": "a"}

    async with client_of(server) as client:
        await client.call_tool("add", {"a": 1, "b": 2}, meta=meta)

    assert meta == {"tenant": "a"}
    (called,) = [sent for method, sent in told if method == "tools/call"]
    assert called["tenant"] == "a"
    assert called["traceparent"].startswith("00-")


def test_both_sides_are_left_as_they_were():
    before = [dict(vars(owner)) for owner in OWNERS]

    with record(MCPInstrumentor()):
        assert ClientSession.send_request is not before[0]["send_request"]

    assert [dict(vars(owner)) for owner in OWNERS] == before


async def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    instrumentor = MCPInstrumentor()
    monkeypatch.setattr(ServerRunner, "renamed", ServerRunner._on_request, raising=False)
    monkeypatch.setattr(ServerRunner, "on_request", property(lambda runner: runner.renamed))
    monkeypatch.delattr(ServerRunner, "_on_request")

    with record(instrumentor) as recorded:
        async with client_of(sums()) as client:
            await client.call_tool("add", {"a": 1, "b": 2})

    assert instrumentor.missing == ["ServerRunner._on_request"]
    assert capsys.readouterr().err.count("Cannot trace ServerRunner._on_request") == 1
    assert [each.node_name for each in recorded.executions] == ["add", "carry"]
