"""Pydantic AI's messages as chat messages.

Its `ModelRequest` holds what several roles say, one part each, so a history has a message for each of these parts. They
are kept as they came until they are written, which is once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.messages import ProviderMessage
from gradient.instrumentors.providers.parts import (
    blob_part,
    call_part,
    parsed,
    reasoning_part,
    result_part,
    text_part,
    uri_part,
)
from gradient.instrumentors.usage import usage_of as told_tokens
from gradient.instrumentors.wire import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradient.journal.events import Usage

_PROMPT_KINDS = ("-url", "binary", "uploaded-file")
_ROLES = {"system-prompt": "system", "user-prompt": "user", "tool-return": "tool"}
_ALWAYS_TOLD = ("input_tokens", "output_tokens")
_LISTS: tuple[type[Any], ...] = (list, tuple)  # of anything, for type checkers


def describe_history(history: Iterable[Any]) -> list[ProviderMessage]:
    """Return the messages that a model is given."""
    told: list[ProviderMessage] = []
    instructions = None
    for message in history:
        if message.kind == "response":
            told.append(ProviderMessage(message, response_message))
        else:
            instructions = getattr(message, "instructions", None) or instructions
            told += [ProviderMessage(part, request_message) for part in message.parts]
    if instructions:  # those of the latest request hold
        told.insert(0, ProviderMessage(instructions, instructions_message))
    return told


def describe_prompt(prompt: Any) -> dict[str, Any]:
    """Describe what a user asks of an agent."""
    return {"role": "user", "parts": content_parts(prompt)}


def describe_response(response: Any) -> dict[str, Any]:
    """Describe what a model answered."""
    told = {
        "id": getattr(response, "provider_response_id", None),
        "finish_reason": getattr(response, "finish_reason", None),
    }
    return {"messages": [{**response_message(response), "response_metadata": told}]}


def instructions_message(instructions: str) -> dict[str, Any]:
    """Describe an agent's instructions."""
    return {"role": "system", "parts": [text_part(instructions)]}


def request_message(part: Any) -> dict[str, Any]:
    """Describe a part of a request."""
    kind = part.part_kind
    role = _ROLES.get(kind, "user")
    if kind == "tool-return" or (kind == "retry-prompt" and part.tool_name):
        result = result_part(part.tool_call_id, _returned(part))
        return {"role": "tool", "parts": [result if kind == "tool-return" else {**result, "is_error": True}]}
    return {"role": role, "parts": content_parts(getattr(part, "content", None))}


def response_message(response: Any) -> dict[str, Any]:
    """Describe an answer of a model."""
    return {"role": "assistant", "parts": [_response_part(part) for part in response.parts]}


def content_parts(content: Any) -> list[Any]:
    """Return the parts of what a user says: text, addresses and files."""
    if content is None or content == "":
        return []
    items: Any = content if isinstance(content, _LISTS) else (content,)
    return [_content_part(item) for item in items]


def usage_of(answer: Any) -> Usage | None:
    """Return the tokens of an answer; a number that is 0 because nobody told it is None."""
    told = getattr(answer, "usage", None)
    if told is None or not (told.input_tokens or told.output_tokens):
        return None
    return told_tokens({name: count for name, count in fields_of(told).items() if count or name in _ALWAYS_TOLD})


def _response_part(part: Any) -> Any:
    kind = part.part_kind
    if kind == "text":
        return text_part(part.content)
    if kind == "thinking":
        return reasoning_part(part.content)
    if kind.endswith("tool-call"):
        return call_part(part.tool_call_id, part.tool_name, parsed(part.args))
    if kind.endswith("tool-return"):
        return result_part(part.tool_call_id, _returned(part))
    return _content_part(part.content) if kind == "file" else part


def _returned(part: Any) -> Any:
    """Return what a tool gave, files as parts; anything else stays what it is."""
    content: Any = part.content
    if not isinstance(content, _LISTS):
        return _content_part(content) if hasattr(content, "media_type") else content
    return [_content_part(item) if hasattr(item, "media_type") else item for item in content]


def _content_part(item: Any) -> Any:
    if isinstance(item, str):
        return text_part(item)
    kind = str(getattr(item, "kind", ""))
    if kind.endswith("-url"):
        return uri_part(kind.removesuffix("-url"), item.url)
    if kind == "binary":
        return blob_part(item.media_type, item.data)
    return text_part(item.content) if kind == "text-content" else item
