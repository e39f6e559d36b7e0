"""The Pydantic AI instrumentor passes the contract suite.

The user's code runs where an agent calls it on the model's answer, and as the stream of a model.
"""

import asyncio
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import ClassVar

import pytest

pytest.importorskip("pydantic_ai")

from pydantic_ai import Agent, TextOutput
from pydantic_ai.messages import ModelRequest
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.test import TestModel
from pydantic_ai.run import AgentRun
from pydantic_ai.toolsets import AbstractToolset, FunctionToolset

from gradient.instrumentors.pydantic_ai.instrumentor import PydanticAIInstrumentor
from gradient.testing.contract import InstrumentorContract
from gradient.testing.scenarios import ITEMS

PROBE = ("step", "probe", "completed", [])
LLM = ("llm", "test", "completed", [])
_PROBES = {"stream": len(ITEMS)}


class Answer(StreamedResponse):
    """Streams what a piece of user code yields."""

    model_name = "streaming"
    provider_name = "tests"
    provider_url = None
    timestamp = datetime(2026, 1, 1, tzinfo=timezone.utc)

    def __init__(self, body):
        super().__init__(ModelRequestParameters())
        self.body = body

    async def _get_event_iterator(self):
        async for item in self.body():
            yield item


class StreamingModel(TestModel):
    """A model whose answer is a piece of user code."""

    model_name = "streaming"

    def __init__(self, body):
        super().__init__()
        self.body = body

    @asynccontextmanager
    async def request_stream(self, messages, model_settings, model_request_parameters, run_context=None):
        yield Answer(self.body)


def solo(body, name="solo"):
    async def output(text: str):
        return await body()

    return Agent(TestModel(), name=name, output_type=TextOutput(output)).run("task")


def run_of(name, status, below):
    return ("agent", name, status, [LLM, *below])


class TestPydanticAIInstrumentor(InstrumentorContract):
    shape: ClassVar = []

    def instrumentor(self):
        return PydanticAIInstrumentor()

    def owners(self):
        return [Agent, AgentRun, Model, TestModel, StreamedResponse, AbstractToolset, FunctionToolset]

    def run(self, body):
        async def work():
            return body()

        return asyncio.run(self.arun(work))

    def nested(self, body):
        async def work():
            return body()

        async def inner():
            return (await solo(work)).output

        return asyncio.run(solo(inner, "outer")).output

    async def arun(self, body):
        return (await solo(body)).output

    async def astream(self, body):
        model = StreamingModel(body)
        request = [ModelRequest.user_text_prompt("task")]
        async with model.request_stream(request, None, ModelRequestParameters()) as answer:
            async for item in answer:
                yield item

    def expected(self, scenario, status):
        if "stream" in scenario:
            return [("llm", "streaming", status, [PROBE] * _PROBES.get(scenario, 1))]
        run = run_of("solo", status, [PROBE])
        return [run_of("outer", status, [run])] if scenario == "nested" else [run]
