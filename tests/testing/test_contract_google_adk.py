"""The Google ADK instrumentor passes the contract suite: the user's code runs as a model, or as a tool."""

import asyncio
from typing import Any, ClassVar

from support.adk_agents import adk
from support.noise import NOISE

from gradient.instrumentors.google.google_adk import GoogleADKInstrumentor
from gradient.testing.contract import BODY, InstrumentorContract

pytestmark = NOISE


class Tool(adk.tools.BaseTool):
    """Runs a piece of user code."""

    def __init__(self, body, name="solo"):
        super().__init__(name=name, description="works")
        self.body = body

    async def run_async(self, *, args, tool_context):
        return await self.body()


async def use(body, name="solo"):
    return await Tool(body, name).run_async(args={}, tool_context=None)


class TestGoogleADKInstrumentor(InstrumentorContract):
    shape: ClassVar = [("tool", "solo", [BODY])]
    nested_shape: ClassVar = [("tool", "outer", [("tool", "solo", [BODY])])]

    def instrumentor(self):
        return GoogleADKInstrumentor()

    def owners(self) -> list[Any]:
        return [adk.runners.Runner, adk.agents.BaseAgent, adk.tools.BaseTool, Tool, adk.models.BaseLlm]

    def run(self, body):
        async def work():
            return body()

        return asyncio.run(use(work))

    def nested(self, body):
        async def inner():
            return body()

        async def outer():
            return await use(inner)

        return asyncio.run(use(outer, "outer"))

    async def arun(self, body):
        return await use(body)
