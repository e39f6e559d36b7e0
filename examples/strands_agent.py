"""A Strands agent with a tool, traced through its OpenTelemetry spans. Offline: its model answers from a script."""

from collections.abc import AsyncIterator
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from strands import Agent, tool
from strands.models import Model

from gradient.sdk import entrypoint

trace.set_tracer_provider(TracerProvider())  # without one, there are no spans

CALL = {"start": {"toolUse": {"name": "find_trains", "toolUseId": "call_1"}}}
USAGE = {"inputTokens": 80, "outputTokens": 6, "totalTokens": 86}
SCRIPT: list[Any] = [
    [
        {"contentBlockStart": CALL},
        {"contentBlockDelta": {"delta": {"toolUse": {"input": '{"start": "Vienna"}'}}}},
        {"contentBlockStop": {}},
        {"messageStop": {"stopReason": "tool_use"}},
    ],
    [
        {"contentBlockDelta": {"delta": {"text": "Take the train to Ljubljana."}}},
        {"contentBlockStop": {}},
        {"messageStop": {"stopReason": "end_turn"}},
    ],
]


class ScriptedModel(Model):
    """Gives the next answer of its script at each call."""

    def __init__(self, answers: list[Any]) -> None:
        self._answers = list(answers)

    async def stream(self, *args: Any, **options: Any) -> AsyncIterator[Any]:
        yield {"messageStart": {"role": "assistant"}}
        for event in self._answers.pop(0):
            yield event
        yield {"metadata": {"usage": USAGE, "metrics": {"latencyMs": 0}}}

    def get_config(self) -> Any:
        return {"model_id": "scripted-1"}

    @property
    def config(self) -> Any:
        return self.get_config()

    def update_config(self, **changes: Any) -> None: ...

    def structured_output(self, *args: Any, **options: Any) -> Any:
        raise NotImplementedError


@tool
def find_trains(start: str) -> str:
    """Find trains."""
    return f"{start} to Ljubljana, 6 h; {start} to Salzburg, 2.5 h"


@entrypoint(tags=["example"])
def travel(question: str) -> str:
    agent = Agent(name="planner", model=ScriptedModel(SCRIPT), tools=[find_trains], callback_handler=None)
    return str(agent(question)).strip()


if __name__ == "__main__":
    print(travel("Where can I go from Vienna by train?"))
