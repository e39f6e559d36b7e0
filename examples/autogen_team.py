"""An AutoGen team, traced by one decorator. Offline: its models answer from a script.

planner     asks a tool for trains, then hands over
writer      streams the answer
"""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import TextMentionTermination
from autogen_agentchat.teams import Swarm
from autogen_core import FunctionCall
from autogen_core.models import CreateResult, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient

from gradient.sdk import entrypoint

MODEL_INFO = {
    "vision": False,
    "function_calling": True,
    "json_output": False,
    "structured_output": False,
    "family": "unknown",
}


async def find_trains(start: str) -> str:
    """Find cities that can be reached by a direct train."""
    return f"{start} to Ljubljana, 6 h; {start} to Salzburg, 2.5 h"


def calls(name: str, arguments: str = "{}") -> CreateResult:
    call = FunctionCall(id=f"call_{name}", name=name, arguments=arguments)
    return CreateResult(finish_reason="function_calls", content=[call], usage=RequestUsage(80, 12), cached=False)


def model(*answers: str | CreateResult) -> ReplayChatCompletionClient:
    client = ReplayChatCompletionClient(list(answers), model_info=MODEL_INFO)
    client.set_cached_bool_value(False)
    return client


def team() -> Swarm:
    planner = AssistantAgent(
        "planner",
        model(calls("find_trains", '{"start": "Vienna"}'), calls("transfer_to_writer")),
        tools=[find_trains],
        handoffs=["writer"],
    )
    writer = AssistantAgent("writer", model("Take the train to Ljubljana. TERMINATE"), model_client_stream=True)
    return Swarm([planner, writer], termination_condition=TextMentionTermination("TERMINATE"))


@entrypoint(tags=["example"])
async def travel(question: str) -> str:
    result = await team().run(task=question)
    return result.messages[-1].content.removesuffix(" TERMINATE")


if __name__ == "__main__":
    print(asyncio.run(travel("Where can I go from Vienna by train?")))
