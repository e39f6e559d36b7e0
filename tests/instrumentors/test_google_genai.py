"""Calls of Google's client: contents, chats, functions, streams and what ends them, embeddings."""

import asyncio

import pytest

genai = pytest.importorskip("google.genai")

from google.genai import errors, types  # noqa: E402 - needs the package
from support.outlines import found, outline, tree  # noqa: E402
from support.providers import Tokens, call_tool, fail, hold, say  # noqa: E402
from support.usages import used  # noqa: E402

from gradient.sdk import entrypoint, step  # noqa: E402

MODEL = "gemini-2.5-flash"
ASKED = {"model": MODEL, "contents": "How are you?"}
TOKENS = Tokens(100, 20, cached=40, reasoning=5)


@pytest.fixture
def client(runtime, provider):
    with genai.Client(api_key="none", http_options=types.HttpOptions(base_url=provider.gemini_url)) as client:
        yield client


@pytest.fixture
async def aclient(client):
    async with client.aio as opened:
        yield opened


def text(content):
    return {"type": "text", "content": content}


def said(call):
    return call["outputs"]["messages"][0]["parts"]


def look_up(word: str) -> str:
    """Look a word up."""
    with step("inside"):
        return f"{word} is a letter"


def break_down(word: str) -> str:
    """Break down."""
    raise LookupError(word)


async def aopened(client, **asked):
    return await client.models.generate_content_stream(**(asked or ASKED))


def test_a_call_tells_what_was_asked_and_answered(client, provider, read_runs):
    provider.script(say("fine", tokens=TOKENS))
    look = {"name": "look", "description": "Looks."}
    config = {"system_instruction": "Be brief.", "temperature": 0.5, "tools": [{"function_declarations": [look]}]}

    assert client.models.generate_content(**ASKED, config=config).text == "fine"

    (run,) = read_runs()
    assert outline(run) == f"request {MODEL}\n  llm {MODEL}"
    call = found(run, MODEL)
    assert call["inputs"] == {
        "messages": [
            {"role": "system", "parts": [text("Be brief.")]},
            {"role": "user", "parts": [text("How are you?")]},
        ],
        "tools": [look],
        "params": {"temperature": 0.5},
    }
    metadata = {"id": "response_1", "finish_reason": "STOP"}
    answer = {"role": "assistant", "parts": [text("fine")], "response_metadata": metadata}
    assert call["outputs"] == {"messages": [answer]}
    assert (call["framework"], call["model"], call["provider"]) == ("google-genai", MODEL, "google_genai")


def test_tokens_are_totals_with_their_parts_and_their_cost(client, provider, read_runs):
    provider.script(say("fine", reasoning="hm", tokens=TOKENS))

    client.models.generate_content(**ASKED)

    call = found(read_runs()[0], MODEL)
    assert said(call) == [{"type": "reasoning", "content": "hm"}, text("fine")]
    assert call["usage"] == used(
        input_tokens=100,
        output_tokens=20,
        cache_read_tokens=40,
        reasoning_tokens=5,
        cost_usd=pytest.approx((60 * 0.3 + 40 * 0.03 + 20 * 2.5) / 1e6),
    )


@pytest.mark.parametrize(
    ("contents", "messages"),
    [
        (types.Part.from_text(text="a"), [{"role": "user", "parts": [text("a")]}]),
        (["a", types.Part.from_text(text="b")], [{"role": "user", "parts": [text("a"), text("b")]}]),
        (
            ["a", types.ModelContent("b"), {"role": "user", "parts": [{"text": "c"}]}],
            [
                {"role": "user", "parts": [text("a")]},
                {"role": "assistant", "parts": [text("b")]},
                {"role": "user", "parts": [text("c")]},
            ],
        ),
        (
            types.File(uri="https://files/1", mime_type="text/plain"),
            [
                {
                    "role": "user",
                    "parts": [{"type": "uri", "modality": "text", "mime_type": "text/plain", "uri": "https://files/1"}],
                }
            ],
        ),
    ],
    ids=["a part", "parts", "contents", "a file"],
)
def test_whatever_may_be_asked_is_recorded_as_messages(client, provider, read_runs, contents, messages):
    provider.script("fine")

    client.models.generate_content(model=f"models/{MODEL}", contents=contents)

    assert found(read_runs()[0], MODEL)["inputs"] == {"messages": messages}


def test_functions_that_the_client_calls_by_itself_are_tools_between_calls(client, provider, read_runs):
    provider.script(call_tool("look_up", word="a"), "A letter.")

    @entrypoint
    def agent():
        return client.models.generate_content(**ASKED, config={"tools": [look_up]}).text

    assert agent() == "A letter."

    (run,) = read_runs()
    assert outline(run) == tree(f"""
        request agent
          llm {MODEL}
          tool look_up
            step inside
          llm {MODEL}
    """)
    asked, tool, _, answered = run["executions"]
    assert (tool["inputs"], tool["outputs"]) == ({"word": "a"}, "a is a letter")
    assert asked["inputs"]["tools"] == [{"name": "look_up", "description": "Look a word up."}]
    assert said(asked) == [{"type": "tool_call", "id": "call_1", "name": "look_up", "arguments": {"word": "a"}}]
    assert [message["role"] for message in answered["inputs"]["messages"]] == ["user", "assistant", "tool"]


async def test_a_function_that_fails_is_an_error_that_the_model_hears_of(aclient, provider, read_runs):
    provider.script(call_tool("break_down", word="a"), "So be it.")

    @entrypoint
    async def agent():
        return (await aclient.models.generate_content(**ASKED, config={"tools": [break_down]})).text

    assert await agent() == "So be it."

    (run,) = read_runs()
    assert (run["status"], found(run, "break_down")["status"]) == ("completed", "error")
    assert outline(run) == tree(f"""
        request agent
          llm {MODEL}
          tool break_down [error]
          llm {MODEL}
    """)


def test_each_turn_of_a_chat_is_a_call(client, provider, read_runs):
    provider.script("one", "two three")
    chat = client.chats.create(model=MODEL)

    assert chat.send_message("first").text == "one"
    assert [chunk.text for chunk in chat.send_message_stream("second") if chunk.text] == ["two", " three"]

    first, second = (found(run, MODEL) for run in read_runs())
    assert said(first) == [text("one")]
    assert [message["parts"] for message in second["inputs"]["messages"]] == [
        [text("first")],
        [text("one")],
        [text("second")],
    ]


def test_a_stream_that_is_read_has_thoughts_answer_and_tokens(client, provider, read_runs):
    provider.script(say("one two three", reasoning="hm", tokens=TOKENS))

    chunks = list(client.models.generate_content_stream(**ASKED))

    assert all(type(chunk) is types.GenerateContentResponse for chunk in chunks)
    call = found(read_runs()[0], MODEL)
    assert said(call) == [{"type": "reasoning", "content": "hm"}, text("one two three")]
    assert call["outputs"]["messages"][0]["response_metadata"] == {"id": "response_1", "finish_reason": "STOP"}
    assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == (100, 20)
    assert 0 <= call["time_to_first_token_ms"] <= call["duration_ms"]


def test_a_stream_that_calls_a_function_is_two_calls(client, provider, read_runs):
    provider.script(call_tool("look_up", word="a"), "one two")

    @entrypoint
    def agent():
        chunks = client.models.generate_content_stream(**ASKED, config={"tools": [look_up]})
        return "".join(chunk.text or "" for chunk in chunks)

    assert agent() == "one two"

    assert [node["kind"] for node in read_runs()[0]["executions"]] == ["llm", "tool", "step", "llm"]


async def test_async_calls_and_streams_are_recorded_alike(aclient, provider, read_runs):
    provider.script("fine", say("one two", tokens=TOKENS))

    @entrypoint
    async def agent():
        await aclient.models.generate_content(**ASKED)
        return [chunk.text async for chunk in await aopened(aclient) if chunk.text]

    assert await agent() == ["one", " two"]

    (run,) = read_runs()
    assert outline(run) == f"request agent\n  llm {MODEL}\n  llm {MODEL}"
    assert [said(call) for call in run["executions"]] == [[text("fine")], [text("one two")]]
    streamed = run["executions"][1]
    assert streamed["usage"]["reasoning_tokens"] == 5
    assert streamed["time_to_first_token_ms"] is not None


def test_a_stream_that_is_closed_early_is_abandoned_with_what_had_come(client, provider, read_runs):
    provider.script("one two three")

    stream = client.models.generate_content_stream(**ASKED)
    assert next(stream).text == "one"
    stream.close()

    call = found(read_runs()[0], MODEL)
    assert (call["status"], said(call)) == ("abandoned", [text("one")])


async def test_an_async_stream_that_is_closed_early_is_abandoned(aclient, provider, read_runs):
    provider.script("one two three")

    stream = await aopened(aclient)
    await anext(stream)
    await stream.aclose()
    await asyncio.get_running_loop().shutdown_asyncgens()  # the client leaves its inner streams to the loop

    call = found(read_runs()[0], MODEL)
    assert (call["status"], said(call)) == ("abandoned", [text("one")])


@pytest.mark.parametrize("status", [400, 429, 500])
def test_what_the_provider_refuses_is_an_error_and_passes_through(client, provider, read_runs, status):
    provider.script(fail(status, "no, thank you"))

    with pytest.raises(errors.APIError):
        client.models.generate_content(**ASKED)

    call = found(read_runs()[0], MODEL)
    assert (call["status"], call["outputs"]) == ("error", None)
    assert "no, thank you" in call["error"]["message"]


async def test_a_stream_that_is_refused_is_an_error(aclient, provider, read_runs):
    provider.script(fail(429, "no, thank you"))

    with pytest.raises(errors.APIError):
        [chunk async for chunk in await aopened(aclient)]

    assert found(read_runs()[0], MODEL)["status"] == "error"


async def test_a_cancelled_call_is_cancelled(aclient, provider, read_runs):
    provider.script(hold())
    calling = asyncio.ensure_future(aclient.models.generate_content(**ASKED))
    assert await asyncio.to_thread(provider.stalled.wait, 30)

    calling.cancel()
    await asyncio.wait([calling])

    assert found(read_runs()[0], MODEL)["status"] == "cancelled"


async def test_a_cancelled_stream_is_cancelled_with_what_had_come(aclient, provider, read_runs):
    provider.script(say("one two", stalls_after=1))

    async def read():
        return [chunk async for chunk in await aopened(aclient)]

    reading = asyncio.ensure_future(read())
    assert await asyncio.to_thread(provider.stalled.wait, 30)
    reading.cancel()
    await asyncio.wait([reading])

    assert found(read_runs()[0], MODEL)["status"] == "cancelled"


async def test_embeddings_tell_how_many_and_how_long_and_not_the_vectors(client, aclient, read_runs):
    asked = {"model": "gemini-embedding-001", "contents": ["a", "b"]}

    client.models.embed_content(**asked)
    await aclient.models.embed_content(**asked)

    for run in read_runs():
        call = found(run, "gemini-embedding-001")
        assert call["kind"] == "embedding"
        assert call["inputs"] == {"input": [{"role": "user", "parts": [text("a"), text("b")]}]}
        assert call["outputs"] == {"count": 2, "dimensions": 3}


def test_counting_tokens_is_no_call_of_a_model(client, read_runs):
    with pytest.raises(errors.APIError):
        client.models.count_tokens(**ASKED)  # the provider of the tests cannot

    assert read_runs() == []
