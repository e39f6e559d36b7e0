"""The LiteLLM instrumentor passes the contract suite, as far as LiteLLM hands out what a provider returned."""

from contextvars import ContextVar
from typing import ClassVar

import pytest
from support.litellm_models import OWNERS, Providers, litellm
from support.noise import NOISE

from gradient.instrumentors.litellm.instrumentor import LiteLLMInstrumentor, closure_of
from gradient.testing.contract import BODY, InstrumentorContract
from gradient.testing.scenarios import Trouble

pytestmark = NOISE
_BODY = ContextVar("body")
QUESTION = [{"role": "user", "content": "How are you?"}]


def body_of_context():
    """Run the body of the call at hand: LiteLLM looks up its provider only once a call runs, maybe beside another."""
    return _BODY.get()()


class TestLiteLLMInstrumentor(InstrumentorContract):
    shape: ClassVar = [("llm", "mine/solo", [BODY])]

    @pytest.fixture(autouse=True)
    def answering(self, monkeypatch):
        Providers(monkeypatch, Trouble).add("mine", body_of_context)

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
