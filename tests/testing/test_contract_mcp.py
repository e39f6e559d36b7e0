"""The MCP instrumentor passes the contract suite: the user's code runs where a client's request is sent."""

import asyncio
from typing import Any, ClassVar

import pytest

pytest.importorskip("mcp.server.runner")

from mcp.client.session import ClientSession
from mcp.server.runner import ServerRunner
from mcp.types import CallToolRequest, CallToolRequestParams
from pydantic import TypeAdapter

from gradient.instrumentors.mcp import MCPInstrumentor
from gradient.testing.contract import BODY, InstrumentorContract

RAW = TypeAdapter(Any)


class Wire:
    """Answers a request with what a piece of user code returns."""

    def __init__(self, body):
        self.body = body

    async def send_raw_request(self, method, params, opts=None):
        return {"content": [], "returned": await self.body()}


async def solo(body, name="solo"):
    request = CallToolRequest(params=CallToolRequestParams(name=name))
    return (await ClientSession(dispatcher=Wire(body)).send_request(request, RAW))["returned"]


class TestMCPInstrumentor(InstrumentorContract):
    shape: ClassVar = [("tool", "solo", [BODY])]
    nested_shape: ClassVar = [("tool", "outer", [("tool", "solo", [BODY])])]

    def instrumentor(self):
        return MCPInstrumentor()

    def owners(self):
        return [ClientSession, ServerRunner]

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
