"""The LiteLLM instrumentor passes the contract suite, as far as LiteLLM hands out what a provider returned."""

from contextvars import ContextVar
from typing import ClassVar

import pytest
from support.litellm_models import OWNERS, Providers, litellm
from support.noise import NOISE

from gradient.instrumentors.litellm import LiteLLMInstrumentor, closure_of
from gradient.testing.contract import BODY, InstrumentorContract
from gradient.testing.scenarios import Trouble

pytestmark = NOISE
_BODY = ContextVar("body")
QUESTION = [{"role": "user", "content": "How are you?"}]


class TestLiteLLMInstrumentor(InstrumentorContract):
    shape: ClassVar = [("llm", "mine/solo", [BODY])]

    @pytest.fixture(autouse=True)
    def answering(self, monkeypatch):
        # By context, for LiteLLM looks up its provider only once a call runs, maybe beside another one.
        Providers(monkeypatch, Trouble).add("mine", lambda: _BODY.get()())

    def instrumentor(self):
        return LiteLLMInstrumentor()

    def owners(self):
        names = ("completion", "acompletion", "embedding", "aembedding")
        closures = [closure_of(getattr(litellm.main, name), name) for name in names]
        return [*closures, *OWNERS]

    def run(self, body):
        _BODY.set(body)
        return litellm.completion("mine/solo", QUESTION)

    async def arun(self, body):
        _BODY.set(body)
        return await litellm.acompletion("mine/solo", QUESTION)
