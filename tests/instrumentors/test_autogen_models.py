"""AutoGen: model clients, whoever defines them, and whatever becomes of their calls."""

import asyncio

import pytest

pytest.importorskip("autogen_agentchat")

from autogen_core.models import AssistantMessage, CreateResult, RequestUsage, SystemMessage, UserMessage
from autogen_ext.models.cache import ChatCompletionCache
from autogen_ext.models.replay import ReplayChatCompletionClient
from support.autogen_agents import LLM, MODEL_INFO, calls, model, says
from support.outlines import found, outline

from gradient.sdk import entrypoint

QUESTION = [SystemMessage(content="Be brief."), UserMessage(content="What is a?", source="user")]


async def create(client, **options):
    return (await client.create(QUESTION, **options)).content


async def create_stream(client, **options):
    return [item async for item in client.create_stream(QUESTION, **options)][-1].content


@pytest.mark.parametrize("way", [create, create_stream])
async def test_a_call_tells_its_messages_tokens_and_answer(runtime, read_runs, way):
    await way(model(says("A letter.", thought="hm")), extra_create_args={"temperature": 0.5})

    llm = found(read_runs()[0], LLM)
    assert llm["inputs"]["messages"] == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "What is a?"}], "name": "user"},
    ]
    assert llm["inputs"]["params"] == {"temperature": 0.5}
    parts = [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "A letter."}]
    assert llm["outputs"] == {
        "messages": [{"role": "assistant", "parts": parts, "response_metadata": {"finish_reason": "stop"}}]
    }
    assert (llm["usage"]["input_tokens"], llm["usage"]["output_tokens"]) == (9, 2)
    assert llm["cached"] is False


async def test_a_streamed_answer_tells_when_its_first_token_came(runtime, read_runs):
    await create_stream(model("one two"))
    await create(model("one two"))

    streamed, whole = (found(run, LLM) for run in read_runs())
    assert 0 <= streamed["time_to_first_token_ms"] <= streamed["duration_ms"]
    assert whole["time_to_first_token_ms"] is None


async def test_a_stream_that_is_closed_early_keeps_what_had_come(runtime, read_runs):
    stream = model("one two three").create_stream(QUESTION)
    assert [await stream.__anext__(), await stream.__anext__()] == ["one ", "two "]
    await stream.aclose()

    llm = found(read_runs()[0], LLM)
    assert llm["status"] == "abandoned"
    assert llm["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "one two "}]


async def test_a_stream_that_is_never_closed_is_over_with_its_result(runtime, read_runs):
    stream = model("one").create_stream(QUESTION)
    async for item in stream:
        if isinstance(item, CreateResult):
            break

    assert found(read_runs()[0], LLM)["status"] == "completed"
    await stream.aclose()
    assert found(read_runs()[0], LLM)["status"] == "completed"


async def test_a_call_of_a_tool_is_told_with_its_arguments(runtime, read_runs):
    await create(model(calls("look_up", '{"word": "a"}'), calls("look_up", "{no json")))

    (message,) = found(read_runs()[0], LLM)["outputs"]["messages"]
    assert message["parts"] == [{"type": "tool_call", "id": "call_1", "name": "look_up", "arguments": {"word": "a"}}]
    assert message["response_metadata"] == {"finish_reason": "function_calls"}


async def test_tokens_that_nobody_counted_are_unknown(runtime, read_runs):
    uncounted = says("one")
    uncounted.usage = RequestUsage(0, 0)

    await create(model(uncounted))

    assert found(read_runs()[0], LLM)["usage"] is None


@pytest.mark.parametrize("way", [create, create_stream])
async def test_a_cache_and_the_client_behind_it_are_one_call(runtime, read_runs, way):
    cache = ChatCompletionCache(model(says("one"), says("two")))

    @entrypoint
    async def ask():
        return [await way(cache), await way(cache)]

    assert await ask() == ["one", "one"]
    assert outline(read_runs()[0]).split("\n")[1:] == [f"  llm {LLM}", f"  llm {LLM} [cached]"]


async def test_a_client_that_is_defined_while_we_listen_is_recorded(runtime, read_runs):
    class Loud(ReplayChatCompletionClient):
        async def create(self, *args, **options):
            result = await super().create(*args, **options)
            return result.model_copy(update={"content": result.content.upper()})

    assert await create(Loud(["one"], model_info=MODEL_INFO)) == "ONE"

    (llm,) = read_runs()[0]["executions"]
    assert (llm["name"], llm["status"]) == ("Loud", "completed")
    assert llm["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "ONE"}]


async def test_a_call_that_is_cancelled_is_cancelled(runtime, read_runs):
    class Slow(ReplayChatCompletionClient):
        async def create(self, *args, **options):
            begun.set()
            await asyncio.Event().wait()

    begun = asyncio.Event()
    running = asyncio.ensure_future(create(Slow([], model_info=MODEL_INFO)))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert found(read_runs()[0], "Slow")["status"] == "cancelled"


async def test_a_growing_conversation_is_written_once(runtime, read_runs, home):
    client, conversation = model(*["yes"] * 20), list(QUESTION)
    long = "a long question " * 200

    @entrypoint
    async def ask():
        for turn in range(20):
            conversation.append(UserMessage(content=f"{turn} {long}", source="user"))
            conversation.append(AssistantMessage(content=(await client.create(conversation)).content, source="solo"))

    await ask()

    written = sum(file.read_bytes().count(b"a long question") for file in home.rglob("*.seg"))
    assert 20 * 200 <= written <= 22 * 200  # while it is short it is written as it stands
    assert len(read_runs()[0]["executions"][-1]["inputs"]["messages"]) == 2 + 2 * 20 - 1
