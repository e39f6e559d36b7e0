"""A CrewAI crew of two agents, one with a tool, traced by one decorator. Offline: its model answers from a script."""

import os
from typing import Any

os.environ.setdefault("CREWAI_DISABLE_TELEMETRY", "true")
os.environ.setdefault("CREWAI_DISABLE_VERSION_CHECK", "true")
os.environ.setdefault("CREWAI_TESTING", "true")  # else releases before 1.15 ask once whether to send traces

from crewai import Agent, BaseLLM, Crew, Task
from crewai.tools import tool

from gradient.sdk import entrypoint

CALL = {"name": "find_trains", "arguments": '{"start": "Vienna"}'}


class ScriptedModel(BaseLLM):
    """Gives the next answer of its script at each call."""

    answers: Any = None

    def __init__(self, *answers: Any) -> None:
        super().__init__(model="scripted-1")
        self.answers = list(answers)

    def call(self, messages: Any, *args: Any, **options: Any) -> Any:
        return self.answers.pop(0)

    def supports_function_calling(self) -> bool:
        return True


@tool("find_trains")
def find_trains(start: str) -> str:
    """Find trains."""
    return f"{start} to Ljubljana, 6 h; {start} to Salzburg, 2.5 h"


def crew() -> Crew:
    answers = [[{"id": "call_1", "type": "function", "function": CALL}], "Ljubljana or Salzburg."]
    finder_model = ScriptedModel(*answers)
    guide_model = ScriptedModel("Take the train to Ljubljana.")
    finder = Agent(role="Finder", goal="Find trains.", backstory="Knows.", llm=finder_model, tools=[find_trains])
    guide = Agent(role="Guide", goal="Recommend one.", backstory="Travels.", llm=guide_model)
    tasks = [
        Task(name="find", description="Find trains from {start}.", expected_output="Trains.", agent=finder),
        Task(name="choose", description="Choose one of them.", expected_output="A sentence.", agent=guide),
    ]
    return Crew(name="travellers", agents=[finder, guide], tasks=tasks)


@entrypoint(tags=["example"])
def travel(start: str) -> str:
    return str(crew().kickoff(inputs={"start": start}).raw)


if __name__ == "__main__":
    print(travel("Vienna"))
