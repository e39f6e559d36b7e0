"""Calls of Anthropic's client: blocks as parts, tokens as totals, streams and what ends them."""

import asyncio

import pytest

anthropic = pytest.importorskip("anthropic")

from support.outlines import found, outline, tree  # noqa: E402 - needs the package
from support.providers import Tokens, call_tool, fail, hold, say  # noqa: E402
from support.usages import used  # noqa: E402

from gradient.sdk import entrypoint  # noqa: E402

MODEL = "claude-opus-4-5"
ASKED = {"model": MODEL, "max_tokens": 50, "messages": [{"role": "user", "content": "How are you?"}]}
LOOK = {"name": "look", "input_schema": {"type": "object"}}


@pytest.fixture
def messages(runtime, provider):
    with anthropic.Anthropic(base_url=provider.anthropic_url, api_key="none", max_retries=0) as client:
        yield client.messages


@pytest.fixture
async def amessages(runtime, provider):
    async with anthropic.AsyncAnthropic(base_url=provider.anthropic_url, api_key="none", max_retries=0) as client:
        yield client.messages


def text(content):
    return {"type": "text", "content": content}


def said(call):
    return call["outputs"]["messages"][0]["parts"]


def test_a_call_tells_what_was_asked_and_answered(messages, provider, read_runs):
    provider.script(say("fine", tokens=Tokens(100, 20, cached=40, cache_write=30)))

    messages.create(**ASKED, system="Be brief.", tools=[LOOK], stop_sequences=["!"])

    (run,) = read_runs()
    assert outline(run) == tree("""
        request claude-opus-4-5
          llm claude-opus-4-5
    """)
    call = found(run, MODEL)
    assert call["inputs"] == {
        "messages": [
            {"role": "system", "parts": [text("Be brief.")]},
            {"role": "user", "parts": [text("How are you?")]},
        ],
        "tools": [LOOK],
        "params": {"max_tokens": 50, "stop_sequences": ["!"]},
    }
    assert said(call) == [text("fine")]
    assert call["outputs"]["messages"][0]["response_metadata"] == {"id": "msg_1", "finish_reason": "end_turn"}
    assert (call["framework"], call["model"], call["provider"]) == ("anthropic", MODEL, "anthropic")


def test_input_tokens_are_the_total_although_the_provider_leaves_cached_ones_out(messages, provider, read_runs):
    provider.script(say("fine", tokens=Tokens(100, 20, cached=40, cache_write=30)))

    assert messages.create(**ASKED).usage.input_tokens == 30

    assert found(read_runs()[0], MODEL)["usage"] == used(
        input_tokens=100,
        output_tokens=20,
        cache_read_tokens=40,
        cache_write_tokens=30,
        cost_usd=pytest.approx((30 * 5 + 40 * 0.5 + 30 * 6.25 + 20 * 25) / 1e6),
    )


def test_a_conversation_with_tools_has_their_calls_and_results(messages, provider, read_runs):
    provider.script(call_tool("look", word="a"), "found")

    first = messages.create(**ASKED, tools=[LOOK])
    result = {"type": "tool_result", "tool_use_id": "call_1", "content": "an answer", "is_error": True}
    conversation = [*ASKED["messages"], {"role": "assistant", "content": first.content}]
    messages.create(**ASKED | {"messages": [*conversation, {"role": "user", "content": [result]}]}, tools=[LOOK])

    asked, answered = (found(run, MODEL) for run in read_runs())
    tool_call = {"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}}
    assert said(asked) == [tool_call]
    assert answered["inputs"]["messages"][1:] == [
        {"role": "assistant", "parts": [tool_call]},
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": "call_1", "response": "an answer", "is_error": True}],
        },
    ]


def test_a_stream_that_is_read_has_thoughts_answer_and_tokens(messages, provider, read_runs):
    provider.script(say("one two three", reasoning="hm", tokens=Tokens(20, 5, cached=4)))

    stream = messages.create(**ASKED, stream=True)

    assert type(stream) is anthropic.Stream
    assert [event.type for event in stream][-1] == "message_stop"
    call = found(read_runs()[0], MODEL)
    assert said(call) == [{"type": "reasoning", "content": "hm"}, text("one two three")]
    assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == (20, 5)
    assert 0 <= call["time_to_first_token_ms"] <= call["duration_ms"]


def test_streamed_tool_calls_are_put_together(messages, provider, read_runs):
    provider.script(call_tool("look", word="a"))

    list(messages.create(**ASKED, stream=True))

    call = found(read_runs()[0], MODEL)
    assert said(call) == [{"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}}]
    assert call["outputs"]["messages"][0]["response_metadata"]["finish_reason"] == "tool_use"


def test_the_helper_around_a_stream_is_one_call(messages, provider, read_runs):
    provider.script("one two three", "one two three")

    with messages.stream(**ASKED) as stream:
        assert "".join(stream.text_stream) == "one two three"
        assert stream.get_final_message().usage.output_tokens == 2
    with messages.stream(**ASKED) as stream:
        next(iter(stream.text_stream))

    whole, partial = (found(run, MODEL) for run in read_runs())
    assert (whole["status"], said(whole)) == ("completed", [text("one two three")])
    assert (partial["status"], said(partial)) == ("abandoned", [text("one")])
    assert (partial["usage"]["input_tokens"], partial["usage"]["output_tokens"], partial["usage"]["cost_usd"]) == (
        9,
        None,
        None,
    )


async def test_async_calls_and_streams_are_recorded_alike(amessages, provider, read_runs):
    provider.script("fine", "one two")

    @entrypoint
    async def agent():
        await amessages.create(**ASKED)
        async with amessages.stream(**ASKED) as stream:
            return await stream.get_final_text()

    assert await agent() == "one two"

    (run,) = read_runs()
    assert outline(run) == f"request agent\n  llm {MODEL}\n  llm {MODEL}"
    assert [said(call) for call in run["executions"]] == [[text("fine")], [text("one two")]]


async def test_an_async_stream_that_is_closed_early_is_abandoned(amessages, provider, read_runs):
    provider.script("one two three")

    async with await amessages.create(**ASKED, stream=True) as stream:
        await stream.__anext__()

    assert found(read_runs()[0], MODEL)["status"] == "abandoned"


@pytest.mark.parametrize("status", [401, 429, 529])
def test_what_the_provider_refuses_is_an_error_and_passes_through(messages, provider, read_runs, status):
    provider.script(fail(status, "no, thank you"))

    with pytest.raises(anthropic.APIStatusError):
        messages.create(**ASKED)

    call = found(read_runs()[0], MODEL)
    assert (call["status"], call["outputs"]) == ("error", None)
    assert "no, thank you" in call["error"]["message"]


async def test_a_cancelled_call_is_cancelled(amessages, provider, read_runs):
    provider.script(hold())
    calling = asyncio.ensure_future(amessages.create(**ASKED))
    await asyncio.to_thread(provider.stalled.wait, 30)

    calling.cancel()
    await asyncio.wait([calling])

    assert found(read_runs()[0], MODEL)["status"] == "cancelled"


def test_raw_responses_are_recorded_like_any_other(messages, provider, read_runs):
    provider.script("fine", "fine")

    assert messages.with_raw_response.create(**ASKED).parse().content[0].text == "fine"
    with messages.with_streaming_response.create(**ASKED) as response:
        assert response.parse().content[0].text == "fine"

    calls = [found(run, MODEL) for run in read_runs()]
    assert [(call["status"], said(call)) for call in calls] == [("completed", [text("fine")])] * 2


def test_counting_tokens_is_no_call_of_a_model(messages, read_runs):
    asked = {key: value for key, value in ASKED.items() if key != "max_tokens"}

    assert messages.count_tokens(**asked).input_tokens == 9

    assert read_runs() == []
