"""A chat model that answers from a script: no key, no network, the same answers every time."""

import time
from collections.abc import Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

LATENCY_S = 0.06
INPUT_TOKENS_PER_ANSWER = 400


class ScriptedModel(BaseChatModel):
    """Gives the next answer of its script at each call, after a pause as long as a fast model's."""

    answers: list[AIMessage]
    model: str = "scripted-1"

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **options: Any) -> Any:
        return self.bind(tools=[{"name": tool.name, "description": tool.description} for tool in tools], **options)

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **options: Any) -> ChatResult:
        time.sleep(LATENCY_S)
        return ChatResult(generations=[ChatGeneration(message=self.answers.pop(0))])

    def _stream(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **options: Any
    ) -> Iterator[ChatGenerationChunk]:
        answer = self.answers.pop(0)
        words = str(answer.content).split(" ")
        for number, word in enumerate(words, 1):
            time.sleep(LATENCY_S / len(words))
            is_last = number == len(words)
            chunk = AIMessageChunk(
                word if is_last else f"{word} ", usage_metadata=answer.usage_metadata if is_last else None
            )
            yield ChatGenerationChunk(message=chunk)


def says(text: str) -> AIMessage:
    """Return an answer in words."""
    return AIMessage(text, usage_metadata=_usage(output_tokens=len(text.split())))


def calls(tool: str, **arguments: Any) -> AIMessage:
    """Return an answer that asks for a tool to be called."""
    wanted = {"name": tool, "args": arguments, "id": f"call_{tool}"}
    return AIMessage("", tool_calls=[wanted], usage_metadata=_usage(output_tokens=12))


def _usage(output_tokens: int) -> Any:
    total = INPUT_TOKENS_PER_ANSWER + output_tokens
    return {"input_tokens": INPUT_TOKENS_PER_ANSWER, "output_tokens": output_tokens, "total_tokens": total}
