"""ADK agents for tests: offline, with a model that answers from a script."""

import pytest

adk = pytest.importorskip("google.adk")

from google.adk.agents import LlmAgent  # noqa: E402 - needs the package
from google.adk.agents.run_config import RunConfig, StreamingMode  # noqa: E402
from google.adk.models import BaseLlm, LlmResponse  # noqa: E402
from google.adk.runners import InMemoryRunner  # noqa: E402
from google.genai import types  # noqa: E402

from gradient.sdk import step  # noqa: E402

MODEL = "scripted-1"
APP = "study"
STREAMED = {"run_config": RunConfig(streaming_mode=StreamingMode.SSE)}
USAGE = types.GenerateContentResponseUsageMetadata(
    prompt_token_count=100, candidates_token_count=20, cached_content_token_count=40, thoughts_token_count=5
)


class ScriptedModel(BaseLlm):
    """Gives the next answer of its script; an exception is raised, and a coroutine function's is awaited."""

    answers: list

    async def generate_content_async(self, llm_request, stream=False):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        answer = await answer() if callable(answer) else answer
        for word in answer.split() if stream and isinstance(answer, str) else ():
            yield LlmResponse(content=types.ModelContent(f"{word} "), partial=True)
        if isinstance(answer, LlmResponse):
            yield answer
        else:
            yield LlmResponse(content=types.ModelContent(answer), usage_metadata=USAGE, finish_reason="STOP")


def look_up(word: str) -> str:
    """Look a word up."""
    with step("inside"):
        return f"{word} is a letter"


def break_down(word: str) -> str:
    """Break down."""
    raise LookupError(word)


def calls(name, **arguments):
    """Return an answer that wants a tool to be called."""
    return types.Part.from_function_call(name=name, args=arguments or {"word": "a"})


def agent(name, *answers, **options):
    """Return an agent with a script."""
    return LlmAgent(name=name, model=ScriptedModel(model=MODEL, answers=list(answers)), **options)


async def opened(root):
    """Return the events of a run, not yet begun."""
    runner = InMemoryRunner(root, app_name=APP)
    await runner.session_service.create_session(app_name=APP, user_id="ann", session_id="chat-1")
    question = types.UserContent("What is a?")
    return lambda **options: runner.run_async(user_id="ann", session_id="chat-1", new_message=question, **options)


async def ask(root, **options):
    """Run an agent to its end; return the events."""
    return [event async for event in (await opened(root))(**options)]
