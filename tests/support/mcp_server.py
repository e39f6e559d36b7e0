"""A small MCP server; as a script, one that traces itself and speaks over stdin and stdout."""

from mcp.server.mcpserver import MCPServer

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
        from mcp.server.mcpserver.exceptions import ToolError

        raise ToolError("out of numbers")

    @server.tool()
    async def wait() -> str:
        import anyio

        begun.set()
        await anyio.sleep_forever()
        return ""

    @server.resource("note://{name}")
    def note(name: str) -> str:
        return f"a note on {name}"

    @server.prompt()
    def greet(name: str) -> str:
        return f"Greet {name}."

    return server


if __name__ == "__main__":
    install_runtime()
    sums().run("stdio")
