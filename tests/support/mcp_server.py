"""A small MCP server, before 2.0 and since; as a script, one that traces itself and speaks over stdin and stdout."""

from contextlib import asynccontextmanager

import anyio
from mcp import ClientSession

try:
    from mcp import Client
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
except ImportError:  # before 2.0
    from mcp.server.fastmcp import FastMCP as MCPServer
    from mcp.server.fastmcp.exceptions import ToolError

    Client = None

from gradient.runtime import install_runtime
from gradient.sdk import step


def sums(begun=None):
    """Return a server that adds, and fails, and waits for ever once it has set `begun`."""
    server = MCPServer("sums")

    @server.tool()
    async def add(a: int, b: int) -> int:
        with step("carry"):
            return a + b

    @server.tool()
    async def fail() -> str:
        raise ToolError("out of numbers")

    @server.tool()
    async def wait() -> str:
        begun.set()
        await anyio.sleep_forever()
        return ""

    @server.resource("note://{name}")
    def note(name: str) -> str:
        if name == "snow":
            raise ValueError("no snow")
        return f"a note on {name}"

    @server.prompt()
    def greet(name: str) -> str:
        return f"Greet {name}."

    return server


def lowlevel(server):
    """Return the server that one with decorators is made of."""
    return getattr(server, "_lowlevel_server", None) or getattr(server, "_mcp_server", server)


def client_of(server):
    """Return a client of a server in this process, as a block."""
    return client_over_streams(server) if Client is None else Client(server)


@asynccontextmanager
async def client_over_streams(server):
    """A client of a server that runs in a task of its own, by streams that no context goes through."""
    server = lowlevel(server)
    to_server, from_client = anyio.create_memory_object_stream(1)
    to_client, from_server = anyio.create_memory_object_stream(1)
    async with (
        to_server, from_client, to_client, from_server,
        anyio.create_task_group() as group,
        ClientSession(from_server, to_server) as session,
    ):  # fmt: skip
        group.start_soon(server.run, from_client, to_client, server.create_initialization_options())
        await session.initialize()
        yield session
        group.cancel_scope.cancel()


if __name__ == "__main__":
    install_runtime()
    sums().run("stdio")
