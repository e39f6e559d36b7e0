"""AutoGen: agents of one's own, made of its core, and what they do."""

import asyncio
from dataclasses import dataclass

import pytest

pytest.importorskip("autogen_agentchat")

from autogen_core import (
    AgentId,
    DefaultTopicId,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TypeSubscription,
    message_handler,
)
from autogen_core.models import UserMessage
from support.autogen_agents import LLM, model, says
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint, step


@dataclass
class Question:
    text: str


@dataclass
class Answer:
    text: str


class Expert(RoutedAgent):
    def __init__(self):
        super().__init__("answers")
        self.model = model(says("A letter."))

    @message_handler
    async def answer(self, message: Question, ctx) -> Answer:
        if message.text == "none":
            raise LookupError("no such letter")
        result = await self.model.create([UserMessage(content=message.text, source="user")])
        return Answer(result.content)


class Asker(RoutedAgent):
    @message_handler
    async def ask(self, message: Question, ctx) -> Answer:
        return await self.send_message(message, AgentId("expert", "default"))


@entrypoint
async def ask(text):
    runtime = SingleThreadedAgentRuntime()
    await Expert.register(runtime, "expert", Expert)
    await Asker.register(runtime, "asker", lambda: Asker("asks"))
    runtime.start()
    try:
        return (await runtime.send_message(Question(text), AgentId("asker", "default"))).text
    finally:
        await runtime.stop()


async def test_a_message_to_an_agent_is_a_turn_of_it(runtime, read_runs):
    assert await ask("a?") == "A letter."

    run = read_runs()[0]
    assert found(run, "expert")["inputs"]["fields"] == {"text": "a?"}
    assert found(run, "expert")["outputs"]["fields"] == {"text": "A letter."}
    assert found(run, "expert")["metadata"] == {"type": "Expert"}
    assert outline(run) == tree(
        f"""
        request ask
          agent asker
            agent expert
              llm {LLM}
        """
    )


async def test_an_agent_that_fails_is_an_error_and_so_is_the_one_that_asked_it(runtime, read_runs):
    with pytest.raises(LookupError, match="no such letter"):
        await ask("none")

    statuses = {each["name"]: (each["status"], each["error"]["type"]) for each in read_runs()[0]["executions"]}
    assert statuses == {"asker": ("error", "LookupError"), "expert": ("error", "LookupError")}


async def test_requests_that_share_a_runtime_keep_their_messages_apart(runtime, read_runs):
    shared = SingleThreadedAgentRuntime()
    await Expert.register(shared, "expert", Expert)
    await Asker.register(shared, "asker", lambda: Asker("asks"))
    shared.start()  # outside of any request

    @entrypoint
    async def ask_both(number):
        asked = (shared.send_message(Question("none"), AgentId("asker", f"{number}{key}")) for key in "ab")
        return len(await asyncio.gather(*asked, return_exceptions=True))

    assert await asyncio.gather(*map(ask_both, range(3))) == [2, 2, 2]
    await shared.stop()

    expected = ["request ask_both", *["  agent asker [error]", "    agent expert [error]"] * 2]
    assert [outline(run).split("\n") for run in read_runs()] == [expected] * 3


async def test_a_message_that_is_published_belongs_to_what_published_it(runtime, read_runs):
    heard = []

    class Listener(RoutedAgent):
        @message_handler
        async def hear(self, message: Question, ctx) -> None:
            heard.append(message.text)

    @entrypoint
    async def tell():
        with step("announce"):
            await shared.publish_message(Question("a?"), DefaultTopicId())
        await shared.stop_when_idle()

    shared = SingleThreadedAgentRuntime()
    await Listener.register(shared, "listener", lambda: Listener("hears"))
    await shared.add_subscription(TypeSubscription("default", "listener"))
    shared.start()
    await tell()

    assert heard == ["a?"]
    assert outline(read_runs()[0]).split("\n") == ["request tell", "  step announce", "    agent listener"]
