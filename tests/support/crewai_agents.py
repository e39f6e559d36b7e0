"""Crews for tests: offline, quiet, and with a model that answers from a script."""

import asyncio
import atexit
import os
import tempfile
from typing import Any

import pytest

_FOLDER = tempfile.TemporaryDirectory(prefix="crewai-")
atexit.register(_FOLDER.cleanup)
os.environ |= {
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_VERSION_CHECK": "true",
    "CREWAI_STORAGE_DIR": _FOLDER.name,
    "CREWAI_TRACING_ENABLED": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "OTEL_SDK_DISABLED": "true",
}

crewai = pytest.importorskip("crewai")

from crewai import Agent, BaseLLM, Crew, Task  # noqa: E402 - needs the package
from crewai.tools import tool  # noqa: E402

from gradient.sdk import step  # noqa: E402

MODEL = "scripted-1"


class ScriptedModel(BaseLLM):
    """Gives the next answer of its script; an exception is raised, and a function's result is given."""

    answers: Any = None
    calls_tools: bool = True

    def __init__(self, *, answers=(), calls_tools=True, **options):
        super().__init__(**options)  # no pydantic model before 1.13
        self.answers = list(answers)
        self.calls_tools = calls_tools

    def call(self, messages, *args, **options):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer

    async def acall(self, messages, *args, **options):
        answer = await asyncio.to_thread(self.call, messages)
        return await answer if hasattr(answer, "__await__") else answer

    def supports_function_calling(self):
        return self.calls_tools


@tool("look up")
def look_up(word: str) -> str:
    """Look a word up."""
    with step("inside"):
        return f"{word} is a letter"


@tool("break")
def break_down(word: str) -> str:
    """Break down."""
    raise LookupError(f"no {word}")


def model(*answers, **options):
    """Return a scripted model."""
    return ScriptedModel(model=MODEL, answers=list(answers), **options)


def calls(name, arguments='{"word": "a"}', call_id="call_1"):
    """Return an answer that wants a tool to be called."""
    return [{"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}]


def agent(role, *answers, tools=(), llm=None, **options):
    """Return an agent with a script."""
    return Agent(role=role, goal="Help.", backstory="Old.", llm=llm or model(*answers), tools=list(tools), **options)


def task(who, name=None, **options):
    """Return a task for an agent."""
    return Task(name=name, description="Say what a is.", expected_output="A sentence.", agent=who, **options)


def crew(*tasks, **options):
    """Return a crew for tasks."""
    return Crew(name="study", agents=[each.agent for each in tasks], tasks=list(tasks), **options)
