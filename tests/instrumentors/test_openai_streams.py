"""Streams and raw responses of OpenAI's client: read whole, in part, or not at all, and still the user's objects."""

import gc

import httpx
import pytest

openai = pytest.importorskip("openai")

from support.outlines import found, outline  # noqa: E402 - needs the package
from support.providers import call_tool, say  # noqa: E402

from gradient.runtime.context import running_scope  # noqa: E402
from gradient.sdk import entrypoint  # noqa: E402

HELLO = [{"role": "user", "content": "How are you?"}]
WITH_USAGE = {"stream_options": {"include_usage": True}}


@pytest.fixture
def chat(runtime, provider):
    with openai.OpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
        yield client.chat.completions


@pytest.fixture
async def achat(runtime, provider):
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
        yield client.chat.completions


@pytest.fixture
def responses(runtime, provider):
    with openai.OpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
        yield client.responses


def ask(chat, **options):
    return chat.create(model="gpt-5.2", messages=HELLO, **options)


def said(call):
    return [part.get("content") for message in call["outputs"]["messages"] for part in message["parts"]]


def test_a_stream_that_is_read_has_the_whole_answer_tokens_and_the_first_ones_time(chat, provider, read_runs):
    provider.script("one two three")

    words = [chunk.choices[0].delta.content for chunk in ask(chat, stream=True, **WITH_USAGE) if chunk.choices]

    assert "".join(word or "" for word in words) == "one two three"
    call = found(read_runs()[0], "gpt-5.2")
    assert (call["status"], said(call)) == ("completed", ["one two three"])
    assert call["outputs"]["messages"][0]["response_metadata"]["finish_reason"] == "stop"
    assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == (9, 2)
    assert 0 <= call["time_to_first_token_ms"] <= call["duration_ms"]


async def test_an_async_stream_is_recorded_alike(achat, provider, read_runs):
    provider.script("one two three")

    chunks = [chunk async for chunk in await ask(achat, stream=True, **WITH_USAGE)]

    call = found(read_runs()[0], "gpt-5.2")
    assert chunks[-1].usage.prompt_tokens == call["usage"]["input_tokens"] == 9
    assert (call["status"], said(call)) == ("completed", ["one two three"])


def test_streamed_tool_calls_are_put_together(chat, provider, read_runs):
    provider.script(call_tool("look", word="a"))

    list(ask(chat, stream=True))

    assert found(read_runs()[0], "gpt-5.2")["outputs"]["messages"][0]["parts"] == [
        {"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}}
    ]


def test_a_stream_stays_the_same_object_of_the_same_type(chat, provider):
    provider.script("one two")

    stream = ask(chat, stream=True)

    assert type(stream) is openai.Stream
    assert stream.response.status_code == 200
    assert next(stream).choices[0].delta.content == ""
    assert len(list(stream)) == 3


def test_nothing_is_current_between_two_chunks(chat, provider):
    provider.script("one two")

    @entrypoint
    def agent():
        outside = running_scope()
        return [running_scope() is outside for _ in ask(chat, stream=True)]

    assert set(agent()) == {True}


def test_a_stream_that_is_closed_early_is_abandoned_with_what_came(chat, provider, read_runs):
    provider.script("one two three")

    with ask(chat, stream=True) as stream:
        for chunk in stream:
            if chunk.choices[0].delta.content == "one":
                break

    call = found(read_runs()[0], "gpt-5.2")
    assert (call["status"], said(call)) == ("abandoned", ["one"])


async def test_an_async_stream_that_is_closed_early_is_abandoned(achat, provider, read_runs):
    provider.script("one two three")

    async with await ask(achat, stream=True) as stream:
        await stream.__anext__()

    assert found(read_runs()[0], "gpt-5.2")["status"] == "abandoned"


def test_a_loop_that_is_left_abandons_its_stream(chat, provider, read_runs):
    provider.script("one two three")

    @entrypoint
    def agent():
        for chunk in ask(chat, stream=True):
            if chunk.choices[0].delta.content == "one":
                break
        return "enough"

    assert agent() == "enough"
    gc.collect()

    (run,) = read_runs()
    assert (run["status"], found(run, "gpt-5.2")["status"]) == ("completed", "abandoned")


def test_a_stream_that_is_left_and_taken_up_again_is_one_call(chat, provider, read_runs):
    provider.script("one two three")

    stream = ask(chat, stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content == "one":
            break
    rest = [chunk.choices[0].delta.content for chunk in stream]

    assert rest == [" two", " three", None]
    assert found(read_runs()[0], "gpt-5.2")["status"] == "completed"


def test_a_stream_that_nobody_reads_is_abandoned_when_it_is_forgotten(chat, provider, read_runs):
    provider.script("one two three")

    stream = ask(chat, stream=True)
    stream.response.close()
    del stream
    gc.collect()

    assert found(read_runs()[0], "gpt-5.2")["status"] == "abandoned"


def test_a_stream_that_is_left_when_all_was_said_is_complete(chat, provider, read_runs):
    provider.script("one two")

    with ask(chat, stream=True) as stream:
        for chunk in stream:
            if chunk.choices[0].finish_reason:
                break

    assert found(read_runs()[0], "gpt-5.2")["status"] == "completed"


def test_a_stream_whose_connection_breaks_is_an_error_with_what_came(chat, provider, read_runs):
    provider.script(say("one two three", breaks_after=2))

    with pytest.raises((openai.APIConnectionError, httpx.HTTPError)):  # the latter in older ones
        list(ask(chat, stream=True))

    call = found(read_runs()[0], "gpt-5.2")
    assert (call["status"], said(call)) == ("error", ["one two"])


def test_the_helper_around_a_stream_is_one_call(chat, provider, read_runs):
    provider.script("one two", "one two three")

    with chat.stream(model="gpt-5.2", messages=HELLO) as stream:
        assert stream.get_final_completion().choices[0].message.content == "one two"
    with chat.stream(model="gpt-5.2", messages=HELLO) as stream:
        next(iter(stream))

    assert [found(run, "gpt-5.2")["status"] for run in read_runs()] == ["completed", "abandoned"]


def test_a_stream_of_responses_is_put_together_from_its_last_event(responses, provider, read_runs):
    provider.script(say("one two", reasoning="hm"))

    kinds = [event.type for event in responses.create(model="gpt-5.2", input="Hi", stream=True)]

    assert kinds[-1] == "response.completed"
    call = found(read_runs()[0], "gpt-5.2")
    assert (said(call), call["usage"]["input_tokens"]) == (["hm", "one two"], 9)


def test_a_stream_of_responses_that_is_closed_early_has_what_came(responses, provider, read_runs):
    provider.script("one two three")

    with responses.stream(model="gpt-5.2", input="Hi") as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                break

    call = found(read_runs()[0], "gpt-5.2")
    assert (call["status"], said(call), call["model"]) == ("abandoned", ["one"], "gpt-5.2")


def test_a_raw_response_is_recorded_like_any_other(chat, provider, read_runs):
    provider.script("fine")

    raw = ask(chat.with_raw_response)

    assert type(raw).__name__ == "LegacyAPIResponse"
    assert raw.parse().choices[0].message.content == "fine"
    call = found(read_runs()[0], "gpt-5.2")
    assert (said(call), call["usage"]["input_tokens"]) == (["fine"], 9)


def test_a_raw_stream_is_recorded_from_its_parsing_on(chat, provider, read_runs):
    provider.script("one two")

    raw = ask(chat.with_raw_response, stream=True)

    assert raw.parse() is raw.parse()
    assert len(list(raw.parse())) == 4
    assert said(found(read_runs()[0], "gpt-5.2")) == ["one two"]


async def test_an_async_raw_stream_is_recorded_likewise(achat, provider, read_runs):
    provider.script("one two")

    raw = await ask(achat.with_raw_response, stream=True)
    chunks = [chunk async for chunk in raw.parse()]

    assert len(chunks) == 4
    assert said(found(read_runs()[0], "gpt-5.2")) == ["one two"]


def test_a_streamed_response_is_over_when_it_was_parsed(chat, provider, read_runs):
    provider.script("fine")

    with ask(chat.with_streaming_response) as response:
        assert response.parse().choices[0].message.content == "fine"

    call = found(read_runs()[0], "gpt-5.2")
    assert (call["status"], said(call)) == ("completed", ["fine"])


@pytest.mark.parametrize(("reads_all", "status"), [(True, "completed"), (False, "abandoned")])
def test_a_streamed_response_that_is_read_by_hand_ends_with_its_block(chat, provider, read_runs, reads_all, status):
    provider.script("one two three")

    with ask(chat.with_streaming_response, stream=True) as response:
        lines = response.iter_lines()
        next(lines)
        if reads_all:
            list(lines)

    assert found(read_runs()[0], "gpt-5.2")["status"] == status


async def test_an_async_streamed_response_ends_with_its_block(achat, provider, read_runs):
    provider.script("fine")

    async with ask(achat.with_streaming_response) as response:
        assert (await response.json())["model"] == "gpt-5.2"

    call = found(read_runs()[0], "gpt-5.2")
    assert (call["status"], said(call)) == ("completed", ["fine"])


def test_a_stream_outlives_our_uninstalling(runtime, chat, provider, read_runs):
    provider.script("one two")

    @entrypoint
    def agent():
        stream = ask(chat, stream=True)
        next(stream)
        runtime.uninstall_instrumentation()
        return len(list(stream))

    assert agent() == 3
    assert outline(read_runs()[0]) == "request agent\n  llm gpt-5.2"
