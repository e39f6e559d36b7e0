"""A raw response that its user reads piece by piece is recorded as a stream that the client puts together is."""

import pickle
from itertools import product

import pytest
from support import billed
from support.noise import NOISE
from support.wire import Wire

pytestmark = NOISE
PLAIN = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
CHAT, MESSAGES = billed.chat_stream(PLAIN), billed.message_stream({"input_tokens": 9, "output_tokens": 2})
HELLO = [{"role": "user", "content": "hi"}]
# By provider: the events, and how many of them there are when it has said that it is done.
STREAMS = {"openai": (CHAT, 2), "anthropic": (MESSAGES, 6)}
WAYS = {
    "lines": lambda raw: raw.iter_lines(),
    "bytes": lambda raw: raw.iter_bytes(7),
    "text": lambda raw: raw.iter_text(7),
    "lines below": lambda raw: raw.http_response.iter_lines(),
    "bytes below": lambda raw: raw.http_response.iter_bytes(),
    "raw bytes below": lambda raw: raw.http_response.iter_raw(5),
    "all at once": lambda raw: iter([raw.read()]),
}
IN_PIECES = [way for way in WAYS if way not in ("bytes below", "all at once")]
ASYNC_WAYS = {
    "lines": lambda raw: raw.iter_lines(),
    "bytes": lambda raw: raw.iter_bytes(7),
    "text": lambda raw: raw.iter_text(7),
    "lines below": lambda raw: raw.http_response.aiter_lines(),
    "raw bytes below": lambda raw: raw.http_response.aiter_raw(5),
}


def asked(provider, url, *, is_async=False, stream=True):
    package = pytest.importorskip(provider)
    if provider == "openai":
        client = (package.AsyncOpenAI if is_async else package.OpenAI)(base_url=url, api_key="none")
        create = client.chat.completions.with_streaming_response.create
        return create(model="gpt-5", messages=HELLO, stream=stream)
    client = (package.AsyncAnthropic if is_async else package.Anthropic)(base_url=url, api_key="none")
    return client.messages.with_streaming_response.create(
        model="claude-opus-4-5", max_tokens=9, messages=HELLO, stream=stream
    )


def call_in(read_runs):
    (call,) = read_runs()[0]["executions"]
    return call


def together(pieces, way):
    """Return what was read as one text: lines have lost their ends."""
    pieces = [piece.decode() if isinstance(piece, bytes) else piece for piece in pieces]
    return "\n".join(pieces) + "\n" if way.startswith("lines") else "".join(pieces)


@pytest.mark.parametrize(("provider", "way"), list(product(STREAMS, WAYS)))
@pytest.mark.parametrize("is_cut", [False, True])
def test_it_is_marked_if_and_only_if_the_providers_end_never_came(runtime, read_runs, provider, way, is_cut):
    events, whole = STREAMS[provider]

    with Wire(events[: whole - 1] if is_cut else events) as wire, asked(provider, wire.url) as raw:
        sent = together(WAYS[way](raw), way)

    call = call_in(read_runs)
    assert sent.count("data:") == len(events[: whole - 1] if is_cut else events)
    assert (call["status"], "incomplete" in call["metadata"]) == ("completed", is_cut)
    assert call["outputs"]["messages"]
    assert is_cut or call["usage"]["output_tokens"] == 2


@pytest.mark.parametrize(("provider", "way"), list(product(STREAMS, ASYNC_WAYS)))
@pytest.mark.parametrize("is_cut", [False, True])
async def test_an_async_one_is_marked_alike(runtime, read_runs, provider, way, is_cut):
    events, whole = STREAMS[provider]

    with Wire(events[: whole - 1] if is_cut else events) as wire:
        async with asked(provider, wire.url, is_async=True) as raw:
            async for _ in ASYNC_WAYS[way](raw):
                pass

    call = call_in(read_runs)
    assert (call["status"], "incomplete" in call["metadata"]) == ("completed", is_cut)


@pytest.mark.parametrize(("provider", "way"), list(product(STREAMS, IN_PIECES)))
def test_one_that_is_left_early_is_abandoned_although_all_of_it_had_arrived(runtime, read_runs, provider, way):
    with Wire(STREAMS[provider][0]) as wire, asked(provider, wire.url) as raw:
        next(iter(WAYS[way](raw)))

    assert call_in(read_runs)["status"] == "abandoned"


@pytest.mark.parametrize("provider", STREAMS)
async def test_an_async_one_that_is_left_early_is_abandoned(runtime, read_runs, provider):
    with Wire(STREAMS[provider][0]) as wire:
        async with asked(provider, wire.url, is_async=True) as raw:
            async for _ in raw.iter_lines():
                break

    assert call_in(read_runs)["status"] == "abandoned"


def test_one_that_is_left_at_the_line_with_the_providers_end_is_complete(runtime, read_runs):
    with Wire(MESSAGES) as wire, asked("anthropic", wire.url) as raw:
        next(line for line in raw.iter_lines() if "message_stop" in line and line.startswith("data:"))

    assert call_in(read_runs)["status"] == "completed"


def test_one_that_nobody_reads_is_abandoned(runtime, read_runs):
    with Wire(CHAT) as wire, asked("openai", wire.url):
        pass

    assert call_in(read_runs)["status"] == "abandoned"


def test_a_document_that_is_read_in_pieces_is_an_answer(runtime, read_runs):
    with Wire(billed.chat(PLAIN)) as wire, asked("openai", wire.url, stream=False) as raw:
        assert len(list(raw.iter_bytes(9))) > 1

    call = call_in(read_runs)
    assert (call["status"], call["usage"]["output_tokens"], call["metadata"]) == ("completed", 2, {})


def test_the_response_is_as_it_was_once_somebody_reads_it(runtime):
    with Wire(CHAT) as wire, asked("openai", wire.url) as raw:
        pickle.dumps(raw.http_response)  # a copy that cannot be read, as without us
        raw.read()
        names = set(vars(raw.http_response))
        copied = pickle.loads(pickle.dumps(raw.http_response))

    assert not [name for name in names if name.startswith(("iter_", "aiter_"))]
    assert copied.content == raw.http_response.content
