"""LiteLLM for tests: offline, and with providers whose answers are a test's own code."""

import asyncio
import os

import pytest

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else importing it asks the network for prices

litellm = pytest.importorskip("litellm")

from litellm import CustomLLM  # noqa: E402 - needs the package
from litellm.caching.caching_handler import LLMCachingHandler  # noqa: E402

OWNERS = (litellm.CustomStreamWrapper, LLMCachingHandler)


class CodeModel(CustomLLM):
    """A provider that answers with what a function returns."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def completion(self, *args, **kwargs):
        return self.body()

    async def acompletion(self, *args, **kwargs):
        return await self.body()


class Providers:
    """Providers of a test, by name.

    Args:
        monkeypatch: Pytest's.
        passing: Exceptions that LiteLLM hands on as they are.
    """

    def __init__(self, monkeypatch, *passing):
        monkeypatch.setattr(litellm, "custom_provider_map", [])
        monkeypatch.setattr(litellm, "_custom_providers", [])
        monkeypatch.setattr(litellm, "provider_list", list(litellm.provider_list))
        monkeypatch.setattr(litellm, "LITELLM_EXCEPTION_TYPES", [*litellm.LITELLM_EXCEPTION_TYPES, *passing])

    def add(self, name, body):
        """Let models of `name` answer with what `body` returns."""
        litellm.custom_provider_map.append({"provider": name, "custom_handler": CodeModel(body)})
        litellm.utils.custom_llm_setup()


def ask(model, messages, **options):
    """Make a call."""
    return litellm.completion(model, messages, **options)


def ask_in_loop(model, messages, **options):
    """Make a call in an event loop of its own."""
    return asyncio.run(litellm.acompletion(model, messages, **options))
