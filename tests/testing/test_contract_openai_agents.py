"""The instrumentor of the OpenAI Agents SDK passes the contract suite."""

from typing import ClassVar

import pytest
from support.contracts import TurnContract

pytest.importorskip("agents.tracing.provider")

import agents.run_internal.tool_execution
import agents.tool
from agents import Agent, Model, ModelSettings, ModelTracing, Runner
from agents.testing import ScriptedModel, assistant_message
from agents.tracing.provider import DefaultTraceProvider

from gradient.instrumentors.openai_agents.instrumentor import OpenAIAgentsInstrumentor
from gradient.testing.contract import BODY

ARGUMENTS = {
    "system_instructions": None,
    "input": "task",
    "model_settings": ModelSettings(),
    "tools": [],
    "output_schema": None,
    "handoffs": [],
    "tracing": ModelTracing.DISABLED,
    "previous_response_id": None,
    "conversation_id": None,
    "prompt": None,
}


class Worker(ScriptedModel):
    """Runs a piece of user code where a model is called."""

    def __init__(self, body):
        super().__init__([[assistant_message("done")]])
        self.body = body
        self.result = None

    async def get_response(self, *args, **options):
        self.result = await self.body()
        return await super().get_response(*args, **options)

    async def stream_response(self, *args, **options):
        async for item in self.body():
            yield item


class TestOpenAIAgentsInstrumentor(TurnContract):
    shape: ClassVar = [("workflow", "Agent workflow", [("agent", "solo", [("llm", "Worker", [BODY])])])]
    nested_shape: ClassVar = [
        (
            "workflow",
            "Agent workflow",
            [("agent", "outer", [("llm", "Worker", [("agent", "solo", [("llm", "Worker", [BODY])])])])],
        )
    ]
    stream_shape: ClassVar = [("llm", "Worker", [BODY])]

    def instrumentor(self):
        return OpenAIAgentsInstrumentor()

    def owners(self):
        return [Model, Worker, DefaultTraceProvider, agents.tool, agents.run_internal.tool_execution]

    async def turn(self, body, name="solo"):
        worker = Worker(body)
        await Runner.run(Agent(name, model=worker), "task")
        return worker.result

    def astream(self, body):
        return Worker(body).stream_response(**ARGUMENTS)

    def expected(self, scenario, status):
        if "stream" not in scenario:
            return super().expected(scenario, status)
        whole, type(self).shape = self.shape, self.stream_shape
        try:
            return super().expected(scenario, status)
        finally:
            type(self).shape = whole
