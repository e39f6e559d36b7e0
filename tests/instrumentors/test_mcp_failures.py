"""MCP: what a server's tool, resource or prompt raised can be read, although its client is told some words at most."""

from contextlib import suppress

import pytest

pytest.importorskip("mcp")

from mcp.types import CallToolResult, ErrorData, TextContent
from support.mcp_server import ToolError, client_of, client_over_streams, sums
from support.outlines import outline

from gradient.instrumentors.mcp.instrumentor import MCPInstrumentor
from gradient.sdk import entrypoint
from gradient.testing import record

IS_ERROR = "is_error" if "is_error" in CallToolResult.model_fields else "isError"


class NoTrain(LookupError):
    """An exception of the server's author."""


def no_train():
    raise NoTrain("no train to Graz")


def trains():
    """Return a server all of whose parts fail, each in its own way."""
    server = sums()

    @server.tool()
    def plain() -> str:
        no_train()

    @server.tool()
    async def awaited() -> str:
        no_train()

    @server.resource("train://{city}")
    def train(city: str) -> str:
        raise NoTrain(f"no train to {city}")

    @server.prompt()
    def ask(city: str) -> str:
        raise NoTrain(f"no train to {city}")

    return server


ASKED = {
    "plain": ("call_tool", "plain", {}),
    "awaited": ("call_tool", "awaited", {}),
    "resource": ("read_resource", "train://Graz"),
    "prompt": ("get_prompt", "ask", {"city": "Graz"}),
}


@pytest.mark.parametrize("connected", [client_of, client_over_streams])
@pytest.mark.parametrize("asked", ASKED)
async def test_both_sides_tell_what_was_raised_and_it_counts_once(runtime, read_runs, asked, connected):
    method, *arguments = ASKED[asked]

    @entrypoint
    async def ask():
        async with connected(trains()) as client:
            with suppress(Exception):
                await getattr(client, method)(*arguments)

    await ask()

    run = read_runs()[0]
    client, server = run["executions"]
    assert (client["status"], server["status"], run["status"]) == ("error", "error", "completed")
    assert client["error"]["type"] == server["error"]["type"] == f"{__name__}.NoTrain"
    assert client["error"]["message"] == server["error"]["message"] == "no train to Graz"
    assert client["error"]["began_in"] == server["error"]["began_in"] == server["execution_id"]


async def test_what_a_tool_itself_made_of_an_exception_is_what_it_raised(runtime, read_runs):
    server = sums()

    @server.tool()
    def told() -> str:
        try:
            no_train()
        except NoTrain as error:
            raise ToolError("try the bus") from error

    async with client_of(server) as client:
        await client.call_tool("told", {})

    for execution in read_runs()[0]["executions"]:
        assert execution["error"]["type"].endswith(".ToolError")
        assert execution["error"]["message"] == "try the bus"


async def test_an_answer_that_says_it_failed_without_an_exception_is_its_words(runtime, read_runs):
    server = sums()

    @server.tool()
    def refuse() -> CallToolResult:
        return CallToolResult(content=[TextContent(type="text", text="not today")], **{IS_ERROR: True})

    async with client_of(server) as client:
        result = await client.call_tool("refuse", {})
    if not getattr(result, IS_ERROR):
        pytest.skip("in this release a tool cannot make its own result")

    assert [each["error"]["message"] for each in read_runs()[0]["executions"]] == ["not today", "not today"]


async def test_a_failure_that_a_tool_copes_with_is_none_of_its_call(runtime, read_runs):
    server = sums()

    @server.tool()
    def cope() -> str:
        try:
            no_train()
        except NoTrain:
            ErrorData(code=1, message="for the log")
        return "by bus"

    async with client_of(server) as client:
        await client.call_tool("cope", {})

    assert outline(read_runs()[0]).split("\n")[1:] == ["  tool cope", "    tool cope"]


def test_answers_are_left_as_they_were():
    owners = [CallToolResult, ErrorData]
    before = [dict(vars(owner)) for owner in owners]

    with record(MCPInstrumentor()):
        assert CallToolResult.__init__ is not before[0].get("__init__")

    assert [dict(vars(owner)) for owner in owners] == before
