"""LlamaIndex models that answer from a script."""

from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, LLMMetadata, MessageRole, ToolCallBlock
from llama_index.core.llms.callbacks import llm_chat_callback
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection


class ScriptedLLM(FunctionCallingLLM):
    """Gives the next answer of its script at each call: a text, which is streamed word by word, or calls of tools."""

    script: list[Any]

    @classmethod
    def class_name(cls):
        return "ScriptedLLM"

    @property
    def metadata(self):
        return LLMMetadata(model_name="scripted", is_function_calling_model=True)

    def _next(self):
        told = self.script.pop(0)
        if isinstance(told, BaseException):
            raise told
        return told

    @llm_chat_callback()
    def chat(self, messages, **kwargs):
        return answer(self._next())

    @llm_chat_callback()
    async def achat(self, messages, **kwargs):
        return answer(self._next())

    @llm_chat_callback()
    def stream_chat(self, messages, **kwargs):
        told = self._next()

        def words():
            yield from parts(told)

        return words()

    @llm_chat_callback()
    async def astream_chat(self, messages, **kwargs):
        told = self._next()

        async def words():
            for part in parts(told):
                yield part

        return words()

    def complete(self, *args, **kwargs):
        raise NotImplementedError

    acomplete = stream_complete = astream_complete = complete

    def _prepare_chat_with_tools(self, tools, user_msg=None, chat_history=None, **kwargs):
        return {
            "messages": [*(chat_history or []), *([user_msg] if user_msg else [])],
            "tools": list(map(schema, tools)),
        }

    def get_tool_calls_from_response(self, response, **kwargs):
        calls = [block for block in response.message.blocks if isinstance(block, ToolCallBlock)]
        return [
            ToolSelection(tool_id=call.tool_call_id, tool_name=call.tool_name, tool_kwargs=call.tool_kwargs)
            for call in calls
        ]


def schema(tool):
    return {"name": tool.metadata.name, "description": tool.metadata.description}


def call(name, call_id="call_1", **arguments):
    return ToolCallBlock(tool_call_id=call_id, tool_name=name, tool_kwargs=arguments)


def answer(told):
    blocks = {"content": told} if isinstance(told, str) else {"blocks": [told]}
    raw = {"model": "scripted-1", "usage": {"prompt_tokens": 9, "completion_tokens": 2}}
    return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, **blocks), raw=raw)


def parts(told):
    """Yield an answer as it grows."""
    if not isinstance(told, str):
        yield answer(told)
        return
    words = told.split(" ")
    for number, word in enumerate(words, 1):
        if word == "BREAK":
            raise ConnectionError("the line broke")
        grown = answer(" ".join(words[:number]))
        grown.delta = word
        yield grown
