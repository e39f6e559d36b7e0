"""What providers bill is what a run tells, whichever client asked and whichever framework sits on it.

The right numbers were worked out by hand from the providers' rules. A row is skipped where its packages are missing.

    OpenAI       cached tokens and thoughts are parts of input and output; flex is half the price, priority twice
    Anthropic    cached tokens are beside the input; one kept for an hour costs twice an input token, for 5 minutes 1.25
    Gemini       thoughts are beside the output; sound costs $1 of gemini-2.5-flash, where text costs $0.30
    xAI          thoughts are beside the output, which only the grand total tells; the cost is told in ticks of $1e-10
    OpenRouter   tells what it charges; so does LiteLLM, by prices of its own or the user's, where we have none
    Bedrock      cached tokens are beside the input, as Anthropic's are
    DeepSeek     what a cache has and what it has not are parts of the input; Together's cached tokens are one
    Groq         tells tokens as OpenAI does, in a stream in a part of its own; Mistral in a stream's last chunk
    Azure        tells tokens and costs as OpenAI does; the model is what answered, not what a deployment is called
    Vertex AI    tells tokens as Gemini does; what was paid ahead, as provisioned throughput, has no price of its own
    Hugging Face rents endpoints by the hour, so a call has no price; Ollama's runs on the user's machine
    Cohere       bills somewhat less than it counts; LangChain and LiteLLM hand on what it counts, and that is priced
"""

import asyncio
import inspect
import warnings
from importlib.metadata import version
from importlib.util import find_spec

import pytest
from support import billed
from support.billed import (
    chat,
    chat_stream,
    chat_stream_of_groq,
    chat_stream_of_mistral,
    contents,
    message,
    message_stream,
)
from support.wire import Wire

from gradient.sdk import entrypoint

M = 1_000_000

OPENAI = {
    "prompt_tokens": 1000,
    "completion_tokens": 700,
    "total_tokens": 1700,
    "prompt_tokens_details": {"cached_tokens": 400},
    "completion_tokens_details": {"reasoning_tokens": 600},
}
OPENAI_SAYS = {"input": 1000, "output": 700, "cache_read": 400, "reasoning": 600}
OPENAI_COST = (600 * 1.25 + 400 * 0.125 + 700 * 10) / M

PLAIN = {"prompt_tokens": 1000, "completion_tokens": 700, "total_tokens": 1700}
PLAIN_SAYS, PLAIN_COST = {"input": 1000, "output": 700}, (1000 * 1.25 + 700 * 10) / M

ANTHROPIC = {
    "input_tokens": 10,
    "cache_read_input_tokens": 30,
    "cache_creation_input_tokens": 5000,
    "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 3000},
    "output_tokens": 100,
}
ANTHROPIC_SAYS = {"input": 5040, "output": 100, "cache_read": 30, "cache_write": 5000, "cache_write_1h": 3000}
ANTHROPIC_COST = (10 * 5 + 30 * 0.5 + 2000 * 6.25 + 3000 * 10 + 100 * 25) / M

GEMINI = {
    "promptTokenCount": 1000,
    "candidatesTokenCount": 200,
    "thoughtsTokenCount": 500,
    "totalTokenCount": 1700,
    "cachedContentTokenCount": 300,
}
GEMINI_SAYS = {"input": 1000, "output": 700, "cache_read": 300, "reasoning": 500}
GEMINI_COST = (700 * 0.3 + 300 * 0.03 + 700 * 2.5) / M

HEARD = {
    "promptTokenCount": 1000,
    "candidatesTokenCount": 200,
    "totalTokenCount": 1200,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 100}, {"modality": "AUDIO", "tokenCount": 900}],
}
HEARD_COST = (100 * 0.3 + 900 * 1 + 200 * 2.5) / M

XAI = {
    "prompt_tokens": 32,
    "completion_tokens": 9,
    "total_tokens": 135,
    "completion_tokens_details": {"reasoning_tokens": 94},
    "cost_in_usd_ticks": 37_756_000,
}
XAI_SAYS, XAI_COST = {"input": 32, "output": 103, "reasoning": 94}, 0.0037756

OPENROUTER, OPENROUTER_COST = {**PLAIN, "cost": 0.0123}, 0.0123
OWN_KEY = {**PLAIN, "cost": 0.0005, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.01}}

DEEPSEEK = {**PLAIN, "prompt_cache_hit_tokens": 400, "prompt_cache_miss_tokens": 600}
DEEPSEEK_SAYS = {**PLAIN_SAYS, "cache_read": 400}
DEEPSEEK_COST = (600 * 1.25 + 400 * 0.125 + 700 * 10) / M

TOGETHER = {**PLAIN, "cached_tokens": 400}
TOGETHER_SAYS, TOGETHER_COST = DEEPSEEK_SAYS, DEEPSEEK_COST

GROQ = {**OPENAI, "queue_time": 0.01, "prompt_time": 0.1, "completion_time": 0.2, "total_time": 0.3}
AZURE = {**OPENAI, "prompt_tokens_details": {"cached_tokens": 400, "audio_tokens": 0}}
AZURE_MODEL = "gpt-5-2025-08-07"

VERTEX = {**GEMINI, "trafficType": "ON_DEMAND"}
PAID_AHEAD = {**GEMINI, "trafficType": "PROVISIONED_THROUGHPUT"}

OLLAMA = {
    "model": "llama3",
    "created_at": "2026-01-01T00:00:00Z",
    "message": {"role": "assistant", "content": "fine"},
    "done": True,
    "done_reason": "stop",
    "prompt_eval_count": 1000,
    "eval_count": 700,
}
COHERE = {
    "id": "c1",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": "fine"}]},
    "usage": {
        "billed_units": {"input_tokens": 900, "output_tokens": 600},
        "tokens": {"input_tokens": 1000, "output_tokens": 700},
    },
}
COHERE_COST = (1000 * 0.15 + 700 * 0.6) / M
CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "fine"}]}},
    "stopReason": "end_turn",
    "usage": {
        "inputTokens": 10,
        "outputTokens": 100,
        "totalTokens": 5140,
        "cacheReadInputTokens": 30,
        "cacheWriteInputTokens": 5000,
        "cacheDetails": [{"ttl": "5m", "inputTokens": 2000}, {"ttl": "1h", "inputTokens": 3000}],
    },
    "metrics": {"latencyMs": 1},
}
FLEX_COST = (600 * 0.625 + 400 * 0.0625 + 700 * 5) / M
PRIORITY_COST = (600 * 2.5 + 400 * 0.25 + 700 * 20) / M
ROUTED_COST = (1000 * 1 + 700 * 2) / M
UNKNOWN, UNTOLD = None, {"input": None, "output": None}
TOLD_IN_STREAM = {"stream": True, "stream_options": {"include_usage": True}}


def row(asked_by, answer, tokens, cost, tier=None, **options):
    """Return a row of the table: who asks, what the provider answers, and what a run must tell."""
    called = "" if not options else f" {options}"
    values = (asked_by, answer, {**tokens, "tier": tier}, cost, options)
    return pytest.param(values, id=f"{asked_by}{called} {cost}")


TABLE = [
    row("openai", chat(OPENAI), OPENAI_SAYS, OPENAI_COST),
    row("openai", chat_stream(OPENAI), OPENAI_SAYS, OPENAI_COST, stream=True),
    row("openai", chat(OPENAI, service_tier="flex"), OPENAI_SAYS, FLEX_COST, "flex"),
    row("openai", chat_stream(OPENAI, service_tier="priority"), OPENAI_SAYS, PRIORITY_COST, "priority", stream=True),
    row("openai", chat(OPENAI, service_tier="scale"), OPENAI_SAYS, UNKNOWN, "scale"),
    row("openai", chat(OPENROUTER), PLAIN_SAYS, OPENROUTER_COST),
    row("openai", chat(OWN_KEY), PLAIN_SAYS, 0.0105),
    row("openai", chat(XAI, model="grok-3-mini"), XAI_SAYS, XAI_COST),
    row("langchain_openai", chat(OPENAI), OPENAI_SAYS, OPENAI_COST),
    row("langchain_openai", chat_stream(OPENAI), OPENAI_SAYS, OPENAI_COST, stream=True),
    row("langchain_openai", chat(OPENAI, service_tier="flex"), OPENAI_SAYS, FLEX_COST, "flex", service_tier="flex"),
    row("langchain_openai", chat(OPENROUTER), PLAIN_SAYS, OPENROUTER_COST),
    row("azure_openai", chat(AZURE, model=AZURE_MODEL), OPENAI_SAYS, OPENAI_COST),
    row("langchain_azure", chat(AZURE, model=AZURE_MODEL), OPENAI_SAYS, OPENAI_COST),
    row("litellm", chat(OPENAI), OPENAI_SAYS, OPENAI_COST),
    row("litellm", chat(PLAIN, model="acme-2"), PLAIN_SAYS, UNKNOWN, model="openai/acme-2"),
    row("litellm_router", chat(PLAIN, model="acme-1"), PLAIN_SAYS, ROUTED_COST),
    row("litellm_router", chat_stream(PLAIN, model="acme-1"), PLAIN_SAYS, ROUTED_COST, stream=True),
    # A price of the user's own comes before ours, and before what the provider says.
    row("litellm_router", chat(PLAIN), PLAIN_SAYS, ROUTED_COST, model="openai/gpt-5"),
    row("litellm_router", chat_stream(PLAIN), PLAIN_SAYS, ROUTED_COST, model="openai/gpt-5", stream=True),
    row("litellm_router", chat(PLAIN), PLAIN_SAYS, ROUTED_COST, model="openai/gpt-5", prices_in="model_info"),
    row("litellm_router", chat(PLAIN), PLAIN_SAYS, 0, model="openai/gpt-5", prices=(0, 0)),
    row("litellm_router", chat(OPENROUTER), PLAIN_SAYS, ROUTED_COST, model="openai/gpt-5"),
    row("litellm", chat(PLAIN), PLAIN_SAYS, ROUTED_COST, input_cost_per_token=1e-6, output_cost_per_token=2e-6),
    # What LiteLLM writes into a stream is neither told by a provider nor charged by one.
    row("litellm", chat_stream(OPENAI, service_tier="scale"), OPENAI_SAYS, UNKNOWN, "scale", **TOLD_IN_STREAM),
    row("litellm", chat_stream(OPENROUTER), PLAIN_SAYS, OPENROUTER_COST, **TOLD_IN_STREAM),
    row("litellm", chat_stream(None)[:2], UNTOLD, UNKNOWN, **TOLD_IN_STREAM),
    row("google_adk", chat(OPENAI), OPENAI_SAYS, OPENAI_COST),
    row("langchain_litellm", chat(OPENAI), OPENAI_SAYS, OPENAI_COST),
    *(
        each
        for model, usage, tokens, cost in (
            ("together_ai/gpt-5", TOGETHER, TOGETHER_SAYS, TOGETHER_COST),
            ("nvidia_nim/gpt-5", PLAIN, PLAIN_SAYS, PLAIN_COST),
            ("mistral/gpt-5", PLAIN, PLAIN_SAYS, PLAIN_COST),
            ("deepseek/gpt-5", DEEPSEEK, DEEPSEEK_SAYS, DEEPSEEK_COST),
            ("xai/grok-3-mini", XAI, XAI_SAYS, XAI_COST),
        )
        for each in (
            row("litellm", chat(usage, model=model.partition("/")[2]), tokens, cost, model=model),
            row("litellm", chat_stream(usage, model=model.partition("/")[2]), tokens, cost, model=model, stream=True),
        )
    ),
    row("litellm", chat_stream(GROQ), OPENAI_SAYS, OPENAI_COST, model="groq/gpt-5", stream=True),
    row(
        "litellm",
        chat(AZURE, model=AZURE_MODEL),
        OPENAI_SAYS,
        OPENAI_COST,
        model="azure/ours",
        api_version="2025-01-01",
    ),
    row("litellm", chat(PLAIN), PLAIN_SAYS, PLAIN_COST, model="watsonx/gpt-5", token="none", project_id="p"),
    row("litellm", chat(OPENROUTER, model="acme/m-1"), PLAIN_SAYS, OPENROUTER_COST, model="openrouter/acme/m-1"),
    row("litellm", contents(GEMINI), GEMINI_SAYS, GEMINI_COST, model="gemini/gemini-2.5-flash"),
    row("litellm", COHERE, PLAIN_SAYS, COHERE_COST, model="cohere_chat/command-r"),
    row("litellm", OLLAMA, PLAIN_SAYS, UNKNOWN, model="ollama_chat/llama3"),
    row("anthropic", message(ANTHROPIC), ANTHROPIC_SAYS, ANTHROPIC_COST),
    row("anthropic", message_stream(ANTHROPIC), ANTHROPIC_SAYS, ANTHROPIC_COST, stream=True),
    row("anthropic", message({**ANTHROPIC, "service_tier": "standard"}), ANTHROPIC_SAYS, ANTHROPIC_COST),
    row("anthropic", message({**ANTHROPIC, "service_tier": "priority"}), ANTHROPIC_SAYS, UNKNOWN, "priority"),
    row("langchain_anthropic", message(ANTHROPIC), ANTHROPIC_SAYS, ANTHROPIC_COST),
    row("langchain_anthropic", message_stream(ANTHROPIC), ANTHROPIC_SAYS, ANTHROPIC_COST, stream=True),
    row("litellm", message(ANTHROPIC), ANTHROPIC_SAYS, ANTHROPIC_COST, model="anthropic/claude-opus-4-5"),
    row(
        "litellm",
        message_stream(ANTHROPIC),
        ANTHROPIC_SAYS,
        ANTHROPIC_COST,
        model="anthropic/claude-opus-4-5",
        stream=True,
    ),
    row("anthropic_bedrock", message(ANTHROPIC), ANTHROPIC_SAYS, ANTHROPIC_COST),
    row("anthropic_vertex", message(ANTHROPIC), ANTHROPIC_SAYS, ANTHROPIC_COST),
    row("langchain_aws", CONVERSE, ANTHROPIC_SAYS, ANTHROPIC_COST),
    row("google_genai", contents(GEMINI), GEMINI_SAYS, GEMINI_COST),
    row("google_genai", contents(HEARD), {"input": 1000, "output": 200, "audio_input": 900}, HEARD_COST),
    row("vertex", contents(VERTEX), GEMINI_SAYS, GEMINI_COST),
    row("vertex", contents(PAID_AHEAD), GEMINI_SAYS, UNKNOWN, "provisioned_throughput"),
    row("langchain_google_genai", contents(GEMINI), GEMINI_SAYS, GEMINI_COST),
    row("langchain_vertex", contents(VERTEX), GEMINI_SAYS, GEMINI_COST),
    row("langchain_vertex", contents(PAID_AHEAD), GEMINI_SAYS, UNKNOWN, "provisioned_throughput"),
    row("langchain_xai", chat(XAI, model="grok-3-mini"), XAI_SAYS, XAI_COST),
    row("langchain_openrouter", chat(OPENROUTER, model="acme/model-1"), PLAIN_SAYS, OPENROUTER_COST),
    row("langchain_xai", chat_stream(XAI, model="grok-3-mini"), XAI_SAYS, XAI_COST, stream=True),
    row("langchain_groq", chat(GROQ, service_tier="on_demand"), OPENAI_SAYS, OPENAI_COST),
    row("langchain_groq", chat_stream_of_groq(GROQ), OPENAI_SAYS, OPENAI_COST, stream=True),
    row("langchain_mistralai", chat(PLAIN), PLAIN_SAYS, PLAIN_COST),
    row("langchain_mistralai", chat_stream_of_mistral(PLAIN), PLAIN_SAYS, PLAIN_COST, stream=True),
    row("langchain_deepseek", chat(DEEPSEEK), DEEPSEEK_SAYS, DEEPSEEK_COST),
    row("langchain_deepseek", chat_stream(DEEPSEEK), DEEPSEEK_SAYS, DEEPSEEK_COST, stream=True),
    row("langchain_together", chat(TOGETHER), TOGETHER_SAYS, TOGETHER_COST),
    row("langchain_nvidia_ai_endpoints", chat(PLAIN), PLAIN_SAYS, PLAIN_COST),
    row("langchain_huggingface", chat(PLAIN, model="acme-1"), PLAIN_SAYS, UNKNOWN),
    row("langchain_fireworks", chat(OPENAI), OPENAI_SAYS, OPENAI_COST),
    row("langchain_ollama", OLLAMA, PLAIN_SAYS, UNKNOWN),
    row("langchain_cohere", COHERE, PLAIN_SAYS, COHERE_COST),
]
# What a row needs, where that is not what it is called.
_PACKAGES = {
    "azure_openai": ("openai",),
    "langchain_azure": ("langchain_openai",),
    "litellm_router": ("litellm",),
    "google_adk": ("google.adk", "litellm"),
    "google_genai": ("google.genai",),
    "vertex": ("google.genai",),
    "langchain_vertex": ("langchain_google_genai",),
    "anthropic_bedrock": ("anthropic", "boto3"),
    "anthropic_vertex": ("anthropic", "google.auth"),
}
# Of these, LiteLLM 1.94 drops what the provider tells, or asks elsewhere for a key first.
_LATER_IN_LITELLM = ("deepseek/", "groq/", "watsonx/")
_NAMES = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "reasoning": "reasoning_tokens",
    "audio_input": "audio_input_tokens",
    "tier": "tier",
}


def is_there(package):
    try:
        return find_spec(package) is not None
    except ImportError:
        return False


def call_model(asked_by, url, options):
    """Ask for an answer in a request."""
    ask = getattr(billed, asked_by)

    @entrypoint
    def agent():
        asked = ask(url, **options)
        if inspect.iscoroutine(asked):
            asyncio.run(asked)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages' own
        agent()


@pytest.fixture(params=TABLE)
def billed_call(request, runtime, monkeypatch):
    """A row of the table; one whose package is missing is skipped."""
    for package in _PACKAGES.get(request.param[0], (request.param[0],)):
        if not is_there(package):
            pytest.skip(f"{package} is not installed")
    model = request.param[-1].get("model", "")
    if model.startswith(_LATER_IN_LITELLM) and version("litellm").startswith("1.94."):
        pytest.skip("this release of LiteLLM does not tell it")
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    return request.param


def test_a_run_tells_what_the_provider_bills(billed_call, read_runs):
    asked_by, answer, tokens, cost, options = billed_call

    with Wire(answer) as wire:
        call_model(asked_by, wire.url, options)

    (run,) = read_runs()
    (call,) = (each for each in run["executions"] if each["kind"] == "llm")
    usage, sums = call["usage"] or dict.fromkeys((*_NAMES.values(), "cost_usd")), run["usage"]
    assert len(wire.asked) == 1
    assert {part: usage[_NAMES[part]] for part in tokens} == tokens
    assert usage["cost_usd"] == sums["cost_usd"] == (None if cost is None else pytest.approx(cost))
    untold = int(usage["input_tokens"] is None)
    assert sums["missing"] == ({"tokens": untold, "cost": 1} if cost is None else None)
