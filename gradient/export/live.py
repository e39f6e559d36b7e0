"""Executions as spans of the program's own OpenTelemetry provider, while they run.

Then spans of other instrumentations (HTTP, databases) nest under the right node, and all of it goes where the provider
sends it. No provider is set and none is replaced: without one of the program's own nothing happens. Our ids are the
spans' ids, where the provider is the official SDK's.

Nothing is attached and detached: what is current in OpenTelemetry follows from what is current here, which never leaks
out of a stream and is handed to threads. See `Nesting`.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from opentelemetry import context as context_api
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags, TraceState

from gradient.analysis.values import is_mapping
from gradient.export import genai, openinference
from gradient.export.live_documents import execution_document, request_document
from gradient.export.ship.manner import sends_content
from gradient.export.spans import exception_attributes
from gradient.journal.failures import document_of
from gradient.journal.vocabulary import kind_of
from gradient.runtime.context import RequestContext, running_scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.listening.listeners import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

    from gradient.runtime.context import Scope

_TRACER = "gradient"
_SPAN = "_gradient_span"
_RUNTIME = "_RUNTIME_CONTEXT"
_FAILED = "error"


@dataclass(frozen=True, slots=True)
class _Live:
    """The span of an execution or a request, and the id of the span that was current around it."""

    span: Span
    outer: int


class LiveSpans(Listener):
    """Makes a span of each request and each execution, with the same ids."""

    def __init__(self) -> None:
        self._tracer: Tracer | None = None
        self._ids: _SharedIds | None = None
        self._nesting: Nesting | None = None
        self._content = sends_content(os.environ)

    def on_request_start(self, request: RequestContext) -> None:
        """Begin the root span: under the program's own current span, or under that of another process."""
        if self._tracer is None and not self._found():
            return
        name = f"{genai.REQUEST_OPERATION} {request.entrypoint_name}"
        context = _with_remote(request, context_api.get_current())
        self._start(request, name, context, int(request.trace_id, 16), request.span_id)

    def on_request_end(self, request: RequestContext) -> None:
        """End the root span."""
        if _SPAN not in vars(request):
            return
        document = request_document(request, content=self._content)
        self._end(request, {**genai.request_attributes(document), **openinference.request_attributes(document)})

    def on_execution_start(self, execution: NodeExecution) -> None:
        """Begin a span below that of the parent."""
        if self._tracer is None or execution.request is None:
            return
        above = execution.parent
        current = context_api.get_current()
        live = _live(above)
        # A span of the program's own may stand between the two, but only where its context is the one we run in.
        context = current if live is None or running_scope() is above else trace.set_span_in_context(live.span, current)
        document = execution_document(execution, content=False)
        is_client = kind_of(execution.kind).is_client
        self._start(execution, genai.span_name(document), context, 0, execution.execution_id, is_client=is_client)

    def on_execution_end(self, execution: NodeExecution) -> None:
        """End the span of an execution, with all that is known of it."""
        if execution.request is None or _SPAN not in vars(execution):
            return
        document = execution_document(execution, content=self._content)
        run = request_document(execution.request, content=False)
        told = {**genai.execution_attributes(document, run), **openinference.execution_attributes(document)}
        self._end(execution, told)

    def on_update(self, scope: Scope, what: str, name: str, value: Any) -> None:
        """Tell of what happened while it ran."""
        live, manager = _live(scope), None if scope.request is None else scope.request.manager
        if live is not None and what == "event" and manager is not None:
            capture = manager.tracking.capture
            told = msgspec.json.decode(capture.payload(value)) if self._content else None
            live.span.add_event(capture.label(name), dict(_flat(told)))

    def close(self) -> None:
        """Let go of the provider; a later request takes hold again."""
        if self._ids is not None:
            self._ids.restore()
        if self._nesting is not None:
            self._nesting.restore()
        self._tracer = self._ids = self._nesting = None

    def _found(self) -> bool:
        """Take hold of the program's provider; tell whether there is one."""
        provider = trace.get_tracer_provider()
        if isinstance(provider, trace.ProxyTracerProvider | trace.NoOpTracerProvider):
            return False
        self._tracer = provider.get_tracer(_TRACER)
        self._ids = _SharedIds.of(self._tracer)
        self._nesting = Nesting.installed()
        return True

    def _start(  # noqa: PLR0913 - what a span begins with
        self, scope: Scope, name: str, context: Context, trace_id: int, span_id: int, *, is_client: bool = False
    ) -> None:
        if self._tracer is None or self._nesting is None:
            return
        if self._ids is not None:
            self._ids.give(trace_id, span_id)
        kind = SpanKind.CLIENT if is_client else SpanKind.INTERNAL
        started_ns = (scope.started_ns or 0) + _wall_offset_ns(scope)
        span = self._tracer.start_span(name, context, kind, start_time=started_ns)
        vars(scope)[_SPAN] = _Live(span, self._nesting.outer_span_id())

    def _end(self, scope: Scope, attributes: genai.Attributes) -> None:
        live: _Live | None = vars(scope).get(_SPAN)
        if live is None:
            return
        span, failure = live.span, scope.failure
        span.set_attributes(attributes)
        ended_ns = (scope.ended_ns or 0) + _wall_offset_ns(scope)
        if failure is not None:
            told = exception_attributes(document_of(failure))
            span.add_event("exception", told if self._content else {"exception.type": failure.type}, ended_ns)
        if scope.status == _FAILED:
            span.set_status(StatusCode.ERROR, scope.error if self._content else None)
        span.end(ended_ns)


class Nesting:
    """OpenTelemetry's runtime context, in which our running execution is current unless a span of others is deeper.

    That is so where another span is current than when our execution began. Put in the place of the original, which it
    asks first, and taken away again.
    """

    def __init__(self, original: Any) -> None:
        self._original = original

    @classmethod
    def installed(cls) -> Nesting:
        """Put one in its place."""
        nesting = cls(getattr(context_api, _RUNTIME))
        setattr(context_api, _RUNTIME, nesting)
        return nesting

    def restore(self) -> None:
        """Put the original back; where somebody has replaced us, we stay underneath and do nothing."""
        if getattr(context_api, _RUNTIME) is self:
            setattr(context_api, _RUNTIME, self._original)

    def outer_span_id(self) -> int:
        """Return the id of the span that is current without us, 0 for none."""
        return _span_id(self._original.get_current())

    def get_current(self) -> Context:
        """Return what is current."""
        base: Context = self._original.get_current()
        live = _live(running_scope())
        if live is None or _span_id(base) not in (0, live.outer):
            return base
        return trace.set_span_in_context(live.span, base)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


class _SharedIds:
    """Gives our tracer the ids that we have given already; an id generator of the official SDK."""

    def __init__(self, tracer: Any) -> None:
        self._tracer = tracer
        self._original = tracer.id_generator
        self._given = threading.local()

    @classmethod
    def of(cls, tracer: Any) -> _SharedIds | None:
        """Take the place of a tracer's generator; None for a tracer that has none."""
        if not hasattr(tracer, "id_generator"):
            return None
        tracer.id_generator = shared = cls(tracer)
        return shared

    def restore(self) -> None:
        self._tracer.id_generator = self._original

    def give(self, trace_id: int, span_id: int) -> None:
        self._given.trace_id, self._given.span_id = trace_id, span_id

    def generate_trace_id(self) -> int:
        return self._take("trace_id") or int(self._original.generate_trace_id())

    def generate_span_id(self) -> int:
        return self._take("span_id") or int(self._original.generate_span_id())

    def _take(self, name: str) -> int:
        given: int = vars(self._given).pop(name, 0)
        return given

    def is_trace_id_random(self) -> bool:
        return True


def _live(scope: Scope | None) -> _Live | None:
    """Return the span of a scope, or of the nearest above it that has one."""
    above: Any = scope
    while above is not None:
        live: _Live | None = getattr(above, _SPAN, None)
        if live is not None:
            return live
        above = above.parent if isinstance(above, NodeExecution) else None
    return None


def _with_remote(request: RequestContext, current: Context) -> Context:
    remote = request.remote
    if remote is None or _span_id(current) == int(remote.span_id, 16):
        return current
    flags, state = TraceFlags(int(remote.flags, 16)), TraceState.from_header([remote.state] if remote.state else [])
    trace_id, span_id = int(remote.trace_id, 16), int(remote.span_id, 16)
    parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags, trace_state=state)
    return trace.set_span_in_context(NonRecordingSpan(parent), current)


def _span_id(context: Context) -> int:
    return trace.get_current_span(context).get_span_context().span_id


def _wall_offset_ns(scope: Scope) -> int:
    return scope.request.wall_offset_ns if scope.request is not None else 0


def _flat(attributes: Any) -> Iterator[tuple[str, genai.Attribute]]:
    for name, value in attributes.items() if is_mapping(attributes) else ():
        if value is not None:
            yield name, value if isinstance(value, str | bool | int | float) else genai.compact(value)
