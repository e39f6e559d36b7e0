"""Small AutoGen agents on scripted models."""

from autogen_agentchat.agents import AssistantAgent
from autogen_core import FunctionCall
from autogen_core.models import CreateResult, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient

MODEL_INFO = {
    "vision": False,
    "function_calling": True,
    "json_output": False,
    "family": "unknown",
    "structured_output": False,
}
LLM = "ReplayChatCompletionClient"


def says(text, thought=None):
    """Return the answer of a model that has nothing more to do."""
    return CreateResult(
        finish_reason="stop", content=text, usage=RequestUsage(9, 2), cached=False, thought=thought, logprobs=None
    )


def calls(name, arguments="{}", call_id="call_1"):
    """Return the answer of a model that wants a tool to be called."""
    call = FunctionCall(id=call_id, name=name, arguments=arguments)
    return CreateResult(finish_reason="function_calls", content=[call], usage=RequestUsage(9, 2), cached=False)


def model(*script):
    """Return a model that gives the next answer of its script at each call; a text is streamed word by word."""
    return ReplayChatCompletionClient(list(script), model_info=MODEL_INFO)


def agent(name, *script, **options):
    """Return an assistant with a scripted model."""
    return AssistantAgent(name, model(*script), **options)


async def look_up(word: str) -> str:
    """Look a word up."""
    if word == "none":
        raise ValueError("no such word")
    return word.upper()
