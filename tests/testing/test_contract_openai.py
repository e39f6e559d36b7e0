"""The OpenAI instrumentor passes the contract suite."""

from typing import ClassVar

import pytest

openai = pytest.importorskip("openai")

from support.clients import ClientContract  # noqa: E402 - needs the package

from gradient.instrumentors.openai.instrumentor import OpenAIInstrumentor  # noqa: E402


class TestOpenAIInstrumentor(ClientContract):
    module = openai
    path: ClassVar = "/chat/completions"

    def instrumentor(self):
        return OpenAIInstrumentor()

    def sync_class(self):
        return openai.OpenAI

    def async_class(self):
        return openai.AsyncOpenAI

    def client(self, kind):
        return kind(base_url=self.provider.openai_url, api_key="none", max_retries=0)
