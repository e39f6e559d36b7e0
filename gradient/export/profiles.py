"""What further tools read beside the attributes of OpenTelemetry and OpenInference, each in names of its own.

These attributes are added, never instead of the others, and only for tools that settings name.
"""

from collections.abc import Callable, Iterator
from typing import Any

from gradient.analysis.forest import Document, Execution, tokens_of
from gradient.export.genai import Attributes, compact
from gradient.journal.vocabulary import USAGE, Kind, is_failure, kind_of

_REQUEST = "request"
_USAGE = {amount.name: amount.langfuse for amount in USAGE.values() if amount.langfuse}


def attributes(profile: str, one: Document | Execution, run: Document) -> Attributes:
    """Return what a tool reads of a request or an execution.

    Args:
        profile: Which tool.
        one: The request, or an execution of it.
        run: The request.
    """
    return {name: value for name, value in _PROFILES[profile](one, run) if value is not None}


def _langfuse(one: Document, run: Document) -> Iterator[tuple[str, Any]]:
    yield "langfuse.observation.type", _kind(one).langfuse
    yield "langfuse.observation.input", _text(one["inputs"])
    yield "langfuse.observation.output", _text(one["outputs"])
    for name, value in one["metadata"].items():
        yield f"langfuse.observation.metadata.{name}", _text(value)
    if is_failure(one["status"]):
        yield "langfuse.observation.level", "ERROR"
        yield "langfuse.observation.status_message", one["error"] and one["error"]["message"]
    if one is run:
        yield "langfuse.trace.name", run["entrypoint"]
        yield "langfuse.trace.input", _text(run["inputs"])
        yield "langfuse.trace.output", _text(run["outputs"])
        yield "langfuse.trace.tags", list(run["tags"]) or None
        return
    yield "langfuse.observation.model.name", one["model"]
    usage = one["usage"]
    if usage is not None:
        counts = {name: usage[part] for part, name in _USAGE.items() if usage[part] is not None}
        yield "langfuse.observation.usage_details", compact(counts) if counts else None
        cost = usage["cost_usd"]
        yield "langfuse.observation.cost_details", None if cost is None else compact({"total": cost})


def _langsmith(one: Document, run: Document) -> Iterator[tuple[str, Any]]:
    yield "langsmith.span.kind", _kind(one).langsmith
    yield "langsmith.trace.session_name", run["project"]
    yield "langsmith.metadata.session_id", run["session_id"]
    yield "langsmith.metadata.user_id", run["user_id"]
    yield "langsmith.span.tags", ",".join(run["tags"]) or None
    yield "gen_ai.prompt", _text(one["inputs"])
    yield "gen_ai.completion", _text(one["outputs"])
    for name, value in one["metadata"].items():
        yield f"langsmith.metadata.{name}", _text(value)
    if one is not run and one["usage"] is not None:
        yield "gen_ai.usage.total_tokens", tokens_of(one["usage"])


def _mlflow(one: Document, _run: Document) -> Iterator[tuple[str, Any]]:
    yield "mlflow.spanType", _kind(one).mlflow


def _kind(one: Document) -> Kind:
    return kind_of(one.get("kind", _REQUEST))


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else compact(value)


_PROFILES: dict[str, Callable[[Document, Document], Iterator[tuple[str, Any]]]] = {
    "langfuse": _langfuse,
    "langsmith": _langsmith,
    "mlflow": _mlflow,
}
PROFILES = tuple(_PROFILES)
