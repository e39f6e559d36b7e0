"""A run in the words of OpenTelemetry's conventions for generative AI, and what they have no words for as `gradient.*`.

Pure tables and functions, the same for files and for live export. As of semantic-conventions-genai 0.1.0, November
2026, all of it still in development. Contents are compact JSON text: receivers drop structured attributes. Nothing is
made up: what is not known has no attribute, above all `gen_ai.conversation.id`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from gradient.analysis.forest import Document
from gradient.analysis.notes import noted
from gradient.analysis.values import is_list, is_mapping
from gradient.journal.vocabulary import MESSAGE_FIELDS, PARTS, REQUEST, USAGE, kind_of

Attribute = str | bool | int | float | list[str]
Attributes = dict[str, Attribute]

REQUEST_OPERATION = str(REQUEST.operation)

# What LangChain and others call providers, where OpenTelemetry has another name for them.
PROVIDERS = {
    "amazon_bedrock": "aws.bedrock",
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "ibm": "ibm.watsonx.ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "moonshot": "moonshot_ai",
    "xai": "x_ai",
}
_PARAMS: dict[str, tuple[str, type]] = {
    "temperature": ("gen_ai.request.temperature", float),
    "top_p": ("gen_ai.request.top_p", float),
    "top_k": ("gen_ai.request.top_k", int),
    "max_tokens": ("gen_ai.request.max_tokens", int),
    "max_completion_tokens": ("gen_ai.request.max_tokens", int),
    "frequency_penalty": ("gen_ai.request.frequency_penalty", float),
    "presence_penalty": ("gen_ai.request.presence_penalty", float),
    "seed": ("gen_ai.request.seed", int),
}
_FINISH_REASONS = {"tool_calls": "tool_call", "tool_use": "tool_call", "end_turn": "stop", "max_tokens": "length"}
_TEXTS = ("content", "name")
_OMITTED_BLOB, _UNKNOWN_PART = "gradient.omitted_blob", "gradient.value"


def compact(value: Any) -> str:
    """Return a value as JSON without spaces."""
    return msgspec.json.encode(value).decode()


def span_name(execution: Document) -> str:
    """Return what an execution is called among spans: its operation and the model, tool or agent; else its own name."""
    kind, name = kind_of(execution["kind"]), str(execution["name"])
    if kind.operation is None:
        return name
    return f"{kind.operation} {(kind.is_billed and execution['model']) or name}"


def request_attributes(run: Document) -> Attributes:
    """Return the attributes of the span that stands for the request itself."""
    entrypoint = run["entrypoint"]
    told: dict[str, Any] = {
        "gen_ai.operation.name": REQUEST_OPERATION,
        "gen_ai.workflow.name": entrypoint,
        "gen_ai.agent.name": entrypoint,
        **_common(run, run),
        "gradient.kind": "request",
        "gradient.request_id": run["request_id"],
        "gradient.project": run["project"],
        "gradient.tags": list(run["tags"]) or None,
        **{f"gradient.loss.{part}": number or None for part, number in run["loss"].items()},
    }
    return _known(told)


def execution_attributes(execution: Document, run: Document) -> Attributes:
    """Return the attributes of the span that stands for an execution."""
    kind = execution["kind"]
    told: dict[str, Any] = {
        "gen_ai.operation.name": kind_of(kind).operation,
        **_common(execution, run),
        "gradient.request_id": run["request_id"],
        "gradient.kind": kind,
        "gradient.framework": execution["framework"],
        "gradient.node_id": execution["node_id"],
        "gradient.attempt": execution["attempt"],
        "gradient.cached": execution["cached"] or None,
    }
    told |= dict(_BY_KIND.get(kind, _nothing_more)(execution))
    usage = execution["usage"]
    if usage is not None:
        told |= {name: usage.get(amount.name) for amount in USAGE.values() for name in amount.otlp}
    return _known(told)


def messages(value: Any) -> list[dict[str, Any]] | None:
    """Return the chat messages of an LLM call's inputs or outputs, with what the conventions want of them."""
    listed: Any = value.get("messages") if is_mapping(value) else None
    if not is_list(listed) or not all(is_mapping(message) and "parts" in message for message in listed):
        return None
    return [
        {**{key: message[key] for key in MESSAGE_FIELDS if key in message}, "parts": [*map(_part, message["parts"])]}
        for message in listed
    ]


def _part(part: Any) -> Any:
    """Return a part with text where the conventions want it; one whose content was not kept gets a type of our own."""
    if not is_mapping(part):
        return {"type": _UNKNOWN_PART, "value": part}
    known: Iterable[str] = PARTS.get(str(part.get("type")), part)
    told = {name: _whole_text(part[name]) if name in _TEXTS else part[name] for name in part if name in known}
    if told.get("type") != "blob":
        return told
    return {**told, "type": _OMITTED_BLOB} | ({"content": noted(content)} if (content := told.get("content")) else {})


def _whole_text(value: Any) -> Any:
    """Return what is left of a text that was cut or withheld as text."""
    said = "[redacted]" if is_mapping(value) and "$redacted" in value else noted(value)
    return value if said is None else said


def provider(name: str | None) -> str | None:
    """Return what OpenTelemetry calls a provider."""
    return None if name is None else PROVIDERS.get(name, name)


def _common(one: Document, run: Document) -> dict[str, Any]:
    """Return what executions and requests have alike."""
    error = one["error"]
    return {
        "gen_ai.conversation.id": run["session_id"],
        "session.id": run["session_id"],
        "user.id": run["user_id"],
        "error.type": None if error is None else error["type"] or "_OTHER",
        "gradient.status": one["status"],
        "gradient.metadata": compact(one["metadata"]) if one["metadata"] else None,
    }


def _llm(execution: Document) -> Iterator[tuple[str, Any]]:
    inputs, outputs = execution["inputs"], execution["outputs"]
    yield from _model(execution)
    first_token_ms = execution["time_to_first_token_ms"]
    yield "gen_ai.response.time_to_first_chunk", None if first_token_ms is None else first_token_ms / 1000
    yield "gen_ai.request.stream", True if first_token_ms is not None else None
    yield from _params(inputs.get("params") if is_mapping(inputs) else None)
    yield from _response(outputs)
    for name, said in (("gen_ai.input.messages", messages(inputs)), ("gen_ai.output.messages", messages(outputs))):
        yield name, None if said is None else compact(said)
    tools = inputs.get("tools") if is_mapping(inputs) else None
    yield "gen_ai.tool.definitions", compact(tools) if tools else None


def _model(execution: Document) -> Iterator[tuple[str, Any]]:
    yield "gen_ai.provider.name", provider(execution["provider"])
    yield "gen_ai.request.model", execution["model"]
    yield "gen_ai.response.model", execution["model"] if execution["status"] == "completed" else None


def _params(params: Any) -> Iterator[tuple[str, Any]]:
    if not is_mapping(params):
        return
    for key, (name, kind) in _PARAMS.items():
        value = params.get(key)
        if type(value) in (int, float):
            yield name, kind(value)
    stop = params.get("stop")
    if is_list(stop) and stop:
        yield "gen_ai.request.stop_sequences", [str(each) for each in stop]


def _response(outputs: Any) -> Iterator[tuple[str, Any]]:
    """Yield what the provider says of its answer, where a message has it."""
    listed: Any = outputs.get("messages") if is_mapping(outputs) else None
    told = [message.get("response_metadata") for message in listed if is_mapping(message)] if is_list(listed) else []
    notes = [note for note in told if is_mapping(note)]
    reasons = [note.get("finish_reason") or note.get("stop_reason") for note in notes]
    known = [_FINISH_REASONS.get(reason, reason) for reason in reasons if isinstance(reason, str)]
    yield "gen_ai.response.finish_reasons", known or None
    yield "gen_ai.response.id", next((note["id"] for note in notes if isinstance(note.get("id"), str)), None)


def _tool(execution: Document) -> Iterator[tuple[str, Any]]:
    yield "gen_ai.tool.name", execution["name"]
    yield "gen_ai.tool.type", "function"
    call_id = execution["metadata"].get("tool_call_id")
    yield "gen_ai.tool.call.id", call_id if isinstance(call_id, str) else None
    yield "gen_ai.tool.call.arguments", _content(execution["inputs"])
    yield "gen_ai.tool.call.result", _content(execution["outputs"])


def _retriever(execution: Document) -> Iterator[tuple[str, Any]]:
    inputs = execution["inputs"]
    query = inputs.get("query") if is_mapping(inputs) else inputs
    yield "gen_ai.retrieval.query.text", query if isinstance(query, str) else None
    yield "gen_ai.retrieval.documents", _content(execution["outputs"])


def _agent(execution: Document) -> Iterator[tuple[str, Any]]:
    yield "gen_ai.agent.name", execution["name"]


def _workflow(execution: Document) -> Iterator[tuple[str, Any]]:
    # The first release of the conventions calls it by an agent's name, what came before by a workflow's.
    yield "gen_ai.workflow.name", execution["name"]
    yield "gen_ai.agent.name", execution["name"]


def _nothing_more(_execution: Document) -> Iterator[tuple[str, Any]]:
    return iter(())


def _content(value: Any) -> str | None:
    return None if value is None else value if isinstance(value, str) else compact(value)


def _known(told: dict[str, Any]) -> Attributes:
    return {name: value for name, value in told.items() if value is not None}


_BY_KIND: dict[str, Callable[[Document], Iterator[tuple[str, Any]]]] = {
    "llm": _llm,
    "embedding": _model,
    "tool": _tool,
    "retriever": _retriever,
    "agent": _agent,
    "graph": _workflow,
    "workflow": _workflow,
}
