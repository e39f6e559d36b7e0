"""Google's client beneath a framework: each call of a model once. And what is wrapped, put back, and missing."""

from importlib.util import find_spec

import pytest

genai = pytest.importorskip("google.genai")

from google.genai import _extra_utils, models, types  # noqa: E402 - needs the package
from support.noise import NOISE  # noqa: E402
from support.outlines import outline, tree  # noqa: E402
from support.providers import Tokens, call_tool, say  # noqa: E402

from gradient.instrumentors.google.google_genai import GoogleGenAIInstrumentor  # noqa: E402
from gradient.sdk import entrypoint  # noqa: E402
from gradient.testing import record  # noqa: E402

pytestmark = NOISE
MODEL = "gemini-2.5-flash"
ASKED = {"model": MODEL, "contents": "How are you?"}
TOKENS = Tokens(100, 20, cached=40, reasoning=5)


def is_there(module):
    try:
        return find_spec(module) is not None
    except ImportError:  # not even the package it would be in
        return False


_needs_langchain = pytest.mark.skipif(not is_there("langchain_google_genai"), reason="needs langchain-google-genai")
_needs_llamaindex = pytest.mark.skipif(not is_there("llama_index.llms.google_genai"), reason="needs LlamaIndex's model")
_needs_adk = pytest.mark.skipif(not is_there("google.adk"), reason="needs google-adk")


def options(provider):
    return types.HttpOptions(base_url=provider.gemini_url)


def usage(call):
    return call["usage"]["input_tokens"], call["usage"]["cache_read_tokens"], call["usage"]["reasoning_tokens"]


def gemini(provider):
    from langchain_google_genai import ChatGoogleGenerativeAI

    return ChatGoogleGenerativeAI(model=MODEL, google_api_key="none", base_url=provider.gemini_url, max_retries=1)


@_needs_langchain
def test_langchains_call_is_not_recorded_again_for_the_client_beneath(runtime, provider, read_runs):
    provider.script(say("fine", tokens=TOKENS), say("one two", tokens=TOKENS))

    @entrypoint
    def agent():
        model = gemini(provider)
        model.invoke("How are you?")
        return list(model.stream("How are you?"))

    agent()

    (run,) = read_runs()
    assert [(node["kind"], node["framework"]) for node in run["executions"]] == [("llm", "langchain")] * 2
    assert [usage(call) for call in run["executions"]] == [(100, 40, 5)] * 2
    assert all(call["usage"]["cost_usd"] > 0 for call in run["executions"])


@_needs_langchain
async def test_nor_is_it_when_it_is_async(runtime, provider, read_runs):
    provider.script(say("fine", tokens=TOKENS), say("one two", tokens=TOKENS))

    @entrypoint
    async def agent():
        model = gemini(provider)
        await model.ainvoke("How are you?")
        return [chunk async for chunk in model.astream("How are you?")]

    await agent()

    (run,) = read_runs()
    assert [(node["kind"], node["framework"]) for node in run["executions"]] == [("llm", "langchain")] * 2
    assert [usage(call) for call in run["executions"]] == [(100, 40, 5)] * 2


def llamaindex(provider):
    from llama_index.llms.google_genai import GoogleGenAI

    made = {"model": MODEL, "api_key": "none", "context_window": 1000, "max_tokens": 100}
    return GoogleGenAI(**made, http_options=options(provider))


@_needs_llamaindex
def test_llamaindexs_call_is_not_recorded_again_for_the_client_beneath(runtime, provider, read_runs):
    provider.script(*[say("one two", tokens=TOKENS)] * 2)

    @entrypoint
    def agent():
        model = llamaindex(provider)
        model.complete("How are you?")
        return list(model.stream_complete("How are you?"))

    agent()

    (run,) = read_runs()
    assert [(node["kind"], node["framework"]) for node in run["executions"]] == [("llm", "llamaindex")] * 2
    assert [call["usage"]["input_tokens"] for call in run["executions"]] == [100] * 2


@_needs_llamaindex
async def test_nor_is_llamaindexs_when_it_is_async(runtime, provider, read_runs):
    provider.script(*[say("one two", tokens=TOKENS)] * 2)

    @entrypoint
    async def agent():
        model = llamaindex(provider)
        await model.acomplete("How are you?")
        return [chunk async for chunk in await model.astream_complete("How are you?")]

    await agent()

    (run,) = read_runs()
    assert [(node["kind"], node["framework"]) for node in run["executions"]] == [("llm", "llamaindex")] * 2
    assert [call["usage"]["input_tokens"] for call in run["executions"]] == [100] * 2


@_needs_adk
async def test_adks_call_is_not_recorded_again_for_the_client_beneath(runtime, provider, read_runs):
    from google.adk.agents import LlmAgent
    from google.adk.models import Gemini
    from support.adk_agents import ask, look_up

    client = genai.Client(api_key="none", http_options=options(provider))

    class Model(Gemini):
        @property
        def api_client(self):
            return client

    provider.script(call_tool("look_up", word="a"), say("one two", tokens=TOKENS))

    await ask(LlmAgent(name="solo", model=Model(model=MODEL), tools=[look_up]))
    await client.aio.aclose()

    (run,) = read_runs()
    assert outline(run) == tree(f"""
        request study
          workflow study
            agent solo
              llm {MODEL}
              tool look_up
                step inside
              llm {MODEL}
    """)
    assert [node["framework"] for node in run["executions"] if node["kind"] == "llm"] == ["google-adk"] * 2
    assert usage(run["executions"][-1]) == (100, 40, 5)


def attributes():
    return [dict(vars(owner)) for owner in (models.Models, models.AsyncModels, _extra_utils)]


def asked(provider):
    provider.script("fine")
    with genai.Client(api_key="none", http_options=options(provider)) as client:
        return client.models.generate_content(**ASKED)


def test_everything_is_left_as_it_was(provider):
    before = attributes()

    with record(GoogleGenAIInstrumentor()) as recorded:
        asked(provider)
        assert attributes() != before

    assert attributes() == before
    assert len(recorded.executions) == 1


@pytest.mark.parametrize(
    ("owner", "method"),
    [
        (models.AsyncModels, "_generate_content_stream"),
        (models.Models, "embed_content"),
        (_extra_utils, "invoke_function_from_dict_args_async"),
    ],
)
def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys, provider, owner, method):
    monkeypatch.delattr(owner, method)
    instrumentor = GoogleGenAIInstrumentor()

    with record(instrumentor) as recorded:
        instrumentor.install(recorded.manager.get_tracker())
        asked(provider)

    assert instrumentor.missing == [f"{owner.__name__}.{method}"]
    assert capsys.readouterr().err.count(f"Cannot trace {owner.__name__}.{method}") == 1
    assert [each.kind for each in recorded.executions] == ["llm"]
