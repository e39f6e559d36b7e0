"""Contracts that several instrumentors share: of the mock framework, and of frameworks that only have coroutines."""

import asyncio
from typing import ClassVar

from gradient.testing import mockframework
from gradient.testing.contract import BODY, InstrumentorContract
from gradient.testing.mockinstrumentor import MockInstrumentor


class MockContract(InstrumentorContract):
    shape: ClassVar = [("agent", "solo", [BODY])]
    nested_shape: ClassVar = [("workflow", "crew", [("agent", "solo", [BODY])])]

    def instrumentor(self):
        return MockInstrumentor()

    def owners(self):
        return [mockframework.Agent, mockframework.Crew]

    def run(self, body):
        return mockframework.Agent("solo", lambda task: body()).run("task")

    def nested(self, body):
        crew = mockframework.Crew("crew", [mockframework.Agent("solo", lambda task: body())])
        return crew.kickoff("task")

    def stream(self, body):
        return mockframework.Agent("solo", lambda task: body()).stream("task")

    async def arun(self, body):
        return await mockframework.Agent("solo", lambda task: body()).arun("task")

    def astream(self, body):
        return mockframework.Agent("solo", lambda task: body()).astream("task")


class TurnContract(InstrumentorContract):
    """Of a framework whose one call is awaited: `turn(body, name)` runs a coroutine function as a piece of work."""

    async def turn(self, body, name="solo"):
        raise NotImplementedError

    def run(self, body):
        async def work():
            return body()

        return asyncio.run(self.turn(work))

    def nested(self, body):
        async def work():
            async def inner():
                return body()

            return await self.turn(inner)

        return asyncio.run(self.turn(work, "outer"))

    async def arun(self, body):
        return await self.turn(body)
