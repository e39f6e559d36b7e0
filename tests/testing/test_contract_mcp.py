"""The MCP instrumentor passes the contract suite: the user's code runs where a client's request is sent."""

import asyncio
from typing import Any, ClassVar

import pytest

pytest.importorskip("mcp")

from mcp.client.session import ClientSession
from mcp.types import CallToolRequest, CallToolRequestParams, JSONRPCResponse
from pydantic import TypeAdapter

from gradient.instrumentors.mcp.instrumentor import MCPInstrumentor
from gradient.testing.contract import BODY, InstrumentorContract

try:
    from mcp.server.runner import ServerRunner

    IS_FIRST, OWNERS = False, [ClientSession, ServerRunner]
    ANY = TypeAdapter(Any)
except ImportError:  # before 2.0
    from mcp.server.lowlevel.server import Server
    from mcp.shared.session import RequestResponder

    IS_FIRST, OWNERS = True, [ClientSession, Server, RequestResponder]
    ANY = type("Any", (), {"model_validate": staticmethod(lambda answer: answer)})


class Wire:
    """Answers a request with what a piece of user code returns: since 2.0 the dispatcher, before it the stream."""

    def __init__(self, body):
        self.body = body
        self.session = ClientSession(None, self) if IS_FIRST else ClientSession(dispatcher=self)

    async def send_raw_request(self, method, params, opts=None):
        return {"content": [], "returned": await self.body()}

    async def send(self, message):
        asked, answer = message.message.root.id, await self.send_raw_request(None, None)
        self.session._response_streams[asked].send_nowait(JSONRPCResponse(jsonrpc="2.0", id=asked, result=answer))


async def solo(body, name="solo"):
    request = CallToolRequest(method="tools/call", params=CallToolRequestParams(name=name))
    return (await Wire(body).session.send_request(request, ANY))["returned"]


class TestMCPInstrumentor(InstrumentorContract):
    shape: ClassVar = [("tool", "solo", [BODY])]
    nested_shape: ClassVar = [("tool", "outer", [("tool", "solo", [BODY])])]

    def instrumentor(self):
        return MCPInstrumentor()

    def owners(self):
        return OWNERS

    def run(self, body):
        async def work():
            return body()

        return asyncio.run(solo(work))

    def nested(self, body):
        async def work():
            async def inner():
                return body()

            return await solo(inner)

        return asyncio.run(solo(work, "outer"))

    async def arun(self, body):
        return await solo(body)
