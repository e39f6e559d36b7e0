"""Chat messages of all providers in one shape: {"role", "parts": [...]}, parts named as OpenTelemetry names them.

text{content} reasoning{content} tool_call{id, name, arguments} tool_call_response{id, response}
uri{modality, uri} blob{modality, mime_type, bytes} or whatever else a provider has, as it came
"""

from __future__ import annotations

from typing import Any

_ROLES = {"human": "user", "ai": "assistant", "AIMessageChunk": "assistant", "HumanMessageChunk": "user"}
_TEXT_TYPES = ("text", "input_text", "output_text")
_DATA_URL = "data:"
# Of anything, for type checkers.
_DICT: type[Any] = dict
_LISTS: tuple[type[Any], ...] = (list, tuple)


def describe_message(message: Any) -> dict[str, Any]:
    """Describe a LangChain message; everything comes from its `__dict__`, so that state and description agree."""
    fields = message.__dict__
    kind = fields.get("type", "")
    role = fields.get("role") if kind == "chat" else _ROLES.get(kind, kind.removesuffix("MessageChunk").lower())
    if kind in ("tool", "ToolMessageChunk"):
        response = {"type": "tool_call_response", "id": fields.get("tool_call_id"), "response": fields.get("content")}
        parts = [response]
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
        return [{"type": "text", "content": content}]
    if isinstance(content, _LISTS):
        return [_part(block) for block in content if not _is_tool_call(block)]
    return [content]


def tool_call_part(call: Any) -> dict[str, Any]:
    """Return the part for a tool call."""
    return {"type": "tool_call", "id": call.get("id"), "name": call.get("name"), "arguments": call.get("args")}


def _is_tool_call(block: Any) -> bool:
    # The provider's own block; the message has it in `tool_calls` too, in one shape for all.
    return isinstance(block, _DICT) and block.get("type") in ("tool_use", "function_call", "tool_call")


def _part(block: Any) -> Any:
    if isinstance(block, str):
        return {"type": "text", "content": block}
    if not isinstance(block, _DICT):
        return block
    kind = block.get("type")
    if kind in _TEXT_TYPES and isinstance(block.get("text"), str):
        return {"type": "text", "content": block["text"]}
    if kind in ("thinking", "reasoning"):
        return {"type": "reasoning", "content": block.get("thinking") or block.get("reasoning") or _summary(block)}
    if kind == "image_url":
        url = block.get("image_url")
        return _image(url.get("url") if isinstance(url, _DICT) else url)
    return block


def _summary(block: dict[str, Any]) -> str:
    """Return what OpenAI tells of a model's reasoning: the texts of its summary."""
    texts = block.get("summary") or ()
    return "\n\n".join(text["text"] for text in texts if isinstance(text, _DICT) and isinstance(text.get("text"), str))


def _image(url: Any) -> dict[str, Any]:
    if isinstance(url, str) and url.startswith(_DATA_URL):
        mime_type = url[len(_DATA_URL) :].partition(";")[0]
        return {"type": "blob", "modality": "image", "mime_type": mime_type, "bytes": len(url)}
    return {"type": "uri", "modality": "image", "uri": url}
