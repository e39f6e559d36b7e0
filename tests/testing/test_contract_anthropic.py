"""The Anthropic instrumentor passes the contract suite."""

from typing import ClassVar

import pytest

anthropic = pytest.importorskip("anthropic")

from support.clients import ClientContract  # noqa: E402 - needs the package

from gradient.instrumentors.anthropic import AnthropicInstrumentor  # noqa: E402


class TestAnthropicInstrumentor(ClientContract):
    module = anthropic
    path: ClassVar = "/v1/messages"

    def instrumentor(self):
        return AnthropicInstrumentor()

    def sync_class(self):
        return anthropic.Anthropic

    def async_class(self):
        return anthropic.AsyncAnthropic

    def client(self, kind):
        return kind(base_url=self.provider.anthropic_url, api_key="none", max_retries=0)
