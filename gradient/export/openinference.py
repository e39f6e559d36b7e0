"""A run in the words of OpenInference, which Phoenix, MLflow and others read where they do not know `gen_ai.*`.

These attributes are added to those of `gradient.export.genai`, never instead of them.
"""

from collections.abc import Iterator
from typing import Any

from gradient.analysis.forest import Document, Execution, tokens_of
from gradient.analysis.values import is_list, is_mapping
from gradient.export.genai import Attributes, compact, messages
from gradient.journal.vocabulary import USAGE, kind_of


def request_attributes(run: Document) -> Attributes:
    """Return what is added to the span that stands for the request."""
    told: dict[str, Any] = {"openinference.span.kind": "CHAIN", **_common(run)}
    if run["tags"]:
        told["tag.tags"] = list(run["tags"])
    return told


def execution_attributes(execution: Execution) -> Attributes:
    """Return what is added to the span that stands for an execution."""
    kind, tags = execution["kind"], execution["metadata"].get("tags")
    told: dict[str, Any] = {"openinference.span.kind": kind_of(kind).openinference, **_common(execution)}
    if is_list(tags) and all(isinstance(tag, str) for tag in tags):
        told["tag.tags"] = list(tags)
    if kind == "node":
        told |= {"graph.node.id": execution["node_id"], "graph.node.name": execution["name"]}
    elif kind == "agent":
        told["agent.name"] = execution["name"]
    elif kind == "tool":
        told["tool.name"] = execution["name"]
    elif kind == "retriever":
        told |= dict(_documents(execution["outputs"]))
    elif kind == "llm":
        told |= dict(_llm(execution))
    return {name: value for name, value in told.items() if value is not None}


def _common(one: Document) -> Attributes:
    told: Attributes = {}
    for side, value in (("input", one["inputs"]), ("output", one["outputs"])):
        if value is not None:
            told[f"{side}.value"] = value if isinstance(value, str) else compact(value)
            told[f"{side}.mime_type"] = "text/plain" if isinstance(value, str) else "application/json"
    if one["metadata"]:
        told["metadata"] = compact(one["metadata"])
    return told


def _llm(execution: Execution) -> Iterator[tuple[str, Any]]:
    inputs = execution["inputs"]
    yield "llm.model_name", execution["model"]
    yield "llm.provider", execution["provider"]
    if is_mapping(inputs):
        yield "llm.invocation_parameters", compact(inputs["params"]) if inputs.get("params") else None
        tools = inputs.get("tools")
        for number, tool in enumerate(tools if is_list(tools) else ()):
            yield f"llm.tools.{number}.tool.json_schema", compact(tool)
    for side, value in (("input", inputs), ("output", execution["outputs"])):
        for number, message in enumerate(messages(value) or ()):
            yield from _message(f"llm.{side}_messages.{number}.message", message)
    usage = execution["usage"]
    if usage is not None:
        yield "llm.token_count.total", tokens_of(usage)
        yield from ((amount.openinference, usage[amount.name]) for amount in USAGE.values())


def _message(prefix: str, message: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield f"{prefix}.role", message["role"]
    parts = [part for part in message["parts"] if is_mapping(part)]
    texts = [part["content"] for part in parts if part.get("type") == "text" and isinstance(part.get("content"), str)]
    for part in parts:
        if part.get("type") == "tool_call_response":
            response = part.get("response")
            texts.append(response if isinstance(response, str) else compact(response))
            yield f"{prefix}.tool_call_id", part.get("id")
    yield f"{prefix}.content", "\n".join(texts) or None
    for number, call in enumerate(part for part in parts if part.get("type") == "tool_call"):
        here = f"{prefix}.tool_calls.{number}.tool_call"
        yield f"{here}.id", call.get("id")
        yield f"{here}.function.name", call.get("name")
        yield f"{here}.function.arguments", compact(call.get("arguments"))


def _documents(outputs: Any) -> Iterator[tuple[str, Any]]:
    """Yield retrieved documents, whether they are mappings or objects that were written down."""
    found = outputs.get("documents") if is_mapping(outputs) else outputs
    for number, item in enumerate(found if is_list(found) else ()):
        prefix = f"retrieval.documents.{number}.document"
        fields = item.get("fields", item) if is_mapping(item) else {"content": item}
        if not is_mapping(fields):
            continue
        content = fields.get("page_content", fields.get("content"))
        yield f"{prefix}.content", content if isinstance(content, str) else None
        yield f"{prefix}.id", None if fields.get("id") is None else str(fields["id"])
        yield f"{prefix}.score", fields["score"] if isinstance(fields.get("score"), float) else None
        yield f"{prefix}.metadata", compact(fields["metadata"]) if fields.get("metadata") else None
