"""A stream that ends before its provider said that it was done is marked so, wherever it was cut."""

import warnings
from itertools import product

import pytest
from support import billed
from support.wire import Wire

from gradient.sdk import entrypoint

PLAIN = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
CLAUDE = {"input_tokens": 9, "output_tokens": 2}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt-5",
    "output": [],
    "status": "completed",
}
CHAT, MESSAGES = billed.chat_stream(PLAIN), billed.message_stream(CLAUDE)
# By who asks: the events, and how many of them there are when the provider has said that it is done.
STREAMS = {"openai": (CHAT, 2), "langchain_openai": (CHAT, 2), "anthropic": (MESSAGES, 6)}


@pytest.mark.parametrize(("asked_by", "length"), list(product(STREAMS, range(1, 7))))
def test_a_stream_is_marked_if_and_only_if_its_end_never_came(runtime, read_runs, asked_by, length):
    pytest.importorskip(asked_by)
    events, whole = STREAMS[asked_by]

    with Wire(events[:length]) as wire, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages' own

        @entrypoint
        def agent():
            getattr(billed, asked_by)(wire.url, stream=True)

        agent()

    (call,) = (each for each in read_runs()[0]["executions"] if each["kind"] == "llm")
    assert call["status"] == "completed"
    assert ("incomplete" in call["metadata"]) is (length < whole)


def test_a_response_that_was_only_begun_is_marked(client_run):
    (call,) = client_run["executions"]

    assert call["metadata"]["incomplete"] == "the stream ended before the provider said that this was all"


@pytest.fixture
def client_run(runtime, read_runs):
    """A run whose stream of responses was cut after its first event."""
    openai = pytest.importorskip("openai")
    events = [{"type": "response.created", "sequence_number": 0, "response": RESPONSE}]
    with Wire(events) as wire, openai.OpenAI(base_url=wire.url, api_key="none") as client:
        list(client.responses.create(model="gpt-5", input="hi", stream=True))
    return read_runs()[0]


async def openai_async(url):
    openai = pytest.importorskip("openai")
    async with openai.AsyncOpenAI(base_url=url, api_key="none") as client:
        stream = await client.chat.completions.create(model="gpt-5", messages=[], stream=True)
        return [chunk async for chunk in stream]


async def openai_helper(url):
    openai = pytest.importorskip("openai")
    async with (
        openai.AsyncOpenAI(base_url=url, api_key="none") as client,
        client.chat.completions.stream(model="gpt-5", messages=[]) as stream,
    ):
        return [event async for event in stream]


async def anthropic_helper(url):
    anthropic = pytest.importorskip("anthropic")
    async with (
        anthropic.AsyncAnthropic(base_url=url, api_key="none") as client,
        client.messages.stream(model="claude-opus-4-5", max_tokens=9, messages=[]) as stream,
    ):
        return [text async for text in stream.text_stream]


async def langchain_async(url):
    langchain_openai = pytest.importorskip("langchain_openai")
    return [
        chunk async for chunk in langchain_openai.ChatOpenAI(model="gpt-5", base_url=url, api_key="none").astream("hi")
    ]


DOORS = [
    (openai_async, "openai"),
    (openai_helper, "openai"),
    (langchain_async, "openai"),
    (anthropic_helper, "anthropic"),
]


@pytest.mark.parametrize(("read", "provider"), DOORS)
@pytest.mark.parametrize("is_cut", [False, True])
async def test_whoever_reads_it_a_cut_stream_is_marked_and_a_whole_one_is_not(
    runtime, read_runs, read, provider, is_cut
):
    events, whole = STREAMS[provider]

    with Wire(events[: whole - 1] if is_cut else events) as wire, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages' own
        await read(wire.url)

    (call,) = (each for each in read_runs()[0]["executions"] if each["kind"] == "llm")
    assert call["status"] == "completed"
    assert ("incomplete" in call["metadata"]) is is_cut
