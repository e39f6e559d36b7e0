"""AutoGen's messages as chat messages: those for models, those between agents, and what becomes of a call."""

from __future__ import annotations

from typing import Any

from gradient.instrumentors.messages import is_short
from gradient.instrumentors.providers.parts import (
    call_part,
    content_parts,
    parsed,
    picture_part,
    reasoning_part,
    result_part,
)
from gradient.journal.events import Usage

_MODEL_ROLES = {
    "SystemMessage": "system",
    "UserMessage": "user",
    "AssistantMessage": "assistant",
    "FunctionExecutionResultMessage": "tool",
}
# What a message between agents has besides its content that tells something.
_TOLD = ("id", "target", "metadata")
# Of anything, for type checkers.
_LISTS: tuple[type[Any], ...] = (list, tuple)


def describe_message(message: Any) -> dict[str, Any]:
    """Describe a message for a model, between agents, or of an agent's doings."""
    fields = message.__dict__
    kind = fields.get("type") or type(message).__name__
    source = fields.get("source")
    described: dict[str, Any] = {
        "role": _MODEL_ROLES.get(kind) or _role(kind, source),
        "parts": parts_of(fields, is_thought=kind == "ThoughtEvent"),
    }
    if source is not None:
        described["name"] = source
    if kind not in _MODEL_ROLES:
        described["type"] = kind
        described.update({key: fields[key] for key in _TOLD if fields.get(key)})
    return described


def describe_conversation(conversation: Any) -> list[Any]:
    """Describe what a model is asked: at once where that is short, else when it is written, which is once."""
    listed = list(conversation)
    return list(map(describe_message, listed)) if is_short(listed) else listed


def parts_of(fields: dict[str, Any], *, is_thought: bool = False) -> list[Any]:
    """Return the parts of a message or of a model's answer."""
    content: Any = fields.get("content")
    if is_thought:
        return [reasoning_part(content)]
    parts: list[Any] = [reasoning_part(fields["thought"])] if fields.get("thought") else []
    if isinstance(content, _LISTS):
        return parts + list(map(_part, content))
    return parts + (content_parts(content) if content is None or isinstance(content, str) else [content])


def describe_image(image: Any) -> dict[str, Any]:
    """Describe an image."""
    return picture_part(image.image)


def describe_answer(result: Any) -> dict[str, Any]:
    """Describe what a model answered, or what it had said when its stream was given up."""
    fields = {"content": result} if isinstance(result, str) else result.__dict__
    answer: dict[str, Any] = {"role": "assistant", "parts": parts_of(fields)}
    if fields.get("finish_reason"):
        answer["response_metadata"] = {"finish_reason": fields["finish_reason"]}
    return {"messages": [answer]}


def describe_task(task: Any) -> Any:
    """Describe what an agent or a team is asked to do.

    Its messages are described at once: they are few, and plain data is quick to write.
    """
    if task is None or isinstance(task, str):
        return {"task": task}
    return {"messages": list(map(_described, task if isinstance(task, _LISTS) else [task]))}


def describe_result(result: Any) -> Any:
    """Describe a `TaskResult`, a `Response`, or the last message of a stream that was given up."""
    fields = getattr(result, "__dict__", {})
    if "chat_message" in fields:
        return {"messages": [_described(fields["chat_message"])]}
    if "messages" not in fields:
        return {"messages": [_described(result)]}
    described: dict[str, Any] = {"messages": list(map(_described, fields["messages"]))}
    if fields.get("stop_reason") is not None:
        described["stop_reason"] = fields["stop_reason"]
    return described


def usage_of(result: Any) -> Usage | None:
    """Return the tokens of a model's answer; what the framework gives as nothing at all is unknown."""
    told = result.usage
    if not (told.prompt_tokens or told.completion_tokens):
        return None
    # What came from a cache was paid for by another call.
    return Usage(told.prompt_tokens, told.completion_tokens, cost_usd=0.0 if result.cached else None)


def _described(message: Any) -> Any:
    """Describe a message; an agent of the user's may answer with anything, which stays as it is."""
    return describe_message(message) if "content" in getattr(message, "__dict__", ()) else message


def _role(kind: str, source: Any) -> str:
    if kind == "ToolCallExecutionEvent":
        return "tool"
    return "user" if source == "user" else "assistant"


def _part(content: Any) -> Any:
    kind = type(content).__name__
    if kind == "FunctionCall":
        return call_part(content.id, content.name, parsed(content.arguments))
    if kind == "FunctionExecutionResult":
        fields = content.__dict__
        part = result_part(fields["call_id"], fields["content"])
        return {**part, "is_error": True} if fields.get("is_error") else part
    return content_parts([content])[0]
