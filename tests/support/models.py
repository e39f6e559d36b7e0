"""Chat models that answer from a script, in the shapes that real providers' packages use."""

from collections.abc import Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult


class ScriptedModel(BaseChatModel):
    """Gives the next answer of its script at each call; streams it word by word."""

    script: list[Any]
    model: str = "scripted-1"
    temperature: float | None = None
    calls: list[str] = []  # noqa: RUF012 - a pydantic field: each model gets a copy

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "temperature": self.temperature}

    def _get_ls_params(self, stop: Any = None, **kwargs: Any) -> Any:
        return {"ls_provider": "acme", "ls_model_name": self.model, "ls_model_type": "chat"}

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self.bind(tools=[{"name": tool.name} for tool in tools], **kwargs)

    def _next(self) -> BaseMessage:
        answer = self.script.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return AIMessage(answer) if isinstance(answer, str) else answer

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        self.calls.append("generate")
        return ChatResult(generations=[ChatGeneration(message=self._next())])


class StreamingModel(ScriptedModel):
    """Streams as well, word by word."""

    def _stream(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.calls.append("stream")
        answer = self._next()
        words = str(answer.content).split(" ")
        for number, word in enumerate(words):
            text = word if number == 0 else " " + word
            is_last = number == len(words) - 1
            usage = answer.usage_metadata if is_last else None
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=text, usage_metadata=usage))
            if run_manager:
                run_manager.on_llm_new_token(text, chunk=chunk)
            yield chunk


def tool_call(name, call_id="call_1", **arguments):
    """Return the answer of a model that wants a tool to be called."""
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": call_id}])
