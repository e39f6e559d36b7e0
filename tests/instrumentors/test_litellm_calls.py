"""Calls through LiteLLM: what was asked and answered, each once whoever else listens, and what went wrong."""

import asyncio

import pytest
from support.litellm_models import ask, ask_in_loop, litellm  # litellm as a user's program has it: before us
from support.noise import NOISE
from support.outlines import found, outline, tree
from support.providers import Tokens, call_tool, fail, hold, say

from gradient.sdk import entrypoint, step

pytestmark = NOISE
HELLO = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How are you?"}]
LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
MODEL = "openai/gpt-5.2"
WAYS = pytest.mark.parametrize("way", [ask, ask_in_loop], ids=["sync", "async"])


@pytest.fixture
def known(runtime, provider):
    """What every call is told about the provider."""
    return {"api_base": provider.openai_url, "api_key": "sk-none"}


def text(content):
    return {"type": "text", "content": content}


@WAYS
def test_a_call_tells_what_was_asked_and_answered(known, provider, read_runs, way):
    provider.script(say("fine", tokens=Tokens(100, 20, cached=40, reasoning=5), model="gpt-5.2-2025-12-11"))

    way(MODEL, HELLO, tools=[LOOK], temperature=0.5, metadata={"mine": 1}, **known)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request openai/gpt-5.2
          llm openai/gpt-5.2
    """)
    call = found(run, MODEL)
    assert call["inputs"] == {
        "messages": [
            {"role": "system", "parts": [text("Be brief.")]},
            {"role": "user", "parts": [text("How are you?")]},
        ],
        "tools": [LOOK],
        "params": {"temperature": 0.5},
    }
    metadata = {"id": "chatcmpl-1", "finish_reason": "stop"}
    assert call["outputs"] == {
        "messages": [{"role": "assistant", "parts": [text("fine")], "response_metadata": metadata}]
    }
    assert (call["framework"], call["model"], call["provider"]) == ("litellm", "gpt-5.2-2025-12-11", "openai")
    usage = call["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (100, 20)
    assert (usage["cache_read_tokens"], usage["reasoning_tokens"]) == (40, 5)
    assert usage["cost_usd"] == pytest.approx((60 * 1.75 + 40 * 0.175 + 20 * 14) / 1e6)


@WAYS
def test_a_provider_that_has_no_client_of_its_own_is_told_alike(known, provider, read_runs, way):
    provider.script(say("fine", tokens=Tokens(100, 20, cached=40, cache_write=10)))

    way("anthropic/claude-opus-4-1", HELLO, api_base=provider.anthropic_url, api_key="none")

    call = found(read_runs()[0], "anthropic/claude-opus-4-1")
    assert (call["model"], call["provider"]) == ("claude-opus-4-1", "anthropic")
    assert call["outputs"]["messages"][0]["parts"] == [text("fine")]
    usage = call["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (100, 20)
    assert (usage["cache_read_tokens"], usage["cache_write_tokens"]) == (40, 10)


def test_an_agent_that_calls_a_tool_is_one_tree(known, provider, read_runs):
    provider.script(call_tool("look", word="a"), "found")

    @step("look", kind="tool")
    def look(word):
        return f"{word} is a letter"

    @entrypoint
    def agent(question):
        messages = [{"role": "user", "content": question}]
        first = litellm.completion(MODEL, messages, tools=[LOOK], **known).choices[0].message
        result = {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": look("a")}
        return litellm.completion(MODEL, [*messages, first, result], **known).choices[0].message.content

    assert agent("What is a?") == "found"

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          llm openai/gpt-5.2
          tool look
          llm openai/gpt-5.2
    """)
    asked, _, answered = run["executions"]
    tool_call = {"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}}
    assert asked["outputs"]["messages"][0]["parts"] == [tool_call]
    assert answered["inputs"]["messages"][1:] == [
        {"role": "assistant", "parts": [tool_call]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "a is a letter"}]},
    ]


@WAYS
def test_an_error_is_the_users_own_and_is_recorded(known, provider, read_runs, way):
    provider.script(fail(429, "not so fast"))

    with pytest.raises(litellm.RateLimitError):
        way(MODEL, HELLO, max_retries=0, **known)

    (run,) = read_runs()
    call = found(run, MODEL)
    assert (run["status"], call["status"]) == ("error", "error")
    assert call["error"]["type"] == "litellm.exceptions.RateLimitError"
    assert "not so fast" in call["error"]["message"]


@WAYS
def test_each_try_is_a_call(known, provider, read_runs, way):
    provider.script(fail(500), "fine")

    @entrypoint
    def agent():
        options = {"api_base": provider.anthropic_url, "api_key": "none"}  # where no client tries again by itself
        way("anthropic/claude-opus-4-1", HELLO, num_retries=1, **options)

    agent()

    assert outline(read_runs()[0]) == tree("""
        request agent
          llm anthropic/claude-opus-4-1 [error]
          llm anthropic/claude-opus-4-1
    """)


@WAYS
def test_each_fallback_is_a_call(known, provider, read_runs, way):
    provider.script(fail(400), "fine")

    @entrypoint
    def agent():
        way(MODEL, HELLO, fallbacks=["openai/gpt-5-mini"], max_retries=0, **known)

    agent()

    assert outline(read_runs()[0]) == tree("""
        request agent
          llm openai/gpt-5.2 [error]
          llm openai/gpt-5-mini
    """)


async def test_a_call_that_is_cancelled_is_cancelled(known, provider, read_runs):
    provider.script(hold())
    running = asyncio.ensure_future(litellm.acompletion(MODEL, HELLO, **known))
    await asyncio.to_thread(provider.stalled.wait, 30)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert found(read_runs()[0], MODEL)["status"] == "cancelled"


@WAYS
def test_an_answer_from_the_cache_is_a_call_that_cost_nothing_more(known, provider, read_runs, monkeypatch, way):
    for needed in ("fastapi", "soundfile"):  # LiteLLM imports them for its cache
        pytest.importorskip(needed)
    monkeypatch.setattr(litellm, "cache", litellm.Cache())
    provider.script("fine")

    @entrypoint
    def agent():
        return [way(MODEL, HELLO, caching=True, **known).choices[0].message.content for _ in range(2)]

    assert agent() == ["fine", "fine"]

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          llm openai/gpt-5.2
          llm openai/gpt-5.2 [cached]
    """)
    assert run["executions"][1]["outputs"]["messages"][0]["parts"] == [text("fine")]


def test_calls_for_several_at_once_belong_to_the_request(known, provider, read_runs):
    provider.script("one", "two")

    @entrypoint
    def agent():
        litellm.batch_completion(MODEL, [HELLO, HELLO], **known)

    agent()

    assert outline(read_runs()[0]) == tree("""
        request agent
          llm openai/gpt-5.2
          llm openai/gpt-5.2
    """)


def test_a_routers_call_is_recorded_once(known, provider, read_runs):
    provider.script("fine")
    router = litellm.Router([{"model_name": "mine", "litellm_params": {"model": MODEL, **known}}])

    router.completion("mine", HELLO)

    assert outline(read_runs()[0]) == tree("""
        request openai/gpt-5.2
          llm openai/gpt-5.2
    """)


@WAYS
def test_a_frameworks_call_is_told_more_and_is_no_second_one(known, provider, read_runs, way):
    provider.script(fail(400), "fine")

    @entrypoint
    def agent():
        for _ in range(2):
            with step("framework", kind="llm"):
                try:
                    way(MODEL, HELLO, max_retries=0, **known)
                except litellm.BadRequestError:
                    way(MODEL, HELLO, **known)
                    return

    agent()

    assert outline(read_runs()[0]) == tree("""
        request agent
          llm framework
    """)
    call = found(read_runs()[0], "framework")
    assert (call["usage"]["input_tokens"], call["provider"]) == (9, "openai")


@pytest.mark.parametrize("is_async", [False, True])
def test_embeddings_are_counted_and_not_copied(known, read_runs, is_async):
    model = "openai/text-embedding-3-small"
    if is_async:
        asyncio.run(litellm.aembedding(model, input=["a", "bc"], **known))
    else:
        litellm.embedding(model, input=["a", "bc"], **known)

    call = found(read_runs()[0], model)
    assert (call["kind"], call["status"], call["model"]) == ("embedding", "completed", "text-embedding-3-small")
    assert call["inputs"] == {"input": ["a", "bc"]}
    assert call["outputs"] == {"count": 2, "dimensions": 3}
    assert call["usage"]["input_tokens"] == 3


@pytest.mark.parametrize("is_async", [False, True])
def test_responses_are_recorded_like_chat(known, provider, read_runs, is_async):
    pytest.importorskip("mcp", "2")  # which LiteLLM imports for them
    provider.script(say("fine", tokens=Tokens(12, 3)))
    options = {"input": "How are you?", "model": MODEL, "instructions": "Be brief.", **known}

    if is_async:
        asyncio.run(litellm.aresponses(**options))
    else:
        litellm.responses(**options)

    (run,) = read_runs()
    assert outline(run).count("llm") == 1
    call = found(run, MODEL)
    assert [message["role"] for message in call["inputs"]["messages"]] == ["system", "user"]
    assert call["outputs"]["messages"][0]["parts"] == [text("fine")]
    assert (call["model"], call["usage"]["input_tokens"]) == ("gpt-5.2", 12)
