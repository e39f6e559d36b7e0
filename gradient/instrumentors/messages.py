"""Chat messages of all providers in one shape: {"role", "parts": [...]}.

Their parts are those of `parts`.

describe_message        LangChain's messages
chat_message            OpenAI's chat completions, and those who speak like it
response_item           items of OpenAI's responses
anthropic_message       Anthropic's messages
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from gradient.instrumentors.providers.parts import (
    besides,
    blob_part,
    block_part,
    call_part,
    content_parts,
    parsed,
    reasoning_part,
    result_part,
    text_part,
)
from gradient.instrumentors.wire import fields_of, held
from gradient.runtime.values.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ROLES = {"human": "user", "ai": "assistant", "AIMessageChunk": "assistant", "HumanMessageChunk": "user"}
_SPEAKERS = ("system", "developer", "user", "assistant")
# What the parts of a message say, and what clients say a second time.
_OF_CHAT = (
    *("role", "content", "refusal", "reasoning_content", "reasoning", "audio", "images", "tool_calls", "tool_call_id"),
    *("parsed", "thinking_blocks", "reasoning_details", "provider_specific_fields"),
)
_OF_ITEMS = ("type", "id", "call_id")
_SHORT_CHARS = 4_096  # of a whole conversation of nothing but texts
# Of anything, for type checkers.
_DICT: type[Any] = dict
_LISTS: tuple[type[Any], ...] = (list, tuple)


class ProviderMessage:
    """A message in its provider's own words; it is described when it is written, which is once.

    Args:
        fields: The message as the client was given it.
        describe: One of the functions of this module.
    """

    __slots__ = ("describe", "fields")

    def __init__(self, fields: Any, describe: Callable[[Any], dict[str, Any]]) -> None:
        self.fields = fields
        self.describe = describe


PROVIDER_MESSAGE = Shape(lambda message: message.describe(message.fields), attrgetter("fields"))


def provider_messages(messages: Iterable[Any], describe: Callable[[Any], dict[str, Any]]) -> list[Any]:
    """Return a conversation as it goes into a call's inputs.

    A short one is described at once: to look for what was written before would cost more than to write it. Of a long
    one, only what is new is described and written.
    """
    listed = list(messages)
    if is_short(listed):
        return [describe(message) for message in listed]
    return [ProviderMessage(message, describe) for message in listed]


def is_short(messages: list[Any]) -> bool:
    """Tell whether a conversation is so short, and of nothing but texts, that it is best written in full."""
    room = _SHORT_CHARS
    for message in messages:
        for value in fields_of(message).values() if type(message) is not str else (message,):
            if type(value) is str:
                room -= len(value)
            elif value is not None:
                return False
    return room >= 0


def register_provider_messages(tracker: Any) -> None:
    """Let payloads hold `ProviderMessage`, and refer to those that were written before."""
    tracker.tracking.shapes.register(ProviderMessage, PROVIDER_MESSAGE)


# ── LangChain ────────────────────────────────────────────────────────────────────────────────────────────────────────


def describe_message(message: Any) -> dict[str, Any]:
    """Describe a LangChain message; everything comes from its `__dict__`, so that state and description agree."""
    fields = message.__dict__
    kind = fields.get("type", "")
    role = fields.get("role") if kind == "chat" else _ROLES.get(kind, kind.removesuffix("MessageChunk").lower())
    if kind in ("tool", "ToolMessageChunk"):
        parts = [result_part(fields.get("tool_call_id"), fields.get("content"))]
    else:
        parts = content_parts(fields.get("content"))
        parts += [tool_call_part(call) for call in fields.get("tool_calls") or ()]
        parts += [{**call, "type": "tool_call", "invalid": True} for call in fields.get("invalid_tool_calls") or ()]
    described: dict[str, Any] = {"role": role, "parts": parts}
    for key in ("name", "id", "status", "additional_kwargs", "response_metadata", "usage_metadata", "artifact"):
        if fields.get(key) and not (key == "additional_kwargs" and set(fields[key]) <= {"tool_calls"}):
            described[key] = fields[key]
    return described


def tool_call_part(call: Any) -> dict[str, Any]:
    """Return the part for a tool call."""
    return call_part(call.get("id"), call.get("name"), call.get("args"))


# ── OpenAI and Anthropic ─────────────────────────────────────────────────────────────────────────────────────────────


def chat_message(message: Any) -> dict[str, Any]:
    """Describe a message of OpenAI's chat completions, given or received."""
    fields = fields_of(message)
    role = fields.get("role")
    content = fields.get("content")
    if len(fields) == 2 and role in _SPEAKERS and type(content) is str and content:  # noqa: PLR2004 - most are no more
        return {"role": role, "parts": [text_part(content)]}
    if role in ("tool", "function"):
        return _with_rest(fields, role, [result_part(fields.get("tool_call_id"), content)])
    thought = fields.get("reasoning_content") or fields.get("reasoning")  # of DeepSeek, vLLM, OpenRouter
    parts = [reasoning_part(thought)] if isinstance(thought, str) else []
    parts += content_parts(content)
    if fields.get("refusal"):
        parts.append({"type": "refusal", "content": fields["refusal"]})
    parts += _spoken(fields_of(fields.get("audio")))
    parts += map(block_part, fields.get("images") or ())  # of OpenRouter, Gemini's
    parts += [_chat_tool_call(fields_of(call)) for call in fields.get("tool_calls") or ()]
    return _with_rest(fields, role, parts)


def response_item(item: Any) -> dict[str, Any]:
    """Describe an item of OpenAI's responses: a message, a tool call, its result, a reasoning, or what else."""
    if isinstance(item, str):
        return {"role": "user", "parts": [text_part(item)]}
    fields = fields_of(item)
    kind = fields.get("type") or "message"
    if kind == "message":
        return {"role": fields.get("role"), "parts": content_parts(fields.get("content"))}
    if kind.endswith("_call_output"):
        result = result_part(fields.get("call_id"), fields.get("output"))
        return {"role": "tool", "parts": [{**result, **besides(fields, *_OF_ITEMS, "output")}]}
    if kind in ("function_call", "custom_tool_call"):
        told = fields.get("arguments") if kind == "function_call" else fields.get("input")
        call = call_part(fields.get("call_id"), fields.get("name"), parsed(told))
        more = besides(fields, *_OF_ITEMS, "name", "arguments", "input", "parsed_arguments")
        return {"role": "assistant", "parts": [{**call, **more}]}
    return {"role": "assistant", "parts": [block_part(item)]}


def anthropic_message(message: Any) -> dict[str, Any]:
    """Describe a message of Anthropic's, given or received; one that is all tool results is the tools'."""
    fields = fields_of(message)
    content: Any = fields.get("content")
    if not isinstance(content, _LISTS):
        return {"role": fields.get("role"), "parts": content_parts(content)}
    is_tools = bool(content) and all(fields_of(block).get("type") == "tool_result" for block in content)
    return {"role": "tool" if is_tools else fields.get("role"), "parts": list(map(_anthropic_part, content))}


def _with_rest(fields: dict[str, Any], role: Any, parts: list[Any]) -> dict[str, Any]:
    """Return a message with what it tells besides its parts: a name, who is cited, what a later model adds."""
    return {"role": role, "parts": parts, **besides(fields, *_OF_CHAT)}


def _spoken(audio: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts for what a model said aloud: its words, and the sound; of earlier turns only its id is given."""
    said = [text_part(audio["transcript"])] if audio.get("transcript") else []
    if audio.get("data"):
        return [*said, blob_part(None, audio["data"], "audio")]
    return [*said, {"type": "audio", **held(audio)}] if audio else []


def _chat_tool_call(call: dict[str, Any]) -> dict[str, Any]:
    called = fields_of(call.get("function") or call.get("custom"))
    return call_part(call.get("id"), called.get("name"), parsed(called.get("arguments", called.get("input"))))


def _anthropic_part(block: Any) -> Any:
    fields = fields_of(block)
    kind = str(fields.get("type"))
    if kind.endswith("tool_use"):  # the caller's own, a server's, MCP's
        call = call_part(fields.get("id"), fields.get("name"), held(fields.get("input")))
        return {**call, **besides(fields, "type", "id", "name", "input", "cache_control")}
    if kind.endswith("tool_result"):
        result = result_part(fields.get("tool_use_id"), fields.get("content"))
        failed = {"is_error": True} if fields.get("is_error") else {}
        more = besides(fields, "type", "tool_use_id", "content", "is_error", "cache_control")
        return {**result, **failed, **more}
    return block_part(block)
