"""The instrumentor of Google's client passes the contract suite: the user's code runs as the transport of a client."""

import asyncio
import json
from typing import ClassVar

import pytest

genai = pytest.importorskip("google.genai")

from google.genai import _extra_utils, models  # noqa: E402 - needs the package
from google.genai._api_client import BaseApiClient  # noqa: E402
from google.genai.types import HttpResponse  # noqa: E402

from gradient.instrumentors.google.google_genai import GoogleGenAIInstrumentor  # noqa: E402
from gradient.testing.contract import BODY, InstrumentorContract  # noqa: E402

_LEVELS = 3
ASKED = {"model": "model-1", "contents": "How are you?"}
ANSWER = HttpResponse(headers={}, body=json.dumps({"responseId": "1"}))


class Transport(BaseApiClient):
    """Runs user code for each request, and keeps what that returns or yields."""

    def __init__(self, body):
        super().__init__(api_key="none")
        self.body = body
        self.kept = []

    def request(self, *_):
        self.kept.append(self.body())
        return ANSWER

    async def async_request(self, *_):
        self.kept.append(await self.body())
        return ANSWER

    def request_streamed(self, *_):
        for item in self.body():
            self.kept.append(item)
            yield ANSWER

    async def async_request_streamed(self, *_):
        async def items():
            async for item in self.body():
                self.kept.append(item)
                yield ANSWER

        return items()


class TestGoogleGenAIInstrumentor(InstrumentorContract):
    shape: ClassVar = [("llm", "model-1", [BODY])]
    nested_shape: ClassVar = [("llm", "model-1", [("llm", "model-1", [BODY])])]

    def instrumentor(self):
        return GoogleGenAIInstrumentor()

    def owners(self):
        return [models.Models, models.AsyncModels, _extra_utils]

    def run(self, body):
        transport = Transport(body)
        models.Models(transport).generate_content(**ASKED)
        return transport.kept.pop()

    def nested(self, body):
        return self.run(lambda: self.run(body))

    async def arun(self, body):
        transport = Transport(body)
        await models.AsyncModels(transport).generate_content(**ASKED)
        return transport.kept.pop()

    def stream(self, body):
        transport = Transport(body)
        for _ in models.Models(transport).generate_content_stream(**ASKED):
            yield transport.kept.pop()

    async def astream(self, body):
        transport = Transport(body)
        stream = await models.AsyncModels(transport).generate_content_stream(**ASKED)
        try:
            async for _ in stream:
                yield transport.kept.pop()
        finally:
            await stream.aclose()
            for _ in range(_LEVELS):
                await asyncio.sleep(0)  # the client leaves its streams within streams to the loop
