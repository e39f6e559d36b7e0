"""AutoGen: the turns of single agents, with the models and tools they use."""

import asyncio
import gc

import pytest

pytest.importorskip("autogen_agentchat")

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response, TaskResult
from autogen_agentchat.messages import TextMessage
from autogen_core import CancellationToken
from support.autogen_agents import LLM, agent, calls, look_up, says
from support.outlines import found, outline, tree

from gradient.runtime.context import running_scope
from gradient.sdk import entrypoint, step

TOOL_RUN = tree(
    f"""
    request ask
      agent solo
        llm {LLM}
        tool look_up
        llm {LLM}
    """
)


def librarian(**options):
    return agent(
        "solo",
        calls("look_up", '{"word": "a"}'),
        says("It is A."),
        tools=[look_up],
        reflect_on_tool_use=True,
        **options,
    )


async def run(solo):
    return (await solo.run(task="What is a?")).messages[-1].content


async def run_stream(solo):
    return [item async for item in solo.run_stream(task="What is a?")][-1].messages[-1].content


async def on_messages(solo):
    message = TextMessage(content="What is a?", source="user")
    return (await solo.on_messages([message], CancellationToken())).chat_message.content


async def on_messages_stream(solo):
    message = TextMessage(content="What is a?", source="user")
    items = [item async for item in solo.on_messages_stream([message], CancellationToken())]
    return items[-1].chat_message.content


@pytest.mark.parametrize("way", [run, run_stream, on_messages, on_messages_stream])
@pytest.mark.parametrize("streams", [False, True])
async def test_a_turn_is_one_agent_whichever_method_began_it(runtime, read_runs, way, streams):
    @entrypoint
    async def ask():
        return await way(librarian(model_client_stream=streams))

    assert await ask() == "It is A."

    assert outline(read_runs()[0]) == TOOL_RUN


async def test_an_agent_tells_its_task_and_its_messages(runtime, read_runs):
    await librarian().run(task="What is a?")

    solo = found(read_runs()[0], "solo")
    assert solo["inputs"] == {"task": "What is a?"}
    assert solo["metadata"] == {"type": "AssistantAgent"}
    asked, wanted, got, answered = solo["outputs"]["messages"]
    assert (asked["role"], asked["name"], asked["parts"]) == (
        "user",
        "user",
        [{"type": "text", "content": "What is a?"}],
    )
    call = {"type": "tool_call", "id": "call_1", "name": "look_up", "arguments": {"word": "a"}}
    assert (wanted["type"], wanted["parts"]) == ("ToolCallRequestEvent", [call])
    result = {"type": "tool_call_response", "id": "call_1", "response": "A"}
    assert (got["role"], got["parts"]) == ("tool", [result])
    assert (answered["name"], answered["parts"]) == ("solo", [{"type": "text", "content": "It is A."}])


async def test_a_tool_tells_its_arguments_and_result(runtime, read_runs):
    await librarian().run(task="What is a?")

    tool = found(read_runs()[0], "look_up")
    assert (tool["inputs"], tool["outputs"]) == ({"word": "a"}, "A")
    assert tool["metadata"] in ({"tool_call_id": "call_1"}, {})  # AutoGen tells the id from 0.6 on


async def test_a_tool_that_fails_is_an_error_and_the_agent_that_copes_is_none(runtime, read_runs):
    solo = agent(
        "solo", calls("look_up", '{"word": "none"}'), says("I do not know."), tools=[look_up], reflect_on_tool_use=True
    )

    assert await run(solo) == "I do not know."

    run_ = read_runs()[0]
    tool = found(run_, "look_up")
    assert (tool["status"], tool["error"]["message"]) == ("error", "no such word")
    assert tool["error"]["type"] == "ValueError"
    assert found(run_, "solo")["status"] == run_["status"] == "completed"


async def test_an_agent_whose_model_fails_ends_with_the_very_error(runtime, read_runs):
    with pytest.raises(ValueError, match="No more mock responses"):
        await run(agent("solo"))

    solo, model = read_runs()[0]["executions"]
    assert (solo["status"], model["status"]) == ("error", "error")
    assert solo["error"]["type"] == model["error"]["type"] == "ValueError"


async def test_a_run_leaves_nothing_current_although_it_leaves_its_generator_unfinished(runtime, read_runs):
    @entrypoint
    async def ask():
        request = running_scope()
        await run(librarian())
        after_run = running_scope() is request
        gc.collect()
        await asyncio.sleep(0)
        with step("after"):
            pass
        return after_run and running_scope() is request

    assert await ask()

    assert outline(read_runs()[0]) == TOOL_RUN + "\n  step after"


async def test_a_stream_that_is_left_after_the_response_completed(runtime, read_runs):
    @entrypoint
    async def ask():
        async for item in librarian().on_messages_stream([], CancellationToken()):
            if isinstance(item, Response):
                break

    await ask()

    assert outline(read_runs()[0]) == TOOL_RUN


async def test_a_stream_that_is_closed_early_is_abandoned(runtime, read_runs):
    @entrypoint
    async def ask():
        stream = librarian().run_stream(task="What is a?")
        await stream.__anext__()
        await stream.aclose()

    await ask()

    assert outline(read_runs()[0]) == tree(
        """
        request ask
          agent solo [abandoned]
        """
    )


class Sleeper(BaseChatAgent):
    """Waits for ever, and says when it has begun."""

    def __init__(self, begun):
        super().__init__("sleeper", "waits")
        self.begun = begun

    @property
    def produced_message_types(self):
        return (TextMessage,)

    async def on_messages(self, messages, cancellation_token):
        self.begun.set()
        waiting = asyncio.ensure_future(asyncio.Event().wait())
        cancellation_token.link_future(waiting)
        await waiting

    async def on_reset(self, cancellation_token):
        pass


@pytest.mark.parametrize("by", ["task", "token"])
async def test_a_cancelled_agent_is_cancelled(runtime, read_runs, by):
    begun, token = asyncio.Event(), CancellationToken()
    running = asyncio.ensure_future(Sleeper(begun).run(task="wait", cancellation_token=token))
    await begun.wait()

    running.cancel() if by == "task" else token.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert found(read_runs()[0], "sleeper")["status"] == "cancelled"


class Polite(Sleeper):
    """Overrides what its parent overrides, and calls that."""

    async def on_messages(self, messages, cancellation_token):
        token = CancellationToken()
        token.cancel()
        try:
            await super().on_messages(messages, token)
        except asyncio.CancelledError:
            return Response(chat_message=TextMessage(content="Thank you.", source=self.name))


async def test_an_agent_that_calls_what_it_overrides_is_one(runtime, read_runs):
    result = await Polite(asyncio.Event()).run(task="wait")

    assert isinstance(result, TaskResult)
    assert outline(read_runs()[0]).split("\n")[1:] == ["  agent sleeper"]
