"""Let spans of other instrumentations join the request's tree: those for agents and models that we have none for.

    Span.start ── a scope of the table, no instrumentor of ours ──> tracker.start
    Span.end   ── what its attributes say by then ─────────────────> tracker.end

What a span says is read by `gradient.analysis.conventions`. Spans of HTTP, databases and the like stay where they are;
in live mode they nest below our nodes, see `gradient.export.live`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.analysis.conventions import Said, read_span
from gradient.instrumentors.seams import Instrumentor
from gradient.journal.events import Usage
from gradient.runtime import frameworks
from gradient.runtime.context import register_scope_finder
from gradient.runtime.listeners import warn
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from gradient.runtime.context import Scope
    from gradient.runtime.execution import NodeExecution

# Beginnings of scopes, and the framework that they are for; None: the word that follows says.
SCOPES: dict[str, str | None] = {
    "openinference.instrumentation.": None,
    "opentelemetry.instrumentation.agno": "agno",
    "opentelemetry.instrumentation.anthropic": "anthropic",
    "opentelemetry.instrumentation.bedrock": "bedrock",
    "opentelemetry.instrumentation.cohere": "cohere",
    "opentelemetry.instrumentation.crewai": "crewai",
    "opentelemetry.instrumentation.genai.": None,
    "opentelemetry.instrumentation.google_genai": "google-genai",
    "opentelemetry.instrumentation.google_generativeai": "google-genai",
    "opentelemetry.instrumentation.groq": "groq",
    "opentelemetry.instrumentation.haystack": "haystack",
    "opentelemetry.instrumentation.langchain": "langchain",
    "opentelemetry.instrumentation.llamaindex": "llama-index",
    "opentelemetry.instrumentation.mcp": "mcp",
    "opentelemetry.instrumentation.mistralai": "mistralai",
    "opentelemetry.instrumentation.ollama": "ollama",
    "opentelemetry.instrumentation.openai_agents": "openai-agents",
    "opentelemetry.instrumentation.openai": "openai",
    "opentelemetry.instrumentation.transformers": "transformers",
    "opentelemetry.instrumentation.vertexai": "vertexai",
    "agent_framework": "agent-framework",
    "autogen": "autogen",
    "gcp.vertex.agent": "google-adk",
    "google.adk": "google-adk",
    "haystack": "haystack",
    "pydantic-ai": "pydantic-ai",
    "semantic_kernel": "semantic-kernel",
    "strands": "strands",
    "traceloop.tracer": "traceloop",
}
_MOST_OPEN = 10_000
_ERROR = "ERROR"
_EXCEPTION = "exception"


class OpenTelemetryInstrumentor(Instrumentor):
    """Makes executions of spans that say something about agents."""

    name: ClassVar[str] = "opentelemetry"
    modules: ClassVar[tuple[str, ...]] = ("opentelemetry.sdk.trace",)

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[int, NodeExecution] = {}
        self._forget_finder: Callable[[], None] = lambda: None
        self._current_span: Callable[[], Any] = lambda: None

    def activate(self, module: ModuleType) -> None:
        """Wrap the two methods through which every span of the SDK goes."""
        from opentelemetry.trace import get_current_span

        self._current_span = get_current_span
        self.try_seam(
            lambda: self.patches.replace(module.Span, "start", lambda original: self._around(original, self._begin))
        )
        self.try_seam(
            lambda: self.patches.replace(module.Span, "end", lambda original: self._around(original, self._end))
        )
        self._forget_finder()
        self._forget_finder = register_scope_finder(self._running)

    def deactivate(self) -> None:
        """Forget what is open; it ends unseen."""
        self._forget_finder()
        self._forget_finder = lambda: None
        self._open.clear()

    def _around(self, original: Any, note: Callable[[Any], None]) -> Any:
        patches = self.patches

        @functools.wraps(original)
        def call(span: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(span, *args, **kwargs)
            if patches.active:
                try:
                    note(span)
                except Exception as error:  # noqa: BLE001 - the span is somebody else's
                    warn(f"a span of another instrumentation could not be recorded: {error!r}.")
            return result

        return call

    def _begin(self, span: Any) -> None:
        scope = span.instrumentation_scope
        framework = None if scope is None else framework_of(scope.name)
        if scope is None or framework is None or self._is_traced(framework) or len(self._open) >= _MOST_OPEN:
            return
        span_id = span.get_span_context().span_id
        said = read_span(span.name, scope.name, dict(span.attributes or {}))
        parent = None if span.parent is None else self._open.get(span.parent.span_id)
        step = Step(
            said.name, said.kind, framework, said.inputs, parent=parent, model=said.model, provider=said.provider
        )
        execution = self.tracker.start(step)
        if execution is not None:
            self._open[span_id] = execution

    def _end(self, span: Any) -> None:
        execution = self._open.pop(span.get_span_context().span_id, None)
        if execution is None:
            return
        said = read_span(span.name, span.instrumentation_scope.name, dict(span.attributes or {}))
        _complete(execution, said)
        late_inputs = said.inputs if execution.inputs is None else None
        self.tracker.end(execution, said.outputs, _error_of(span), late_inputs=late_inputs)

    def _is_traced(self, framework: str) -> bool:
        """Tell whether an instrumentor of ours records the same work."""
        known = any(each.name == framework for each in frameworks.FRAMEWORKS)
        return known and frameworks.is_allowed(framework, self.tracker.tracking.settings)

    def _running(self) -> Scope | None:
        """Return the execution of the span that is current; called wherever a parent is looked for."""
        if not self._open:
            return None
        return self._open.get(self._current_span().get_span_context().span_id)


def framework_of(scope: str) -> str | None:
    """Return the framework that an instrumentation scope is for; None for one that has nothing to do with agents."""
    prefix = max((known for known in SCOPES if scope.startswith(known)), key=len, default=None)
    if prefix is None:
        return None
    return SCOPES[prefix] or scope[len(prefix) :].partition(".")[0].replace("_", "-") or None


def _complete(execution: NodeExecution, said: Said) -> None:
    """Add what was not known when the span began: its kind may be an attribute that came later."""
    execution.kind, execution.node_name, execution.node_id = said.kind, said.name, said.node_id
    execution.model = said.model or execution.model
    execution.provider = said.provider or execution.provider
    if said.usage:
        execution.usage = Usage(**said.usage)
    if said.metadata:
        execution.metadata = {**execution.metadata, **said.metadata}


def _error_of(span: Any) -> Any:
    """Return what a span says it ended with; as text, because the exception itself is gone."""
    if span.status.status_code.name != _ERROR:
        return None
    told: list[dict[str, Any]] = [dict(event.attributes or {}) for event in span.events if event.name == _EXCEPTION]
    exception = told[0] if told else {}
    message = span.status.description or str(exception.get("exception.message", ""))
    return message or str(exception.get("exception.type", "error"))
