"""Which request and which execution the running code belongs to.

One context variable holds the innermost of both that we opened. Tasks inherit it; threads do not, see
`gradient.instrumentors.python.threads`. It is never left set across the `yield` of a stream, see
`gradient.runtime.calls.functions`.

What frameworks only tell us about (a tool, a lambda) sets no variable of ours. A framework that knows which of them is
running registers a finder, and `running_scope` takes the deeper of the two.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timezone
from threading import get_ident
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

from gradient.runtime.execution import Moment, NodeExecution, Payload, duration_ms, told_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.journal.failures import Failure
    from gradient.runtime.interfaces import ExecutionTracker
    from gradient.runtime.remote import Remote
    from gradient.runtime.session import Session
    from gradient.runtime.status import Status
    from gradient.runtime.values.captured import Captured
    from gradient.runtime.values.failures import Raised


@dataclass(eq=False)
class RequestContext:
    """One outermost call of an entrypoint, from its start to its answer or error.

    Attributes:
        request_id: Random UUID, as text.
        entrypoint_name: Name of the decorated function.
        start_time: Aware UTC time, for people to read. Never subtract it: clocks get set.
        end_time: Aware UTC time, or None while running.
        inputs: The arguments, as recorded.
        outputs: The return value, as recorded.
        error: Message of the exception it ended with, or None.
        metadata: Plain data about it, added to by `set_metadata`.
        tags: Labels to find it by.
        session_id: The conversation or thread it belongs to.
        user_id: Whose request it is, in the user's own terms.
        trace_id: 32 hex digits; the request id's bits unless taken over from outside.
        remote: The span of another process, or of another tracer, that it belongs under, or None.
        follows: Id of an ended request that this work outlived, or None.
        executions: Its executions so far; emptied when it has ended and everybody was told.
        dropped: How many executions or events could not be recorded.
        truncated: How many payloads were cut.
        sampled: Whether it is listed and exported, decided at its end.
        holder: The thread or task in which it was made current last.
        workers: The threads and tasks that worked in it; known when it has ended.
        session: The session that it was begun in.
        manager: The `RuntimeManager` that started it, or None; `tracker` its tracker.
        raised: The exceptions that its executions ended with; forgotten when it has ended.
        forgettable: Its open executions of which a framework tells, and whose end it may forget.
    """

    request_id: str = field(default_factory=lambda: str(uuid4()))
    entrypoint_name: str = ""
    start_time: datetime = Moment("started_ns")  # type: ignore[assignment]  # a descriptor is the default
    end_time: datetime | None = Moment("ended_ns")  # type: ignore[assignment]
    inputs: Any = Payload("started", "inputs")
    outputs: Any = Payload("ended", "outputs")
    error: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    tags: list[str] = field(default_factory=list[str])
    session_id: str | None = None
    user_id: str | None = None
    trace_id: str = ""
    remote: Remote | None = None
    follows: str | None = None
    failure: Failure | None = field(default=None, repr=False)
    started_ns: int | None = field(default=None, repr=False)
    ended_ns: int | None = field(default=None, repr=False)
    wall_offset_ns: int = field(default=0, repr=False)
    executions: list[NodeExecution] = field(default_factory=list[NodeExecution], repr=False)
    dropped: int = 0
    truncated: int = 0
    sampled: bool = True
    manager: Any = field(default=None, repr=False)
    tracker: ExecutionTracker | None = field(default=None, repr=False)
    previous: Scope | None = field(default=None, repr=False)
    recorded_status: Status | None = field(default=None, repr=False)
    started: bytes | Captured | None = field(default=None, repr=False)
    ended: bytes | Captured | None = field(default=None, repr=False)
    pid: int = field(default=0, repr=False)
    holder: int = field(default=0, repr=False)
    workers: set[int] = field(default_factory=set[int], repr=False)
    session: Session | None = field(default=None, repr=False)
    raised: Raised | None = field(default=None, repr=False)
    forgettable: list[NodeExecution] = field(default_factory=list[NodeExecution], repr=False)
    execution_id: ClassVar[int] = 0
    """A request is nobody's parent execution."""

    def __post_init__(self) -> None:
        if self.started_ns is None:
            self.started_ns = time.perf_counter_ns()
            self.wall_offset_ns = time.time_ns() - self.started_ns
        uuid = UUID(self.request_id)
        self.key = uuid.bytes
        self.trace_id = self.trace_id or uuid.hex

    # So that whatever is current, an execution or a request, is asked in the same words.
    @property
    def request(self) -> RequestContext:
        """The request itself."""
        return self

    @property
    def duration_ms(self) -> float | None:
        """Time from start to end in milliseconds, or None while running."""
        return duration_ms(self)

    @property
    def status(self) -> Status:
        """What became of it, see `gradient.runtime.status`."""
        return told_status(self)

    @property
    def span_id(self) -> int:
        """The low 64 bits of the request id: the root span's id for OpenTelemetry."""
        return int.from_bytes(self.key[8:], "big")

    def time_at(self, at_ns: int) -> datetime:
        """Return the time of day at a moment of the monotonic clock."""
        return datetime.fromtimestamp((at_ns + self.wall_offset_ns) / 1e9, timezone.utc)


Scope = RequestContext | NodeExecution

current_scope: ContextVar[Scope | None] = ContextVar("gradient_scope", default=None)
away_from: ContextVar[Scope | None] = ContextVar("gradient_away", default=None)
_finders: list[Callable[[], Scope | None]] = []
_current_task: Callable[[], Any] | None = None


def register_scope_finder(find: Callable[[], Scope | None]) -> Callable[[], None]:
    """Let a framework say which execution it is running; return the function that takes it back."""
    _finders.append(find)
    return lambda: _finders.remove(find) if find in _finders else None


def running_scope() -> Scope | None:
    """Return the innermost execution or request that the calling code belongs to, or None outside of any."""
    scope = current_scope.get()
    for find in _finders:
        scope = deepest(find(), scope)
    return scope


def deepest(known: Scope | None, running: Scope | None) -> Scope | None:
    """Return `running` where it is `known` or was begun below it, else `known`: the deeper of two possible parents."""
    if known is None:
        return running
    at: Any = running
    while at is not None and at is not known:
        at = at.parent if type(at) is NodeExecution else at.previous
    if at is not None:
        return running
    left = away_from.get()  # a framework's own context still names what was left
    return running if left is not None and left.request is known.request else known


def hold(scope: Scope) -> None:
    """Make a scope current that the running thread or task has opened, or takes up again."""
    scope.holder = holder()
    current_scope.set(scope)


def is_inherited(scope: Scope) -> bool:
    """Tell whether a scope is current only because the running thread or task was begun in it."""
    return scope.holder != holder()


def register_tasks(current_task: Callable[[], Any]) -> None:
    """Learn to tell tasks apart, once there can be any; `current_task` returns None outside of them."""
    global _current_task  # noqa: PLW0603 - asyncio is imported once
    _current_task = current_task


def holder() -> int:
    """Return what tells the running thread or task from the others; no reference, that would keep it alive."""
    task = None if _current_task is None else _current_task()
    return get_ident() if task is None else id(task)


def task_here() -> Any:
    """Return the running task, or None outside of any."""
    return None if _current_task is None else _current_task()


def get_current_context() -> RequestContext | None:
    """Return the request that the calling code belongs to, or None outside of any."""
    scope = running_scope()
    return None if scope is None else scope.request


def start_request_context(
    entrypoint_name: str, inputs: Any = None, metadata: dict[str, Any] | None = None
) -> RequestContext:
    """Make a new request current; nothing is recorded of it, `RuntimeManager.start_request` does that."""
    context = RequestContext(entrypoint_name=entrypoint_name, inputs=inputs, metadata=dict(metadata or {}))
    context.previous = running_scope()
    hold(context)
    return context


def end_request_context(outputs: Any = None, error: Any = None) -> RequestContext | None:
    """End the current request and make its predecessor current; return it, or None outside of any."""
    context = get_current_context()
    if context is None:
        return None
    context.outputs = outputs
    context.error = None if error is None else str(error)
    context.ended_ns = time.perf_counter_ns()
    leave(context)
    return context


def leave(context: RequestContext) -> None:
    """Make the predecessor of a request current, where the request or a part of it is."""
    scope = current_scope.get()
    if scope is not None and scope.request is context:
        current_scope.set(open_scope(context.previous))


def open_scope(scope: Scope | None) -> Scope | None:
    """Return `scope`, or the nearest of those it was opened in whose request is not over."""
    while scope is not None and scope.request is not None and scope.request.ended_ns is not None:
        scope = scope.request.previous
    return scope


def clear_request_context() -> None:
    """Make no request current, without ending any."""
    current_scope.set(None)
