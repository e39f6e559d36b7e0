"""An agent of Microsoft's Agent Framework with a tool, traced through its spans. Offline: its model has a script."""

import asyncio
from typing import Any

from agent_framework import (
    Agent,
    BaseChatClient,
    ChatResponse,
    Content,
    FunctionInvocationLayer,
    Message,
    UsageDetails,
    tool,
)
from agent_framework.observability import ChatTelemetryLayer, enable_sensitive_telemetry
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from gradient.sdk import entrypoint

trace.set_tracer_provider(TracerProvider())  # without one, there are no spans
enable_sensitive_telemetry()  # without it, they say nothing of what was asked and answered

CALL = Content.from_function_call("call_1", "find_trains", arguments='{"start": "Vienna"}')
USAGE = UsageDetails(input_token_count=80, output_token_count=6)


class ScriptedClient(FunctionInvocationLayer, ChatTelemetryLayer, BaseChatClient):
    """Gives the next answer of its script at each call."""

    model = "scripted-1"

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self._answers = list(answers)

    async def _inner_get_response(self, **asked: Any) -> ChatResponse:
        message = Message(role="assistant", contents=[self._answers.pop(0)])
        return ChatResponse(messages=[message], model=self.model, usage_details=USAGE)


@tool(approval_mode="never_require")
def find_trains(start: str) -> str:
    """Find trains."""
    return f"{start} to Ljubljana, 6 h; {start} to Salzburg, 2.5 h"


@entrypoint(tags=["example"])
async def travel(question: str) -> str:
    client = ScriptedClient(CALL, "Take the train to Ljubljana.")
    return (await Agent(name="planner", client=client, tools=[find_trains]).run(question)).text


if __name__ == "__main__":
    print(asyncio.run(travel("Where can I go from Vienna by train?")))
