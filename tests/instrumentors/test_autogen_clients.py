"""AutoGen: clients of real providers, on loopback; a call that framework and client both tell of is one."""

import asyncio

import pytest

pytest.importorskip("autogen_agentchat")
pytest.importorskip("openai")
pytest.importorskip("tiktoken")

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient
from support.autogen_agents import MODEL_INFO, look_up
from support.outlines import found, outline
from support.providers import ProviderServer, Tokens, call_tool, fail, hold, say

QUESTION = [UserMessage(content="What is a?", source="user")]


@pytest.fixture
def provider():
    with ProviderServer() as provider:
        yield provider


@pytest.fixture
async def client(provider):
    client = OpenAIChatCompletionClient(
        model="house-1", base_url=provider.openai_url, api_key="none", max_retries=0, model_info=MODEL_INFO
    )
    yield client
    await client.close()


async def test_a_turn_on_a_real_client_is_a_tree_of_single_calls(runtime, read_runs, provider, client):
    provider.script(call_tool("look_up", word="a"), say("It is A.", tokens=Tokens(9, 2, cached=4)))
    solo = AssistantAgent("solo", client, tools=[look_up], reflect_on_tool_use=True)

    assert (await solo.run(task="What is a?")).messages[-1].content == "It is A."

    run = read_runs()[0]
    assert outline(run).split("\n")[1:] == ["  agent solo", "    llm house-1", "    tool look_up", "    llm house-1"]
    llm = run["executions"][-1]
    assert (llm["framework"], llm["provider"]) == ("autogen", "openai")
    assert llm["model"] == "house-1"
    assert (llm["usage"]["input_tokens"], llm["usage"]["cache_read_tokens"]) == (9, 4)


async def test_a_stream_of_a_real_client_is_one_call_with_a_first_token(runtime, read_runs, provider, client):
    provider.script(say("It is A."))

    items = [item async for item in client.create_stream(QUESTION)]

    assert items[-1].content == "It is A."
    (llm,) = read_runs()[0]["executions"]
    assert llm["time_to_first_token_ms"] is not None
    assert llm["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "It is A."}]


async def test_an_error_of_the_provider_is_the_calls(runtime, read_runs, provider, client):
    provider.script(fail(429))

    with pytest.raises(Exception, match="429"):
        await client.create(QUESTION)

    llm = found(read_runs()[0], "house-1")
    assert (llm["status"], llm["error"]["type"].rpartition(".")[2]) == ("error", "RateLimitError")


async def test_a_call_that_is_cancelled_while_the_provider_thinks_is_cancelled(runtime, read_runs, provider, client):
    provider.script(hold())
    running = asyncio.ensure_future(client.create(QUESTION))
    await asyncio.to_thread(provider.stalled.wait, 30)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert found(read_runs()[0], "house-1")["status"] == "cancelled"
