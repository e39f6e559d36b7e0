"""A client and a server of the Model Context Protocol, both traced by one decorator: the server's work is the client's.

Here they are in one process. Across processes each records its own run, and both have one trace id.
"""

import asyncio
from typing import Any

from gradient.sdk import entrypoint, step

try:
    from mcp import Client
    from mcp.server.mcpserver import MCPServer
except ImportError:  # before mcp 2.0
    from mcp.server.fastmcp import FastMCP as MCPServer
    from mcp.shared.memory import create_connected_server_and_client_session

    def Client(server: Any) -> Any:  # noqa: N802 - as it is called since
        return create_connected_server_and_client_session(server._mcp_server)  # noqa: SLF001


server = MCPServer("trains")


@server.tool()
def find_trains(start: str) -> str:
    """Find a city that can be reached by a direct train."""
    with step("timetable", kind="retriever"):
        return {"Vienna": "Ljubljana"}[start]


@entrypoint(tags=["example"])
async def travel(start: str) -> str:
    async with Client(server) as client:
        found = await client.call_tool("find_trains", {"start": start})
    return f"Take the train to {found.content[0].text}."


if __name__ == "__main__":
    print(asyncio.run(travel("Vienna")))
