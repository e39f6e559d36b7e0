"""Calls of OpenAI's client: what was asked and answered, by which model, for how many tokens, and what went wrong."""

import asyncio

import pytest

openai = pytest.importorskip("openai")

from pydantic import BaseModel  # noqa: E402 - comes with the client
from support.outlines import found, outline, tree  # noqa: E402
from support.providers import Tokens, call_tool, fail, hold, say  # noqa: E402
from support.usages import used  # noqa: E402

from gradient.sdk import entrypoint  # noqa: E402

HELLO = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How are you?"}]
LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


@pytest.fixture
def client(runtime, provider):
    with openai.OpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
async def aclient(runtime, provider):
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
        yield client


def text(content):
    return {"type": "text", "content": content}


def test_a_chat_completion_tells_what_was_asked_and_answered(client, provider, read_runs):
    provider.script(say("fine", tokens=Tokens(100, 20, cached=40, reasoning=5), model="gpt-5.2-2025-12-11"))

    client.chat.completions.create(model="gpt-5.2", messages=HELLO, tools=[LOOK], temperature=0.5)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request gpt-5.2
          llm gpt-5.2
    """)
    call = found(run, "gpt-5.2")
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
    assert (call["framework"], call["node_id"], call["provider"]) == ("openai", "llm_gpt-5.2", "openai")
    assert call["model"] == "gpt-5.2-2025-12-11"
    assert call["usage"] == used(
        input_tokens=100,
        output_tokens=20,
        cache_read_tokens=40,
        reasoning_tokens=5,
        audio_input_tokens=0,
        audio_output_tokens=0,
        cost_usd=pytest.approx((60 * 1.75 + 40 * 0.175 + 20 * 14) / 1e6),
    )
    assert call["time_to_first_token_ms"] is None


def test_a_conversation_with_tools_has_their_calls_and_results(client, provider, read_runs):
    provider.script(call_tool("look", word="a"), "found")

    first = client.chat.completions.create(model="gpt-5.2", messages=HELLO, tools=[LOOK]).choices[0].message
    result = {"role": "tool", "tool_call_id": "call_1", "content": "an answer"}
    client.chat.completions.create(model="gpt-5.2", messages=[*HELLO, first, result], tools=[LOOK])

    asked, answered = (found(run, "gpt-5.2") for run in read_runs())
    tool_call = {"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}}
    assert asked["outputs"]["messages"][0]["parts"] == [tool_call]
    assert asked["outputs"]["messages"][0]["response_metadata"]["finish_reason"] == "tool_calls"
    assert answered["inputs"]["messages"][2:] == [
        {"role": "assistant", "parts": [tool_call]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "an answer"}]},
    ]


def test_responses_have_instructions_items_and_reasoning(client, provider, read_runs):
    provider.script(say("fine", reasoning="hm", tokens=Tokens(10, 8, reasoning=6)))

    client.responses.create(model="gpt-5.2", instructions="Be brief.", input="How are you?", max_output_tokens=50)

    call = found(read_runs()[0], "gpt-5.2")
    assert [message["role"] for message in call["inputs"]["messages"]] == ["system", "user"]
    assert call["inputs"]["params"] == {"max_output_tokens": 50}
    (message,) = call["outputs"]["messages"]
    assert message["parts"] == [{"type": "reasoning", "content": "hm"}, text("fine")]
    assert message["response_metadata"] == {"id": "resp_1", "finish_reason": "completed"}
    assert (call["usage"]["output_tokens"], call["usage"]["reasoning_tokens"]) == (8, 6)


def test_items_of_responses_are_messages_tool_calls_and_results(client, provider, read_runs):
    provider.script("found")
    asked = {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": '{"word": "a"}'}
    result = {"type": "function_call_output", "call_id": "call_1", "output": "an answer"}

    client.responses.create(model="gpt-5.2", input=[{"role": "user", "content": "Look."}, asked, result])

    assert found(read_runs()[0], "gpt-5.2")["inputs"]["messages"] == [
        {"role": "user", "parts": [text("Look.")]},
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}}],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "an answer"}]},
    ]


def test_embeddings_tell_how_many_and_how_long_but_no_vectors(client, read_runs):
    client.embeddings.create(model="text-embedding-3-small", input=["one", "three"])

    call = found(read_runs()[0], "text-embedding-3-small")
    assert call["kind"] == "embedding"
    assert call["inputs"]["input"] == ["one", "three"]
    assert call["outputs"] == {"count": 2, "dimensions": 3}
    assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == (8, None)
    assert call["usage"]["cost_usd"] == pytest.approx(8 * 0.02 / 1e6)


def test_structured_outputs_are_handed_over_and_recorded(client, provider, read_runs):
    class Mood(BaseModel):
        mood: str

    provider.script(say('{"mood":"fine"}'))

    parsed = client.chat.completions.parse(model="gpt-5.2", messages=HELLO, response_format=Mood)

    assert parsed.choices[0].message.parsed == Mood(mood="fine")
    call = found(read_runs()[0], "gpt-5.2")
    assert call["outputs"]["messages"][0]["parts"] == [text('{"mood":"fine"}')]
    assert call["inputs"]["params"]["response_format"]["type"] == "json_schema"


async def test_async_calls_are_recorded_alike_and_each_in_its_own_request(aclient, provider, read_runs):
    provider.script("fine", "fine")

    @entrypoint
    async def agent():
        return (await aclient.chat.completions.create(model="gpt-5.2", messages=HELLO)).choices[0].message.content

    assert await asyncio.gather(agent(), agent()) == ["fine", "fine"]

    assert [outline(run) for run in read_runs()] == ["request agent\n  llm gpt-5.2"] * 2


def test_azures_client_is_told_apart(runtime, provider, read_runs):
    provider.script("fine")

    with openai.AzureOpenAI(azure_endpoint=provider.azure_url, api_key="none", api_version="2024-10-21") as client:
        client.chat.completions.create(model="our-deployment", messages=HELLO)

    call = found(read_runs()[0], "our-deployment")
    assert (call["provider"], call["usage"]["cost_usd"]) == ("azure", None)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_what_the_provider_refuses_is_an_error_and_passes_through(client, provider, read_runs, status):
    provider.script(fail(status, "no, thank you"))

    with pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(model="gpt-5.2", messages=HELLO)

    assert caught.value.status_code == status
    call = found(read_runs()[0], "gpt-5.2")
    assert (call["status"], call["outputs"], call["usage"]) == ("error", None, None)
    assert "no, thank you" in call["error"]["message"]


def test_retries_of_the_client_are_one_call(client, provider, read_runs):
    provider.script(fail(429), "fine")

    client.with_options(max_retries=1).chat.completions.create(model="gpt-5.2", messages=HELLO)

    assert outline(read_runs()[0]) == "request gpt-5.2\n  llm gpt-5.2"
    assert len(provider.requests) == 2


async def test_a_cancelled_call_is_cancelled(aclient, provider, read_runs):
    provider.script(hold())
    calling = asyncio.ensure_future(aclient.chat.completions.create(model="gpt-5.2", messages=HELLO))
    await asyncio.to_thread(provider.stalled.wait, 30)

    calling.cancel()
    await asyncio.wait([calling])

    assert calling.cancelled()
    assert found(read_runs()[0], "gpt-5.2")["status"] == "cancelled"


def test_requests_that_call_no_model_are_not_recorded(client, provider, read_runs):
    with pytest.raises(openai.NotFoundError):
        client.models.list()
    with pytest.raises(openai.NotFoundError):
        client.moderations.create(input="fine?")

    assert read_runs() == []


def test_a_growing_conversation_is_written_once(client, provider, read_runs, home):
    provider.script(*["fine"] * 12)
    long_ago = [{"role": "user", "content": f"{number} " + "x" * 2_000} for number in range(10)]

    for turn in range(10):
        client.chat.completions.create(model="gpt-5.2", messages=[*long_ago, {"role": "user", "content": str(turn)}])

    calls = [found(run, "gpt-5.2") for run in read_runs()]
    assert [len(call["inputs"]["messages"]) for call in calls] == [11] * 10
    assert calls[9]["inputs"]["messages"][0]["parts"][0]["content"].startswith("0 xxx")
    written = b"".join(path.read_bytes() for path in home.rglob("*.seg")).rstrip(b"\0")
    assert written.count(b"x" * 2_000) == 10
