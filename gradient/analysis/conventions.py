"""What the attributes of a span say, whoever made it: ours, `gen_ai.*`, OpenInference, Traceloop.

The other direction of `gradient.export.genai`. Where several say the same thing, ours come first, then OpenInference,
which holds whole inputs and outputs, then OpenTelemetry's own, then Traceloop's. What nobody understands is metadata.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gradient.analysis.event_messages import Event, told_in_events
from gradient.analysis.indexed import indexed_messages
from gradient.analysis.json_text import decoded
from gradient.analysis.values import is_list, is_mapping
from gradient.journal.vocabulary import BILLED_KINDS, KINDS, USAGE

Attributes = Mapping[str, Any]

# Graphs are written as workflows, memories as retrievers, and read as these.
_OPERATIONS = {
    **{kind.operation: name for name, kind in KINDS.items() if kind.operation},
    "text_completion": "llm",
    "text_completions": "llm",
    "generate_content": "llm",
    "create_agent": "agent",
    "plan": "agent",
    "invoke_graph": "workflow",
    "invoke_swarm": "workflow",
    "search_memory": "memory",
    "memory": "memory",
}
_OPEN_INFERENCE = {
    "RERANKER": "retriever",
    **{kind.openinference: name for name, kind in reversed(KINDS.items())},
}
_TRACELOOP = {"workflow": "workflow", "task": "step", "agent": "agent", "tool": "tool"}
# Spans that tell what they are by the first word of their name alone.
_SPANS = {"workflow.run": "workflow", "executor.process": "node"}
_MODELS = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "embedding.model_name")
_PROVIDERS = ("llm.provider", "gen_ai.provider.name", "gen_ai.system", "llm.system")
# Frameworks that name themselves where the provider of a model is meant.
_NO_PROVIDERS = ("strands-agents", "microsoft.agent_framework")
_NAMES = {
    "agent": ("gen_ai.agent.name", "agent.name"),
    "node": ("executor.id",),
    "tool": ("gen_ai.tool.name", "tool.name"),
    "workflow": ("gen_ai.agent.name", "gen_ai.workflow.name", "workflow.name"),
}
_INPUTS = {
    "tool": ("gen_ai.tool.call.arguments",),
    "retriever": ("gen_ai.retrieval.query.text",),
    "llm": (),
}
_OUTPUTS = {"tool": ("gen_ai.tool.call.result",), "retriever": ("gen_ai.retrieval.documents",)}
_USAGE = {part: (*amount.otlp, amount.openinference, *amount.former) for part, amount in USAGE.items()}
_STRANDS = "strands"
_CANCELLATION = "strands.cancellation.type"
_TOOL_STATUS = "gen_ai.tool.status"
_ASKED = "user_input_request"
_UNDERSTOOD = (
    "gen_ai.", "llm.", "input.", "output.", "openinference.", "traceloop.", "gradient.", "session.", "user.", "error.",
    "langfuse.", "langsmith.", "mlflow.", "retrieval.documents.", "embedding.", "tag.tags", "graph.node.", "agent.name",
    "tool.name", "metadata",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a span says.

    Attributes:
        kind: As executions have it.
        usage: Tokens and cost by the names of `gradient.journal.events.Usage`; empty where it says nothing.
        ours: Whether Gradient made it.
        request_id: Of the request it belongs to, where Gradient made it.
    """

    kind: str
    name: str
    node_id: str
    framework: str
    inputs: Any = None
    outputs: Any = None
    model: str | None = None
    provider: str | None = None
    usage: dict[str, Any] = field(default_factory=dict[str, Any])
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    session_id: str | None = None
    user_id: str | None = None
    tags: list[str] = field(default_factory=list[str])
    status: str | None = None
    error_type: str | None = None
    attempt: int | None = None
    cached: bool = False
    first_token_s: float | None = None
    ours: bool = False
    request_id: str | None = None


def read_span(name: str, scope: str, attributes: Attributes, events: Iterable[Event] = ()) -> Said:
    """Return what a span says.

    Args:
        name: The span's name.
        scope: Which instrumentation made it.
        attributes: Plain values; what has parts may be JSON text or plain data.
        events: Names and attributes of its events. Those of a mere step say again what its model calls say.
    """
    kind = _kind(name, attributes)
    if kind != "step":
        attributes = {**told_in_events(events), **attributes}
    own = _ours(attributes, name, _name(name, kind, attributes))
    attempt = attributes.get("gradient.attempt")
    return Said(
        kind=kind,
        name=own,
        node_id=_text(attributes.get("gradient.node_id")) or f"{kind}_{own}",
        framework=_text(attributes.get("gradient.framework")) or scope.removeprefix("opentelemetry.instrumentation."),
        inputs=_side("input", kind, attributes),
        outputs=_side("output", kind, attributes),
        model=_text(_first(attributes, _MODELS)),
        provider=_provider(attributes),
        usage={
            part: value for part, names in _USAGE.items() if (value := _number(_first(attributes, names))) is not None
        },
        metadata=_metadata(attributes),
        session_id=_text(_first(attributes, ("session.id", "gen_ai.conversation.id"))),
        user_id=_text(attributes.get("user.id")),
        tags=_texts(_first(attributes, ("gradient.tags", "tag.tags"))),
        status=_status(kind, scope, attributes),
        error_type=_text(attributes.get("error.type")),
        attempt=attempt if type(attempt) is int else None,
        cached=attributes.get("gradient.cached") is True,
        first_token_s=_number(attributes.get("gen_ai.response.time_to_first_chunk")),
        ours="gradient.request_id" in attributes,
        request_id=_text(attributes.get("gradient.request_id")),
    )


def _status(kind: str, scope: str, attributes: Attributes) -> str | None:
    """Return what became of a span, where it says so; None where its end is all that it says."""
    told = _word(attributes.get("gradient.status"))
    if told is not None:
        return told
    if _CANCELLATION in attributes:
        return "cancelled"
    if kind == "tool" and scope.startswith(_STRANDS):  # an interrupt leaves no result
        return "interrupted" if _TOOL_STATUS not in attributes else None
    return "interrupted" if kind == "agent" and _is_waiting(attributes) else None


def _is_waiting(attributes: Attributes) -> bool:
    """Tell whether the last that an agent says asks somebody: Strands' by its end, Agent Framework's by a part."""
    last = (_messages(attributes.get("gen_ai.output.messages")) or [None])[-1]
    if not is_mapping(last):
        return False
    parts = last.get("parts")
    asked = (part.get(_ASKED) for part in (parts if is_list(parts) else ()) if is_mapping(part))
    return last.get("finish_reason") == "interrupt" or any(asked)


def _name(span_name: str, kind: str, attributes: Attributes) -> str:
    """Return what a span is of: `gpt-4o` of `chat gpt-4o`, and of a model's call that is named `chat` alike."""
    operation = attributes.get("gen_ai.operation.name")
    names = ("gen_ai.request.model",) if kind in BILLED_KINDS and span_name == operation else _NAMES.get(kind, ())
    return _text(_first(attributes, names)) or span_name.removeprefix(f"{operation} ")


def _provider(attributes: Attributes) -> str | None:
    provider = _text(_first(attributes, _PROVIDERS))
    return None if provider in _NO_PROVIDERS else provider


def _ours(attributes: Attributes, span_name: str, found: str) -> str:
    """Return the name of what Gradient made a span of, which is in the span's name after the operation."""
    if "gradient.node_id" not in attributes:
        return found
    node_id, kind = str(attributes["gradient.node_id"]), str(attributes.get("gradient.kind"))
    own = node_id.removeprefix(f"{kind}_")
    return own if own != node_id else span_name.removeprefix(f"{attributes.get('gen_ai.operation.name')} ")


def _kind(name: str, attributes: Attributes) -> str:
    ours = _text(attributes.get("gradient.kind"))
    if ours is not None:
        return ours
    told = str(attributes.get("openinference.span.kind", "")).upper()
    operation = str(attributes.get("gen_ai.operation.name") or attributes.get("llm.request.type", ""))
    operation = "memory" if operation.startswith("memory.") else operation
    loop = str(attributes.get("traceloop.span.kind", ""))
    # OpenInference calls workflows and much else a chain, so that what is more exact comes first.
    exact = None if told == "CHAIN" else _OPEN_INFERENCE.get(told)
    found = exact or _OPERATIONS.get(operation) or _TRACELOOP.get(loop) or _SPANS.get(name.partition(" ")[0])
    return found or ("chain" if told == "CHAIN" else "step")


def _side(side: str, kind: str, attributes: Attributes) -> Any:
    """Return inputs or outputs; of a model call its messages, where it tells of any."""
    whole = attributes.get(f"{side}.value")
    if "gradient.kind" in attributes:
        return _decoded(whole, attributes.get(f"{side}.mime_type"))
    if kind == "llm":
        said = _messages(attributes.get(f"gen_ai.{side}.messages")) or indexed_messages(side, attributes)
        if said:
            return {"messages": [*(_system(attributes) if side == "input" else ()), *said]}
    names = (_INPUTS if side == "input" else _OUTPUTS).get(kind, ())
    found = _first(attributes, (f"{side}.value", *names, f"traceloop.entity.{side}", f"gen_ai.{side}.messages"))
    return _decoded(found, attributes.get(f"{side}.mime_type") if found is whole else "application/json")


def _system(attributes: Attributes) -> list[Any]:
    """Return the system's message, where it is told apart from the conversation."""
    parts = _messages(attributes.get("gen_ai.system_instructions"))
    return [{"role": "system", "parts": parts}] if parts else []


def _messages(value: Any) -> list[Any] | None:
    told = decoded(value)
    return list(told) if is_list(told) and told else None


def _metadata(attributes: Attributes) -> dict[str, Any]:
    """Return what was metadata when it was sent, and what no convention has a place for."""
    told = decoded(_first(attributes, ("gradient.metadata", "metadata")))
    rest = {name: value for name, value in attributes.items() if not name.startswith(_UNDERSTOOD)}
    return {**rest, **(told if is_mapping(told) else {})}


def _decoded(value: Any, mime_type: Any) -> Any:
    """Return what a value stands for that may be JSON, as its type says."""
    return decoded(value) if mime_type == "application/json" else value


def _first(attributes: Attributes, names: Iterable[str]) -> Any:
    return next((attributes[name] for name in names if attributes.get(name) is not None), None)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value.isidentifier() else None


def _number(value: Any) -> float | None:
    is_one = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if is_one else None


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if is_list(value) else []
