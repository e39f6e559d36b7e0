"""The beginning and the end of a request, and the events that tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from gradient.journal.events import RequestEnded, RequestStarted
from gradient.journal.failures import Failure
from gradient.journal.vocabulary import kind_of, outcome_of
from gradient.runtime import process
from gradient.runtime.calls.interruptions import end_forgotten, end_open, is_interrupt
from gradient.runtime.calls.standing import note_begun
from gradient.runtime.context import RequestContext, leave, running_scope
from gradient.runtime.remote import remote_parent
from gradient.runtime.session import current_session
from gradient.runtime.status import Status, status_of
from gradient.runtime.values.captured import Captured
from gradient.runtime.values.failures import failure_of
from gradient.runtime.values.shapes import text_for

if TYPE_CHECKING:
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.listening.listeners import Listeners
    from gradient.runtime.tracking import Tracking

_FEW_CHARS = 500
_OWN = "custom"  # the user's own steps do not wait for a human: what they call does


def begin_request(  # noqa: PLR0913, PLR0917 - what can be said of a request
    tracking: Tracking,
    manager: Any,
    name: str,
    inputs: Any,
    metadata: dict[str, Any] | None,
    tags: tuple[str, ...] | list[str],
    session_id: str | None,
    user_id: str | None,
    follows: RequestContext | None,
) -> RequestContext:
    """Make a request, and the event that tells of its start."""
    clock, session = tracking.clock, current_session()
    name = text_for(name)
    uuid = tracking.identities.request_id()
    started_ns = clock.monotonic_ns()
    previous = running_scope()
    remote = remote_parent() if previous is None else None
    request = RequestContext(
        str(uuid),
        name,
        metadata={**session.metadata, **(metadata or {})},
        tags=list(map(text_for, (*session.tags, *tags))),
        session_id=_text(session_id) or _text(session.session_id),
        user_id=_text(user_id) or _text(session.user_id),
        trace_id="" if remote is None else remote.trace_id,
        remote=remote,
        follows=None if follows is None else follows.request_id,
        started_ns=started_ns,
        wall_offset_ns=clock.wall_ns() - started_ns,
        manager=manager,
        tracker=manager.get_tracker(),
        previous=previous,
        pid=process.pid,
        session=session,
    )
    note_begun(request)
    event = RequestStarted(
        request.key,
        started_ns,
        started_ns + request.wall_offset_ns,
        name,
        bytes.fromhex(request.trace_id),
        request.session_id,
        request.user_id,
        request.tags,
        request.metadata or None,
        _key(request.follows),
        inputs,
    )
    request.started = captured = tracking.capture.event(event, "inputs", inputs, request.metadata)
    _count(request, captured)
    return request


def announce(request: RequestContext, listeners: Listeners) -> None:
    """Tell the listeners that a request began, and what it belongs under."""
    listeners.tell(listeners.on_request_start, request)
    if request.remote is not None:
        listeners.tell(listeners.on_update, request, "remote_parent", request.remote.span_id, None)


def complete_request(  # noqa: PLR0913, PLR0917 - what can be said of an end
    request: RequestContext, tracking: Tracking, tracker: Any, outputs: Any, error: Any, status: Status | None
) -> None:
    """End a request, tell the listeners, and let it go."""
    try:
        _complete(request, tracking, tracker, outputs, error, status)
    except BaseException:  # an interrupt: once more, as for an execution
        _complete(request, tracking, tracker, outputs, error, status)
        raise


def _complete(  # noqa: PLR0913, PLR0917 - as above
    request: RequestContext, tracking: Tracking, tracker: Any, outputs: Any, error: Any, status: Status | None
) -> None:
    if is_interrupt(error):
        end_open(request, error)
    end_forgotten(request, error, "abandoned" if error is None else status or status_of(error))
    finish_request(request, tracking, outputs, error, status)
    leave(request)
    listeners = tracking.listeners
    listeners.tell(listeners.on_request_end, request)
    request.workers.update(execution.holder for execution in request.executions)
    tracker.keep(request.executions)
    request.executions = []  # they hold the request; it must not hold them
    request.previous = None


def finish_request(
    request: RequestContext, tracking: Tracking, outputs: Any, error: Any, status: Status | None
) -> None:
    """Note how a request ended, and make the event that tells of it."""
    request.ended_ns = tracking.clock.monotonic_ns()
    if error is None:
        request.recorded_status = status or _status_of_runs(request.executions)
    else:
        told = status or (status_of(error) if isinstance(error, BaseException) else "error")
        request.recorded_status = told
        if outcome_of(told).has_exception:
            request.failure = failure = failure_of(error, tracking.capture.text, request.raised, request.execution_id)
            request.error = failure.message or failure.type
    request.raised = None
    rate = tracking.settings.sample_rate
    # By the id's random bits, so that all processes that see a request decide alike.
    request.sampled = request.recorded_status != "completed" or int.from_bytes(request.key[:6], "big") < rate * 2**48
    event = _ended(request, outputs)
    request.ended = captured = tracking.capture.event(event, "outputs", outputs, request.metadata)
    _count(request, captured)


def end_in_brief(request: RequestContext, tracking: Tracking) -> bytes:
    """Return how a request ended in few bytes: without what it gave, and without what was noted about it."""
    event = _ended(request, None)
    event.metadata = None
    if event.error is not None:
        event.error = Failure(event.error.type, event.error.message[:_FEW_CHARS])
    captured = tracking.capture.event(event, "outputs", None)
    return captured.body if isinstance(captured, Captured) else captured


def _ended(request: RequestContext, outputs: Any) -> RequestEnded:
    return RequestEnded(
        request.key,
        request.ended_ns or 0,
        request.started_ns or 0,
        (request.started_ns or 0) + request.wall_offset_ns,
        request.entrypoint_name,
        bytes.fromhex(request.trace_id),
        request.recorded_status or "completed",
        request.failure,
        request.session_id,
        request.user_id,
        request.tags,
        request.metadata or None,
        _key(request.follows),
        request.sampled,
        request.dropped,
        request.truncated,
        outputs,
    )


def _count(request: RequestContext, captured: bytes | Captured) -> None:
    if type(captured) is Captured and captured.truncated:
        request.truncated += 1


def _text(told: Any) -> str | None:
    """Return an id of the user's as text: many are numbers."""
    return None if told is None else text_for(told)


def _key(request_id: str | None) -> bytes | None:
    return None if request_id is None else UUID(request_id).bytes


def _status_of_runs(executions: list[NodeExecution]) -> Status:
    """Return `interrupted` where the last top-level run was: what it was called by returns as if it had completed."""
    runs = [each for each in executions if kind_of(each.kind).is_run and each.framework != _OWN]
    if all(run.status != "interrupted" for run in runs):
        return "completed"
    parents = {execution.execution_id: execution.parent_id for execution in executions}
    inside = {run.execution_id for run in runs}
    for run in reversed(runs):
        above = run.parent_id
        while above and above not in inside:
            above = parents.get(above, 0)
        if not above:
            return "interrupted" if run.status == "interrupted" else "completed"
    return "completed"
