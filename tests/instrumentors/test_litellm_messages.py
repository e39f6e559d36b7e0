"""Streams of LiteLLM's messages: bytes, of whichever provider, and still the user's own objects."""

import pytest
from support import billed
from support.litellm_models import litellm
from support.noise import NOISE
from support.wire import Wire

from gradient.instrumentors.litellm.instrumentor import LiteLLMInstrumentor
from gradient.testing import record

pytestmark = NOISE
HELLO = [{"role": "user", "content": "hi"}]
MESSAGES = billed.message_stream({"input_tokens": 9, "output_tokens": 2})
CHAT = billed.chat_stream({"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11})
# LiteLLM hands on the bytes of the one, and makes those of the other.
MODELS = {"anthropic/claude-opus-4-5": MESSAGES, "hosted_vllm/gpt-x": CHAT}


async def asked(model, url):
    if model.startswith("anthropic"):
        pytest.importorskip("backoff")  # which LiteLLM asks for here, and does not require
        pytest.importorskip("redis")
        pytest.importorskip("soundfile")
    return await litellm.anthropic.messages.acreate(
        model=model, max_tokens=9, messages=HELLO, stream=True, api_base=url, api_key="none"
    )


@pytest.mark.parametrize("model", MODELS)
async def test_a_stream_that_is_read_has_the_answer_and_its_tokens(runtime, read_runs, model):
    with Wire(MODELS[model]) as wire:
        sent = b"".join([chunk async for chunk in await asked(model, wire.url)])

    (call,) = read_runs()[0]["executions"]
    (message,) = call["outputs"]["messages"]
    assert b"message_stop" in sent
    assert (call["status"], "incomplete" in call["metadata"]) == ("completed", False)
    assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == (9, 2)
    assert message["parts"][0]["content"].encode() in sent


@pytest.mark.parametrize("model", MODELS)
async def test_a_stream_whose_end_never_came_is_marked(runtime, read_runs, model):
    with Wire(MODELS[model][:1]) as wire:
        sent = b"".join([chunk async for chunk in await asked(model, wire.url)])

    (call,) = read_runs()[0]["executions"]
    assert ("incomplete" in call["metadata"]) is (b"message_stop" not in sent)  # which some releases make up


async def test_a_stream_that_is_closed_early_is_abandoned(runtime, read_runs):
    with Wire(CHAT) as wire:
        stream = await asked("hosted_vllm/gpt-x", wire.url)
        await stream.__anext__()
        await stream.aclose()

    (call,) = read_runs()[0]["executions"]
    assert call["status"] == "abandoned"


async def test_the_classes_of_streams_are_left_as_they_were():
    with Wire(CHAT) as wire:
        kind = type(await asked("hosted_vllm/gpt-x", wire.url))
        before = dict(vars(kind))

        with record(LiteLLMInstrumentor()) as recorded:
            stream = await asked("hosted_vllm/gpt-x", wire.url)
            assert type(stream) is kind
            async for _ in stream:
                pass

    assert dict(vars(kind)) == before
    assert [each.status for each in recorded.executions] == ["completed"]
