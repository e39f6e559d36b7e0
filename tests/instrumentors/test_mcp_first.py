"""MCP before 2.0: its clients are recorded, and tell the server of the trace."""

import pytest

pytest.importorskip("mcp.shared.session")  # which later ones have not

from mcp.server.fastmcp import FastMCP
from mcp.server.lowlevel.server import request_ctx
from mcp.shared.memory import create_connected_server_and_client_session as connected
from support.outlines import outline

from gradient.sdk import entrypoint


async def test_a_tool_is_recorded_by_the_client_and_the_server_knows_the_trace(runtime, read_runs):
    told = []
    server = FastMCP("sums")

    @server.tool()
    async def add(a: int, b: int) -> int:
        told.append(request_ctx.get().meta)
        return a + b

    @server.tool()
    async def fail() -> str:
        raise ValueError("out of numbers")

    @entrypoint
    async def ask():
        async with connected(server._mcp_server) as client:
            assert (await client.call_tool("fail", {})).isError
            return await client.call_tool("add", {"a": 1, "b": 2})

    result = await ask()

    assert result.structuredContent == {"result": 3}
    run = read_runs()[0]
    assert outline(run).split("\n") == ["request ask", "  tool fail [error]", "  tool add"]
    failed, added = run["executions"]
    assert "out of numbers" in failed["error"]["message"]
    assert (added["inputs"], added["outputs"]) == ({"a": 1, "b": 2}, {"result": 3})
    assert told[0].traceparent == f"00-{run['trace_id']}-{added['execution_id']}-01"
