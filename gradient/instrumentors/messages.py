"""Chat messages of all providers in one shape: {"role", "parts": [...]}, parts named as OpenTelemetry names them.

text{content} reasoning{content} tool_call{id, name, arguments} tool_call_response{id, response}
uri{modality, uri} blob{modality, mime_type, bytes} or whatever else a provider has, as it came

    describe_message        LangChain's messages
    chat_message            OpenAI's chat completions, and those who speak like it
    response_item           items of OpenAI's responses
    anthropic_message       Anthropic's messages
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from gradient.instrumentors.wire import fields_of
from gradient.runtime.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ROLES = {"human": "user", "ai": "assistant", "AIMessageChunk": "assistant", "HumanMessageChunk": "user"}
_SPEAKERS = ("system", "developer", "user", "assistant")
_TEXT_TYPES = ("text", "input_text", "output_text")
_MEDIA_TYPES = {"image": "image", "document": "document", "input_image": "image", "image_url": "image"}
_DATA_URL = "data:"
_MAX_TYPE_CHARS = 100  # of a data URL's beginning
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
        parts = [_tool_result(fields.get("tool_call_id"), fields.get("content"))]
    else:
        parts = content_parts(fields.get("content"))
        parts += [tool_call_part(call) for call in fields.get("tool_calls") or ()]
        parts += [{**call, "type": "tool_call", "invalid": True} for call in fields.get("invalid_tool_calls") or ()]
    described: dict[str, Any] = {"role": role, "parts": parts}
    for key in ("name", "id", "status", "additional_kwargs", "response_metadata", "usage_metadata", "artifact"):
        if fields.get(key) and not (key == "additional_kwargs" and set(fields[key]) <= {"tool_calls"}):
            described[key] = fields[key]
    return described


def content_parts(content: Any) -> list[Any]:
    """Return the parts of a message's content: a text, or a list of texts and blocks."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return [text_part(content)]
    if isinstance(content, _LISTS):
        return [_part(block) for block in content if not _is_tool_call(block)]
    return [content]


def tool_call_part(call: Any) -> dict[str, Any]:
    """Return the part for a tool call."""
    return _tool_call(call.get("id"), call.get("name"), call.get("args"))


# ── OpenAI and Anthropic ─────────────────────────────────────────────────────────────────────────────────────────────


def chat_message(message: Any) -> dict[str, Any]:
    """Describe a message of OpenAI's chat completions, given or received."""
    fields = fields_of(message)
    role = fields.get("role")
    content = fields.get("content")
    if len(fields) == 2 and role in _SPEAKERS and type(content) is str and content:  # noqa: PLR2004 - most are no more
        return {"role": role, "parts": [text_part(content)]}
    if role in ("tool", "function"):
        return _named(fields, role, [_tool_result(fields.get("tool_call_id"), content)])
    thought = fields.get("reasoning_content") or fields.get("reasoning")  # of DeepSeek, vLLM, OpenRouter
    parts = [_reasoning(thought)] if isinstance(thought, str) else []
    parts += content_parts(content)
    if fields.get("refusal"):
        parts.append({"type": "refusal", "content": fields["refusal"]})
    parts += [_chat_tool_call(fields_of(call)) for call in fields.get("tool_calls") or ()]
    return _named(fields, role, parts)


def response_item(item: Any) -> dict[str, Any]:
    """Describe an item of OpenAI's responses: a message, a tool call, its result, a reasoning, or what else."""
    if isinstance(item, str):
        return {"role": "user", "parts": [text_part(item)]}
    fields = fields_of(item)
    kind = fields.get("type") or "message"
    if kind == "message":
        return {"role": fields.get("role"), "parts": content_parts(fields.get("content"))}
    if kind.endswith("_call_output"):
        return {"role": "tool", "parts": [_tool_result(fields.get("call_id"), fields.get("output"))]}
    if kind in ("function_call", "custom_tool_call"):
        told = fields.get("arguments") if kind == "function_call" else fields.get("input")
        return {"role": "assistant", "parts": [_tool_call(fields.get("call_id"), fields.get("name"), parsed(told))]}
    return {"role": "assistant", "parts": [_part(item)]}


def anthropic_message(message: Any) -> dict[str, Any]:
    """Describe a message of Anthropic's, given or received; one that is all tool results is the tools'."""
    fields = fields_of(message)
    content: Any = fields.get("content")
    if not isinstance(content, _LISTS):
        return {"role": fields.get("role"), "parts": content_parts(content)}
    blocks = [fields_of(block) or block for block in content]
    parts = [_anthropic_part(block) for block in blocks]
    is_tools = bool(parts) and all(
        isinstance(part, _DICT) and part.get("type") == "tool_call_response" for part in parts
    )
    return {"role": "tool" if is_tools else fields.get("role"), "parts": parts}


def text_part(text: str) -> dict[str, Any]:
    """Return the part for a text."""
    return {"type": "text", "content": text}


def parsed(arguments: Any) -> Any:
    """Return a tool call's arguments as data, where they are JSON; models may send anything."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return arguments


def _named(fields: dict[str, Any], role: Any, parts: list[Any]) -> dict[str, Any]:
    name = fields.get("name")
    return {"role": role, "parts": parts, "name": name} if name else {"role": role, "parts": parts}


def _chat_tool_call(call: dict[str, Any]) -> dict[str, Any]:
    called = fields_of(call.get("function") or call.get("custom"))
    return _tool_call(call.get("id"), called.get("name"), parsed(called.get("arguments", called.get("input"))))


def _anthropic_part(block: Any) -> Any:
    kind = block.get("type") if isinstance(block, _DICT) else None
    if kind in ("tool_use", "server_tool_use"):
        return _tool_call(block.get("id"), block.get("name"), block.get("input"))
    if kind == "tool_result":
        result = _tool_result(block.get("tool_use_id"), block.get("content"))
        return {**result, "is_error": True} if block.get("is_error") else result
    return _part(block)


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tool_call(call_id: Any, name: Any, arguments: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}


def _tool_result(call_id: Any, response: Any) -> dict[str, Any]:
    return {"type": "tool_call_response", "id": call_id, "response": response}


def _reasoning(content: Any) -> dict[str, Any]:
    return {"type": "reasoning", "content": content}


def _is_tool_call(block: Any) -> bool:
    # The provider's own block; the message has it in `tool_calls` too, in one shape for all.
    return isinstance(block, _DICT) and block.get("type") in ("tool_use", "function_call", "tool_call")


def _part(block: Any) -> Any:
    if isinstance(block, str):
        return text_part(block)
    fields = fields_of(block)
    kind = fields.get("type")
    if kind in _TEXT_TYPES and isinstance(fields.get("text"), str):
        return text_part(fields["text"])
    if kind in ("thinking", "reasoning"):
        return _reasoning(fields.get("thinking") or fields.get("reasoning") or _summary(fields))
    if kind in _MEDIA_TYPES:
        return _media(_MEDIA_TYPES[kind], fields) or block
    return block


def _summary(fields: dict[str, Any]) -> str:
    """Return what OpenAI tells of a model's reasoning: the texts of its summary."""
    texts = [fields_of(text).get("text") for text in fields.get("summary") or ()]
    return "\n\n".join(text for text in texts if isinstance(text, str))


def _media(modality: str, fields: dict[str, Any]) -> dict[str, Any] | None:
    """Return the part for an image or a document: its address, or its type and size; None where it has neither."""
    told = fields.get("image_url") or fields.get("source") or fields.get("url")
    source = fields_of(told)
    url = told if isinstance(told, str) else source.get("url")
    if isinstance(url, str) and url.startswith(_DATA_URL):
        return _blob(modality, url[len(_DATA_URL) : _MAX_TYPE_CHARS].partition(";")[0], url)
    if isinstance(url, str):
        return {"type": "uri", "modality": modality, "uri": url}
    encoded = source.get("data")
    return _blob(modality, source.get("media_type"), encoded) if isinstance(encoded, str) else None


def _blob(modality: str, mime_type: Any, encoded: str) -> dict[str, Any]:
    """Return the part for a medium; that its content is told by size and digest is the business of who records it."""
    return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": encoded}
