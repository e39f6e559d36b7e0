"""LlamaIndex's messages as chat messages, and what its models tell of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.messages import chat_message
from gradient.instrumentors.providers.parts import (
    blob_part,
    call_part,
    content_parts,
    parsed,
    reasoning_part,
    result_part,
    uri_part,
)
from gradient.instrumentors.usage import merged, told_in
from gradient.instrumentors.wire import fields_of, held

if TYPE_CHECKING:
    from gradient.runtime.execution import NodeExecution

_ROLES = {"chatbot": "assistant", "model": "assistant"}
_MODALITIES = ("image", "audio", "video", "document")


def describe_message(message: Any) -> dict[str, Any]:
    """Describe a chat message."""
    told = fields_of(message)
    role = str(getattr(told.get("role"), "value", told.get("role")))
    more: dict[str, Any] = told.get("additional_kwargs") or {}
    parts = [part for block in told.get("blocks") or () for part in _block_parts(block)]
    if role in ("tool", "function"):
        is_text = all(part.get("type") == "text" for part in parts)
        said = "\n".join(part["content"] for part in parts) if is_text else parts
        return {"role": "tool", "parts": [result_part(more.get("tool_call_id"), said)]}
    if more.get("tool_calls") and not any(part.get("type") == "tool_call" for part in parts):
        parts += chat_message({"tool_calls": more["tool_calls"]})["parts"]
    return {"role": _ROLES.get(role, role), "parts": parts}


def describe_answer(response: Any) -> dict[str, Any]:
    """Describe what a model answered, to a chat or to a prompt."""
    message = getattr(response, "message", None)
    if message is not None:
        return describe_message(message)
    return {"role": "assistant", "parts": content_parts(getattr(response, "text", None))}


def note_response(execution: NodeExecution, response: Any) -> None:
    """Note tokens and model of an answer."""
    if execution.kind != "llm":
        return
    raw = fields_of(getattr(response, "raw", None))
    told = told_in(raw, getattr(response, "additional_kwargs", None))
    execution.usage = merged(execution.usage, told)  # a client knows more
    model = raw.get("model")
    execution.model = model if isinstance(model, str) and model else execution.model


def _block_parts(block: Any) -> list[Any]:
    told = fields_of(block)
    kind = told.get("block_type")
    if kind == "text":
        return content_parts(told.get("text"))
    if kind == "thinking":
        return [reasoning_part(told.get("content"))]
    if kind == "tool_call":
        call_id, name = told.get("tool_call_id"), told.get("tool_name")
        return [call_part(call_id, name, parsed(told.get("tool_kwargs")))]
    if kind not in _MODALITIES:
        return [held(block)]
    url, encoded = told.get("url") or told.get("path"), told.get(str(kind)) or told.get("data")
    if url is not None:
        return [uri_part(str(kind), str(url))]
    if isinstance(encoded, bytes) and encoded.isascii():  # this framework keeps base64 as bytes
        encoded = encoded.decode("ascii")
    return [blob_part(told.get(f"{kind}_mimetype"), encoded, kind)]
