"""A Google ADK agent with a tool, traced by one decorator. Offline: its model answers from a script."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types

from gradient.sdk import entrypoint

USAGE = types.GenerateContentResponseUsageMetadata(prompt_token_count=80, candidates_token_count=6)
CALL = types.Part.from_function_call(name="find_trains", args={"start": "Vienna"})


class ScriptedModel(BaseLlm):
    """Gives the next answer of its script at each call."""

    answers: list[Any]

    async def generate_content_async(self, llm_request: Any, stream: bool = False) -> AsyncGenerator[LlmResponse, None]:
        yield LlmResponse(content=types.ModelContent(self.answers.pop(0)), usage_metadata=USAGE)


def find_trains(start: str) -> str:
    """Find trains."""
    return f"{start} to Ljubljana, 6 h; {start} to Salzburg, 2.5 h"


@entrypoint(tags=["example"])
async def travel(question: str) -> str:
    model = ScriptedModel(model="scripted-1", answers=[CALL, "Take the train to Ljubljana."])
    runner = InMemoryRunner(LlmAgent(name="planner", model=model, tools=[find_trains]), app_name="travel")
    session = await runner.session_service.create_session(app_name="travel", user_id="ann")
    answer = ""
    message = types.UserContent(question)
    async for event in runner.run_async(user_id="ann", session_id=session.id, new_message=message):
        if event.is_final_response() and event.content:
            answer = "".join(part.text or "" for part in event.content.parts or ())
    return answer


if __name__ == "__main__":
    print(asyncio.run(travel("Where can I go from Vienna by train?")))
