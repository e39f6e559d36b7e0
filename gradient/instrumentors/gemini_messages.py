"""Google's contents as chat messages: {"role", "parts"}, parts named as in `gradient.instrumentors.messages`."""

from __future__ import annotations

from typing import Any

from gradient.instrumentors.messages import ProviderMessage, text_part
from gradient.instrumentors.wire import fields_of

_LISTS: tuple[type[Any], ...] = (list, tuple)


def gemini_messages(contents: Any, system: Any = None) -> list[ProviderMessage]:
    """Return what a model was given: a system instruction, a text or a content, and a list of contents."""
    told: list[Any] = [] if system is None else [{**gemini_content(system), "role": "system"}]
    told += [gemini_content(content) for content in (contents if isinstance(contents, _LISTS) else [contents])]
    return [ProviderMessage(message, _as_it_is) for message in told]


def gemini_content(content: Any) -> dict[str, Any]:
    """Describe a content, given or received; one that is all results of tools is the tools'."""
    if isinstance(content, str):
        return {"role": "user", "parts": [text_part(content)]}
    fields = fields_of(content)
    parts = [_part(part) for part in fields.get("parts") or ()]
    if parts and all(part.get("type") == "tool_call_response" for part in parts):
        return {"role": "tool", "parts": parts}
    role = fields.get("role") or "user"
    return {"role": "assistant" if role == "model" else role, "parts": parts}


def _as_it_is(message: Any) -> dict[str, Any]:
    described: dict[str, Any] = message
    return described


def _part(part: Any) -> dict[str, Any]:
    fields = {name: value for name, value in fields_of(part).items() if value is not None}
    if "text" in fields:
        return {"type": "reasoning", "content": fields["text"]} if fields.get("thought") else text_part(fields["text"])
    if "function_call" in fields:
        call = fields_of(fields["function_call"])
        return {"type": "tool_call", "id": call.get("id"), "name": call.get("name"), "arguments": call.get("args")}
    if "function_response" in fields:
        result = fields_of(fields["function_response"])
        return {"type": "tool_call_response", "id": result.get("id"), "response": result.get("response")}
    if "file_data" in fields:
        file = fields_of(fields["file_data"])
        return {"type": "uri", "mime_type": file.get("mime_type"), "uri": file.get("file_uri")}
    if "inline_data" in fields:
        blob = fields_of(fields["inline_data"])
        return {"type": "blob", "mime_type": blob.get("mime_type"), "bytes": len(blob.get("data") or b"")}
    kind = next(iter(fields), "unknown")  # code to be executed, its result, or what is yet to come
    return {"type": kind, kind: fields.get(kind)}
