"""Streams of LiteLLM: read whole, in part, elsewhere, or not at all, and still the user's own objects."""

import asyncio
import contextvars
import gc
import threading

import pytest
from support.litellm_models import litellm
from support.noise import NOISE
from support.outlines import found, outline, tree
from support.providers import call_tool, say

from gradient.runtime.context import running_scope
from gradient.sdk import entrypoint

pytestmark = NOISE
HELLO = [{"role": "user", "content": "How are you?"}]
MODEL = "openai/gpt-5.2"
WITH_USAGE = {"stream_options": {"include_usage": True}}


@pytest.fixture
def known(runtime, provider):
    """What every call is told about the provider."""
    return {"api_base": provider.openai_url, "api_key": "none", "stream": True, "max_retries": 0}


def said(call):
    return [part.get("content") for message in call["outputs"]["messages"] for part in message["parts"]]


def words(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_a_stream_that_is_read_has_the_answer_tokens_and_the_first_ones_time(known, provider, read_runs):
    provider.script("one two three")

    stream = litellm.completion(MODEL, HELLO, **WITH_USAGE, **known)

    assert type(stream) is litellm.CustomStreamWrapper
    assert words(stream) == "one two three"
    call = found(read_runs()[0], MODEL)
    assert (call["status"], said(call), call["usage"]["input_tokens"]) == ("completed", ["one two three"], 9)
    assert 0 < call["time_to_first_token_ms"] <= call["duration_ms"]


async def test_an_async_stream_is_recorded_alike(known, provider, read_runs):
    provider.script("one two three")

    stream = await litellm.acompletion(MODEL, HELLO, **WITH_USAGE, **known)
    assert words([chunk async for chunk in stream]) == "one two three"

    call = found(read_runs()[0], MODEL)
    assert (call["status"], said(call), call["usage"]["input_tokens"]) == ("completed", ["one two three"], 9)
    assert 0 < call["time_to_first_token_ms"] <= call["duration_ms"]


def test_tool_calls_in_a_stream_are_put_together(known, provider, read_runs):
    provider.script(call_tool("look", word="a"))

    list(litellm.completion(MODEL, HELLO, **known))

    (message,) = found(read_runs()[0], MODEL)["outputs"]["messages"]
    assert message["parts"] == [{"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}}]


def test_a_stream_of_another_provider_is_recorded_alike(known, provider, read_runs):
    provider.script("one two")
    known["api_base"] = provider.anthropic_url

    list(litellm.completion("anthropic/claude-opus-4-1", HELLO, **WITH_USAGE, **known))

    call = found(read_runs()[0], "anthropic/claude-opus-4-1")
    assert (said(call), call["provider"], call["usage"]["input_tokens"]) == (["one two"], "anthropic", 9)


def test_a_stream_that_nobody_reads_on_is_abandoned_with_what_had_come(known, provider, read_runs, monkeypatch):
    monkeypatch.setattr(litellm, "disable_streaming_logging", True)  # its threads would hold the stream a while
    provider.script("one two three")

    stream = litellm.completion(MODEL, HELLO, **known)
    assert next(told for chunk in stream if (told := words([chunk]))) == "one"
    del stream
    gc.collect()

    call = found(read_runs()[0], MODEL)
    assert (call["status"], said(call)) == ("abandoned", ["one"])


async def test_an_async_stream_that_is_closed_early_is_abandoned(known, provider, read_runs):
    provider.script("one two three")

    stream = await litellm.acompletion(MODEL, HELLO, **known)
    await stream.__anext__()
    await stream.aclose()

    assert found(read_runs()[0], MODEL)["status"] == "abandoned"


def test_a_stream_that_breaks_is_an_error(known, provider, read_runs):
    provider.script(say("one two three", breaks_after=2))

    with pytest.raises(litellm.exceptions.MidStreamFallbackError):
        list(litellm.completion(MODEL, HELLO, **known))

    (run,) = read_runs()
    call = found(run, MODEL)
    assert (run["status"], call["status"], said(call)) == ("error", "error", ["one two"])


async def test_a_stream_that_is_cancelled_is_cancelled(known, provider, read_runs):
    provider.script(say("one two three", stalls_after=1))

    async def read():
        async for _ in await litellm.acompletion(MODEL, HELLO, **known):
            pass

    running = asyncio.ensure_future(read())
    await asyncio.to_thread(provider.stalled.wait, 30)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert found(read_runs()[0], MODEL)["status"] == "cancelled"


def test_nothing_is_current_in_the_one_who_reads(known, provider):
    provider.script("one two three")

    @entrypoint
    def agent():
        request = running_scope()
        return [running_scope() is request for _ in litellm.completion(MODEL, HELLO, **known)]

    assert set(agent()) == {True}


def test_a_stream_that_is_read_in_another_thread_belongs_to_its_request(known, provider, read_runs):
    provider.script("one two three")

    @entrypoint
    def agent():
        stream = litellm.completion(MODEL, HELLO, **known)
        reader = threading.Thread(target=lambda: contextvars.Context().run(list, stream))
        reader.start()
        reader.join()

    agent()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          llm openai/gpt-5.2
    """)
    assert said(found(run, MODEL)) == ["one two three"]


@pytest.mark.parametrize("is_async", [False, True])
def test_streamed_responses_are_recorded_like_chat(known, provider, read_runs, is_async):
    pytest.importorskip("mcp", "2")  # which LiteLLM imports for them
    provider.script("one two three")
    options = {"input": "How are you?", "model": MODEL, **known}

    async def read():
        return [event async for event in await litellm.aresponses(**options)]

    events = asyncio.run(read()) if is_async else list(litellm.responses(**options))

    assert events
    (run,) = read_runs()
    assert outline(run).count("llm") == 1
    call = found(run, MODEL)
    assert (call["status"], said(call), call["usage"]["input_tokens"]) == ("completed", ["one two three"], 9)
    assert call["time_to_first_token_ms"] > 0


def test_a_stream_from_the_cache_is_a_cached_call(known, provider, read_runs, monkeypatch):
    for needed in ("fastapi", "soundfile"):  # LiteLLM imports them for its cache
        pytest.importorskip(needed)
    monkeypatch.setattr(litellm, "cache", litellm.Cache())
    provider.script("one two three")
    assert words(litellm.completion(MODEL, HELLO, caching=True, **known)) == "one two three"

    streamed = words(litellm.completion(MODEL, HELLO, caching=True, **known))

    assert streamed == "one two three"
    call = found(read_runs()[1], MODEL)
    assert (call["cached"], call["status"], said(call)) == (True, "completed", ["one two three"])
