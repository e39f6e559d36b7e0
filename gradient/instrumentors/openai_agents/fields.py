"""What the spans of the OpenAI Agents SDK say, as steps, inputs, outputs and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.messages import chat_message, provider_messages, response_item
from gradient.instrumentors.providers.parts import parsed
from gradient.instrumentors.usage import usage_of
from gradient.instrumentors.wire import fields_of
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.execution import NodeExecution

FRAMEWORK = "openai-agents"
_LISTS: tuple[type[Any], ...] = (list, tuple)  # of anything, for type checkers


def step_of(data: Any, parent: Any) -> Step:
    """Return the step of a span that begins; most of what it is about is known at its end only."""
    kind, model = data.type, getattr(data, "model", None)
    name = _NAMES.get(kind) or getattr(data, "name", None) or model or kind
    step = Step(name, _KINDS.get(kind, "step"), FRAMEWORK, parent=parent, model=model)
    if kind == "custom":
        step.inputs = data.data
    elif kind == "mcp_tools":
        step.metadata = {"server": data.server}
    return step


def contents_of(data: Any) -> tuple[Any, Any]:
    """Return inputs and outputs of a span that has ended, each None where it tells of none."""
    contents = _CONTENTS.get(data.type)
    return (None, None) if contents is None else contents(data)


def _response_contents(data: Any) -> tuple[Any, Any]:
    return asked(data.input), answered(fields_of(data.response))


def _generation_contents(data: Any) -> tuple[Any, Any]:
    asked_for = provider_messages(data.input or (), chat_message)
    said = [chat_message(message) for message in data.output or ()]
    return {"messages": asked_for} if asked_for else None, {"messages": said} if said else None


_KINDS = {
    "agent": "agent",
    "function": "tool",
    "generation": "llm",
    "guardrail": "guardrail",
    "handoff": "handoff",
    "response": "llm",
}
_NAMES = {"handoff": "handoff", "mcp_tools": "list tools"}
_CONTENTS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "function": lambda data: (parsed(data.input), data.output),
    "generation": _generation_contents,
    "guardrail": lambda data: (None, {"triggered": data.triggered}),
    "handoff": lambda data: ({"from": data.from_agent}, {"to": data.to_agent}),
    "mcp_tools": lambda data: (None, data.result),
    "response": _response_contents,
}


def asked(items: Any, instructions: str | None = None) -> dict[str, Any] | None:
    """Describe what a model is asked: a text, or items of OpenAI's responses."""
    if not items and not instructions:
        return None
    given: list[Any] = list(items) if isinstance(items, _LISTS) else [items] if items else []
    if instructions:
        given.insert(0, {"role": "system", "content": instructions})
    return {"messages": provider_messages(given, response_item)}


def answered(response: dict[str, Any]) -> dict[str, Any] | None:
    """Describe what a model answered as one message: the items are what it did in one turn."""
    parts = [part for item in response.get("output") or () for part in response_item(item)["parts"]]
    if not parts:
        return None
    told = {"id": response.get("id") or response.get("response_id"), "finish_reason": response.get("status")}
    return {"messages": [{"role": "assistant", "parts": parts, "response_metadata": told}]}


def agent_of(data: Any) -> dict[str, Any]:
    """Return what an agent could use, which is known once it has begun to work."""
    told = {name: getattr(data, name, None) for name in ("tools", "handoffs", "output_type")}
    return {name: value for name, value in told.items() if value}


def note_call(execution: NodeExecution, data: Any) -> None:
    """Note model and tokens of a call that only its span tells of."""
    model = getattr(data, "model", None) or fields_of(getattr(data, "response", None)).get("model")
    execution.model = execution.model or model
    execution.usage = execution.usage or usage_of(data.usage)


def is_waiting(result: Any) -> bool:
    """Tell whether what came of a tool or a turn is that somebody has to approve first."""
    told = getattr(result, "next_step", None) or getattr(result, "run_item", None)
    return type(told).__name__ in ("NextStepInterruption", "ToolApprovalItem")


def error_of(span: Any) -> str | None:
    """Return what a span says went wrong, where nothing was raised: an agent may live with it."""
    error = None if span is None else span.error
    if not error:
        return None
    told = fields_of(error.get("data"))
    detail = told.get("error") or told.get("message")
    return f"{error.get('message')}: {detail}" if detail else str(error.get("message"))
