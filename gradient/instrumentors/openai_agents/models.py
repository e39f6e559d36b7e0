"""Calls of models as the OpenAI Agents SDK makes them: in the terms of OpenAI's responses, whoever serves the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.assembly import ResponsesAssembly
from gradient.instrumentors.openai_agents.fields import FRAMEWORK, answered, asked
from gradient.instrumentors.seams import Call, Seam, SeamCall
from gradient.instrumentors.usage import usage_of
from gradient.instrumentors.wire import fields_of
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from gradient.instrumentors.openai_agents.spans import Spans
    from gradient.journal.events import Usage
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.interfaces import ExecutionTracker

_TERMINAL = ("response.completed", "response.incomplete", "response.failed")
_OPENAI = ("agents.models.openai_responses", "agents.models.openai_chatcompletions")
_NO_PARAMS = ("extra_headers",)


class ModelCall(SeamCall):
    """A call of a model."""

    def __init__(self, tracker: ExecutionTracker, seam: Seam, execution: NodeExecution, spans: Spans) -> None:
        super().__init__(tracker, seam, execution)
        self._spans = spans
        self._assembly: ResponsesAssembly | None = None

    def item(self, value: Any) -> None:
        """Put the events of a stream together, because it may be given up."""
        self._assembly = assembly = self._assembly or ResponsesAssembly()
        assembly.add(value)
        if assembly.has_token and self.scope.first_token_ns is None:
            self.scope.first_token_ns = self.tracker.tracking.clock.monotonic_ns()
        super().item(value)

    def end(self, result: Any, error: Any) -> None:
        """Note tokens and the model that answered."""
        response = fields_of(result if self._assembly is None else self._assembly.response)
        execution = self.scope
        execution.usage = execution.usage or _usage_of(response)
        execution.model = response.get("model") or execution.model
        outputs = answered(response)
        self._spans.answered(execution.parent, outputs)
        super().end(response or None, error or _failure_of(response))


def describe_model_call(call: Call) -> Step:
    """Describe a call of a model."""
    model = call.instance
    name = getattr(model, "model", None)
    name = name if isinstance(name, str) else None
    inputs: dict[str, Any] = asked(call.argument("input", 1), call.argument("system_instructions", 0)) or {}
    if tools := call.argument("tools", 3):
        inputs["tools"] = [_tool(tool) for tool in tools]
    settings = vars(call.argument("model_settings", 2) or object)
    params = {key: value for key, value in settings.items() if value is not None and key not in _NO_PARAMS}
    if params:
        inputs["params"] = params
    kind: type[Any] = type(model)  # pyright: ignore[reportUnknownVariableType] - anything's
    provider = "openai" if kind.__module__ in _OPENAI else None
    return Step(name or kind.__name__, "llm", FRAMEWORK, inputs, model=name, provider=provider)


def describe_response(response: Any) -> Any:
    """Describe what a model answered."""
    return answered(response)


def is_result(event: Any) -> bool:
    """Tell whether an event of a stream is its last: it holds all of the response."""
    return getattr(event, "type", None) in _TERMINAL


def _tool(tool: Any) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(tool, "__dict__", {})
    told = {
        "name": getattr(tool, "name", None),
        "description": fields.get("description"),
        "parameters": fields.get("params_json_schema"),
    }
    return {key: value for key, value in told.items() if value}


def _usage_of(response: dict[str, Any]) -> Usage | None:
    """Return the tokens of a response; those of a model that counts none are unknown, not 0."""
    usage = usage_of(response.get("usage"))
    return usage if usage is not None and (usage.input or usage.output) else None


def _failure_of(response: dict[str, Any]) -> str | None:
    """Return what a response says went wrong: OpenAI's may fail without an exception."""
    if response.get("status") != "failed":
        return None
    told = fields_of(response.get("error"))
    return f"{told.get('code') or 'failed'}: {told.get('message') or 'the provider gives no reason'}"
