"""The AutoGen instrumentor passes the contract suite."""

from typing import ClassVar

import pytest
from support.contracts import TurnContract

pytest.importorskip("autogen_agentchat")

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import TextMessage
from autogen_agentchat.teams import BaseGroupChat
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient
from autogen_core.tools import BaseTool
from autogen_ext.models.replay import ReplayChatCompletionClient

from gradient.instrumentors.autogen.instrumentor import AutoGenInstrumentor
from gradient.testing.contract import BODY


class Worker(BaseChatAgent):
    """Runs a piece of user code as its turn."""

    def __init__(self, body, name="solo"):
        super().__init__(name, "works")
        self.body = body

    @property
    def produced_message_types(self):
        return (TextMessage,)

    async def on_messages(self, messages, cancellation_token):
        return Response(chat_message=await self.body())

    async def on_messages_stream(self, messages, cancellation_token):
        async for item in self.body():
            yield item

    async def on_reset(self, cancellation_token):
        pass


class TestAutoGenInstrumentor(TurnContract):
    shape: ClassVar = [("agent", "solo", [BODY])]
    nested_shape: ClassVar = [("agent", "outer", [("agent", "solo", [BODY])])]

    def instrumentor(self):
        return AutoGenInstrumentor()

    def owners(self):
        return [BaseChatAgent, Worker, BaseGroupChat, BaseTool, ChatCompletionClient, ReplayChatCompletionClient]

    async def turn(self, body, name="solo"):
        return (await Worker(body, name).on_messages([], CancellationToken())).chat_message

    def astream(self, body):
        return Worker(body).on_messages_stream([], CancellationToken())
