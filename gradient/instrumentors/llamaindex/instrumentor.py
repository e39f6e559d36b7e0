"""Trace LlamaIndex and its workflows, through handlers that its dispatchers tell of everything.

It tells of nearly every method that it has, as spans with ids and parents. What `llamaindex_fields` takes for a piece
of work is recorded; the others, and those by which an object does the same work once more, stand for what they are
part of.

A stream's span is over when the stream is returned. What comes of it, and how it ends, is told by events; a stream that
is forgotten before it was begun tells nothing, so it is watched. What was cancelled ends as if it had returned nothing,
right after an event that says so.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import finalize

from gradient.instrumentors.llamaindex import fields
from gradient.instrumentors.llamaindex.messages import describe_message, note_response
from gradient.instrumentors.llamaindex.teams import Team, is_team, is_team_step
from gradient.instrumentors.model_calls import announce, retract
from gradient.instrumentors.plumbing.quiet import quiet
from gradient.instrumentors.seams import Instrumentor
from gradient.journal.vocabulary import BILLED_KINDS
from gradient.runtime.context import Scope, deepest, register_scope_finder, running_scope
from gradient.runtime.errors import SeamMissing
from gradient.runtime.execution import NodeExecution
from gradient.runtime.status import register_control_flow
from gradient.runtime.values.shapes import Shape, itself

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from gradient.runtime.status import Status

_DISPATCHERS = "llama_index_instrumentation"
_ACTIVE = "llama_index_instrumentation.span"
_MESSAGES = "llama_index.core.base.llms.types"


class LlamaIndexInstrumentor(Instrumentor):
    """Records models, embeddings, retrievers, query and chat engines, tools, agents and workflows."""

    name: ClassVar[str] = "llamaindex"
    modules: ClassVar[tuple[str, ...]] = (_DISPATCHERS, _MESSAGES)

    def __init__(self) -> None:
        super().__init__()
        self._handler: Handler | None = None
        self._root: Any = None
        self._forget: Callable[[], None] | None = None

    def activate(self, module: ModuleType) -> None:
        """Be told by the root of all dispatchers, or say how a message is written down."""
        if module.__name__ == _MESSAGES:
            shape = Shape(describe_message, itself)
            self.tracker.tracking.shapes.register(module.ChatMessage, shape)
        elif self._handler is None:
            root = module.get_dispatcher()
            for handlers in ("span_handlers", "event_handlers"):
                if not hasattr(root, handlers):
                    raise SeamMissing(f"Dispatcher.{handlers}")
            self._root, self._handler = root, Handler(self.tracker)
            self._forget = register_control_flow(fields.status_of_error)
            root.span_handlers.append(self._handler)
            root.event_handlers.append(self._handler)

    def deactivate(self) -> None:
        """Be told no more."""
        handler, self._handler = self._handler, None
        forget, self._forget = self._forget, None
        if forget is not None:
            forget()
        if handler is not None:
            handler.forget()
            for handlers in (self._root.span_handlers, self._root.event_handlers):
                handlers[:] = [each for each in handlers if each is not handler]


class Handler:
    """Tells a tracker of LlamaIndex's spans; a span handler and an event handler, which its dispatchers call alike.

    Attributes:
        open_spans: What dispatchers close at their shutdown; ours are in other hands.
    """

    def __init__(self, tracker: Any) -> None:
        self.open_spans: dict[str, Any] = {}
        self._tracker = tracker
        self._scopes: dict[str, Scope | None] = {}
        self._streams: dict[str, Stream] = {}
        self._forget_finder = register_scope_finder(self._running)

    def forget(self) -> None:
        """Forget what is open."""
        self._forget_finder()
        self._scopes.clear()
        self._streams.clear()

    # ── spans ────────────────────────────────────────────────────────────────────────────────────────────────────

    @quiet
    def span_enter(
        self, id_: str, bound_args: Any, instance: Any = None, parent_id: str | None = None, **_: Any
    ) -> None:
        """Begin an execution, or note of which one the span is a part."""
        known = self._scopes.get(parent_id or "")
        parent = deepest(known, running_scope())
        team = _team_of(parent) if is_team_step(id_) else None
        self._scopes[id_] = parent if team is None else team.step(bound_args.arguments)
        step = fields.step_of(id_, bound_args, instance, parent)
        if step is None or (_is_part(parent, step.kind, instance)):
            return
        step.parent = parent
        execution = self._tracker.start(step)
        if execution is not None:
            execution.run_id = span = Span(id_, id(instance))
            span.team = Team(self._tracker, execution) if is_team(instance) else None
            self._scopes[id_] = execution
            if execution.kind in BILLED_KINDS:
                announce(execution)

    @quiet
    def span_exit(self, id_: str, bound_args: Any, instance: Any = None, result: Any = None, **_: Any) -> None:  # noqa: ARG002 - told by name
        """End an execution, unless what it returned is a stream."""
        scope = self._scopes.get(id_)
        if is_team_step(id_) and (team := _team_of(scope)) is not None:
            team.stepped(result)
        execution = self._ended(id_)
        if execution is None:
            return
        teller = execution.run_id.teller
        if teller is not None and (inspect.isgenerator(result) or inspect.isasyncgen(result)):
            self._streams[teller] = Stream(execution)
            finalize(result, self._forgotten, teller).atexit = False
        else:
            self._end(execution, result, None)

    @quiet
    def span_drop(
        self, id_: str, bound_args: Any, instance: Any = None, err: BaseException | None = None, **_: Any  # noqa: ARG002 - told by name
    ) -> None:  # fmt: skip
        """End an execution that raised."""
        execution = self._ended(id_)
        if execution is not None:
            self._end(execution, None, err or "dropped")

    def capture_propagation_context(self) -> dict[str, Any]:
        """Carry nothing: a workflow that goes on in another process is another run."""
        return {}

    def restore_propagation_context(self, context: dict[str, Any]) -> None:
        """Take nothing up."""

    def close(self) -> None:
        """Nothing is held back."""

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────────

    @quiet
    def handle(self, event: Any, **_: Any) -> None:
        """Note who tells of a model's call, and follow its stream."""
        name = type(event).__name__
        if name in fields.STARTS or name == fields.CANCELLED:
            span = _span_of(self._scopes.get(event.span_id or ""))
            if span is not None and name in fields.STARTS:
                span.teller = span.teller or event.span_id
            elif span is not None and span.id == event.span_id:
                span.is_cancelled = True
            return
        stream = self._streams.get(event.span_id or "")
        if stream is None:
            return
        if name in fields.PROGRESS:
            stream.last = event.response
            if stream.execution.first_token_ns is None:
                stream.execution.first_token_ns = self._tracker.tracking.clock.monotonic_ns()
                retract(stream.execution)
        elif name in fields.ENDS:
            self._finish(event.span_id, event.response, None)
        elif name == "ExceptionEvent":
            self._finish(event.span_id, stream.last, event.exception)

    async def ahandle(self, event: Any, **_: Any) -> None:
        """Do the same."""
        self.handle(event)

    # ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _running(self) -> Scope | None:
        """Return what LlamaIndex runs. Of a model's call, what it is part of: its client finds it otherwise."""
        module: Any = sys.modules.get(_ACTIVE)
        scope = None if module is None else self._scopes.get(module.active_span_id.get() or "")
        while type(scope) is NodeExecution and scope.kind in BILLED_KINDS:
            scope = scope.parent
        return scope

    def _ended(self, id_: str) -> NodeExecution | None:
        """Return the execution that began with a span, or None where it is but a part of one."""
        scope = self._scopes.pop(id_, None)
        span = _span_of(scope)
        return scope if span is not None and span.id == id_ else None  # type: ignore[return-value]

    def _end(self, execution: NodeExecution, result: Any, error: Any) -> None:
        retract(execution)
        if result is not None:
            note_response(execution, result)
        failed = error is None and fields.failure_of(execution, result)
        span: Span = execution.run_id
        status: Status | None = "cancelled" if span.is_cancelled else None
        if span.team is not None:
            span.team.close(error, status)
        self._tracker.end(execution, fields.outputs_of(execution, result), failed or error, status=status)

    @quiet
    def _finish(self, id_: str, response: Any, error: Any) -> None:
        stream = self._streams.pop(id_, None)
        if stream is not None:
            self._end(stream.execution, response, error)

    def _forgotten(self, id_: str) -> None:
        stream = self._streams.get(id_)
        if stream is not None:
            self._finish(id_, stream.last, GeneratorExit())


class Span:
    """The span that an execution began with.

    Attributes:
        id: LlamaIndex's id of it.
        instance: Whose method runs, by `id()`.
        teller: Id of the span whose events tell of a model's call, the outermost that has any, or None.
        team: The agents of a workflow of agents, or None.
        is_cancelled: Whether it was cancelled, which its end does not tell.
    """

    __slots__ = ("id", "instance", "is_cancelled", "team", "teller")

    def __init__(self, id_: str, instance: int) -> None:
        self.id = id_
        self.instance = instance
        self.teller: str | None = None
        self.team: Team | None = None
        self.is_cancelled = False


class Stream:
    """A stream that was returned.

    Attributes:
        execution: The call of the model.
        last: The answer as far as it has come, or None.
    """

    __slots__ = ("execution", "last")

    def __init__(self, execution: NodeExecution) -> None:
        self.execution = execution
        self.last: Any = None


def _span_of(scope: Scope | None) -> Span | None:
    """Return the span that an execution began with, or None for what began otherwise."""
    told = scope.run_id if type(scope) is NodeExecution else None
    return told if type(told) is Span else None


def _team_of(scope: Scope | None) -> Team | None:
    """Return the agents of the workflow that a step is of, be it a part of a turn or of no agent's."""
    while type(scope) is NodeExecution:
        span = _span_of(scope)
        if span is not None:
            return span.team
        scope = scope.parent
    return None


def _is_part(parent: Scope | None, kind: str, instance: Any) -> bool:
    """Tell whether an object does by one method what it is doing by another."""
    span = _span_of(parent)
    if span is None or type(parent) is not NodeExecution or parent.kind != kind or parent.ended_ns is not None:
        return False
    return span.instance == id(instance) and instance is not None
