"""Let spans of other instrumentations join the request's tree: those for agents and models that we have none for.

    Span.start ── a scope of the table, no instrumentor of ours ──> tracker.start
    Span.end   ── what its attributes say by then ─────────────────> tracker.end

What a span says is read by `gradient.analysis.conventions`. Spans of HTTP, databases and the like stay where they are;
in live mode they nest below our nodes, see `gradient.export.live`.
"""

from __future__ import annotations

import functools
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from gradient.analysis.conventions import Said, read_span
from gradient.analysis.event_messages import Event
from gradient.instrumentors.model_calls import Exchange
from gradient.instrumentors.seams import Instrumentor
from gradient.journal.events import Usage
from gradient.journal.failures import Failure
from gradient.runtime import frameworks
from gradient.runtime.calls.interruptions import may_be_forgotten
from gradient.runtime.context import current_scope, deepest, register_scope_finder
from gradient.runtime.listening.listeners import warn
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from gradient.runtime.context import Scope
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.status import Status

# Beginnings of scopes, and the framework that they are for; None: the word that follows says.
SCOPES: dict[str, str | None] = {
    "openinference.instrumentation.": None,
    "openinference.instrumentation.autogen_agentchat": "autogen",
    "openinference.instrumentation.llama_index": "llamaindex",
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
    "opentelemetry.instrumentation.llamaindex": "llamaindex",
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
_UNKNOWN = "step"  # what spans may be when they begin: their attributes come a moment later
_OPERATION = "gen_ai.operation.name"
_ERROR = "ERROR"
_EXCEPTION = "exception"


class _Joined(NamedTuple):
    """A span that became an execution. Other spans below it, which say nothing of agents, lead to it as well.

    Attributes:
        handled: The exception that was being handled when it began, and is none of its own.
    """

    span: Any
    execution: NodeExecution
    handled: BaseException | None


class OpenTelemetryInstrumentor(Instrumentor):
    """Makes executions of spans that say something about agents."""

    name: ClassVar[str] = "opentelemetry"
    modules: ClassVar[tuple[str, ...]] = ("opentelemetry.sdk.trace",)

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[int, _Joined] = {}
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
        def call(span: Any, /, *args: Any, **kwargs: Any) -> Any:
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
        above = None if span.parent is None else self._open.get(span.parent.span_id)
        if len(self._open) >= _MOST_OPEN:
            return
        if framework is None or self._is_traced(framework):
            if above is not None:
                self._open[_id_of(span)] = above  # what happens in it happens in the one above
            return
        said = _read(span)
        parent = None if above is None else deepest(above.execution, current_scope.get())
        step = Step(
            said.name, said.kind, framework, said.inputs, parent=parent, model=said.model, provider=said.provider
        )
        execution = self.tracker.start(step)
        if execution is not None:
            execution.exchange = Exchange()
            joined = self._open[_id_of(span)] = _Joined(span, execution, sys.exc_info()[1])
            may_be_forgotten(execution, partial(self._forgotten, joined))

    def _end(self, span: Any) -> None:
        joined = self._open.pop(_id_of(span), None) if self._open else None
        if joined is None or joined.span is not span or joined.execution.ended_ns is not None:
            return
        raised = sys.exc_info()[1]
        # Spans tell of exceptions, but of few that are none: those by which tasks and streams are stopped.
        stops = raised is not joined.handled and not isinstance(raised, Exception)
        self._close(joined, raised if stops else None)

    def _forgotten(self, joined: _Joined, error: Any, status: Status) -> None:
        """End what has a span that nobody ends; that one is somebody else's."""
        self._open.pop(_id_of(joined.span), None)
        self._close(joined, error, status)

    def _close(self, joined: _Joined, error: Any, status: Status | None = None) -> None:
        span, execution, _ = joined
        said = _read(span)
        _complete(execution, said)
        exchange: Exchange = execution.exchange
        outputs = exchange.outputs if said.outputs is None else said.outputs
        inputs = exchange.inputs if said.inputs is None else said.inputs
        late_inputs = inputs if execution.inputs is None else None
        # A generator is closed in the end, whatever it had come to; of a cancellation no span says more.
        tells = status is None and (error is None or isinstance(error, GeneratorExit))
        known: Any = said.status if tells else status
        failed = _error_of(span, said) or error
        self.tracker.end(execution, outputs, failed, status=known, late_inputs=late_inputs)

    def _is_traced(self, framework: str) -> bool:
        """Tell whether an instrumentor of ours records the same work."""
        known = any(each.name == framework for each in frameworks.FRAMEWORKS)
        return known and frameworks.is_allowed(framework, self.tracker.tracking.settings)

    def _running(self) -> Scope | None:
        """Return the execution of the span that is current; called wherever a parent is looked for."""
        joined = self._open.get(_id_of(self._current_span())) if self._open else None
        if joined is None or joined.execution.ended_ns is not None:
            return None
        if joined.execution.kind == _UNKNOWN:
            _complete(joined.execution, _read(joined.span))  # a model's call that a client is about to serve
        return joined.execution


@functools.lru_cache(maxsize=1024)
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
    if said.usage and execution.usage is None:  # a client knows more
        execution.usage = Usage(**said.usage)
    if said.metadata:
        execution.metadata = {**execution.metadata, **said.metadata}


def _error_of(span: Any, said: Said) -> Failure | None:
    """Return what a span says it ended with; the exception itself is gone."""
    if span.status.status_code.name != _ERROR:
        return None
    told: list[dict[str, Any]] = [dict(event.attributes or {}) for event in span.events if event.name == _EXCEPTION]
    exception = told[-1] if told else {}
    return Failure(
        str(exception.get("exception.type") or said.error_type or ""),
        str(exception.get("exception.message") or span.status.description or ""),
        exception.get("exception.stacktrace"),
    )


def _id_of(span: Any) -> int:
    span_id: int = span.get_span_context().span_id
    return span_id


def _read(span: Any) -> Said:
    # Most spans begin without attributes, but are named as the conventions want it: `chat gpt-4o`.
    attributes = dict(span.attributes or {_OPERATION: span.name.partition(" ")[0]})
    events: list[Event] = [(event.name, event.attributes or {}) for event in span.events]
    return read_span(span.name, span.instrumentation_scope.name, attributes, events)
