"""The beginning and the end of a node execution, and the events that tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.journal.events import ExecutionEnded, ExecutionStarted
from gradient.journal.vocabulary import BILLED_KINDS, outcome_of
from gradient.runtime import process
from gradient.runtime.execution import NodeExecution
from gradient.runtime.status import Status, status_of
from gradient.runtime.values.captured import Captured
from gradient.runtime.values.failures import Raised, failure_of
from gradient.runtime.values.shapes import text_for

if TYPE_CHECKING:
    from gradient.runtime.context import RequestContext, Scope
    from gradient.runtime.step import Step
    from gradient.runtime.tracking import Tracking

_NO_REQUEST = bytes(16)
_new_execution = NodeExecution.__new__


def begin(step: Step, scope: Scope | None, request: RequestContext | None, tracking: Tracking) -> NodeExecution:
    """Make the execution of a step, and the event that tells of it.

    Fields that keep their defaults are not set: this runs at every node.
    """
    execution = _new_execution(NodeExecution)
    name, kind, model, provider = step.name, step.kind, step.model, step.provider
    # Names may be what a model made up, or a user meant: a reader would have to leave out an event with a number there.
    if type(name) is not str or type(kind) is not str:
        name, kind = text_for(name), text_for(kind)
    if model is not None or provider is not None:
        model, provider = _text(model), _text(provider)
    execution.node_name, execution.kind = name, kind
    execution.framework = step.framework
    execution.node_id = node_id = step.node_id or f"{kind}_{name}"
    execution.metadata = execution.told_metadata = metadata = step.metadata or {}
    execution.request = request
    execution.pid = process.pid
    execution.parent = scope
    execution.parent_id = parent_id = 0 if scope is None else scope.execution_id
    execution.execution_id = execution_id = tracking.identities.execution_id()
    execution.model, execution.provider = model, provider
    if step.given is not None:
        execution.given = step.given
    execution.started_ns = started_ns = tracking.clock.monotonic_ns() if step.started_ns is None else step.started_ns
    event = ExecutionStarted(
        _NO_REQUEST if request is None else request.key,
        execution_id,
        parent_id,
        started_ns,
        name,
        kind,
        step.framework,
        node_id,
        metadata or None,
        model,
        provider,
        step.inputs,
    )
    told = None if step.own_metadata else metadata or None
    execution.started = captured = tracking.capture.event(event, "inputs", step.inputs, told)
    if type(captured) is Captured and captured.truncated and request is not None:
        request.truncated += 1
    return execution


def finish(execution: NodeExecution, outputs: Any, late_inputs: Any, tracking: Tracking) -> None:
    """Make the event that tells of an end, from what the execution says by now."""
    request, usage = execution.request, execution.usage
    if execution.model is not None or execution.provider is not None:
        execution.model, execution.provider = _text(execution.model), _text(execution.provider)
    if usage is not None:
        usage = usage.checked()
        if execution.kind in BILLED_KINDS:
            usage = tracking.prices.priced(usage, execution.model)
        execution.usage = usage
    # What the start has said already is not said again; whoever adds to it replaces the dictionary.
    metadata = None if execution.metadata is execution.told_metadata else execution.metadata
    event = ExecutionEnded(
        _NO_REQUEST if request is None else request.key,
        execution.execution_id,
        execution.parent_id,
        execution.ended_ns or 0,
        execution.started_ns or 0,
        execution.node_name,
        execution.kind,
        execution.framework,
        execution.node_id,
        execution.recorded_status or "completed",
        execution.failure,
        metadata,
        execution.model,
        execution.provider,
        usage,
        execution.first_token_ns,
        execution.attempt,
        execution.cached,
        outputs,
        None if late_inputs is None else tracking.capture.payload(late_inputs),
    )
    execution.ended = captured = tracking.capture.event(event, "outputs", outputs, metadata)
    if type(captured) is Captured and captured.truncated and request is not None:
        request.truncated += 1


def _text(told: Any) -> str | None:
    return told if told is None or type(told) is str else text_for(told)


def fail(execution: NodeExecution, error: Any, status: Status | None, tracking: Tracking) -> None:
    """Note what an execution or its request ended with; control flow is no failure."""
    told = status or (status_of(error) if isinstance(error, BaseException) else "error")
    execution.recorded_status = told
    if outcome_of(told).has_exception:
        request = execution.request
        if request is not None and request.raised is None:
            request.raised = Raised()
        raised = None if request is None else request.raised
        execution.failure = failure = failure_of(error, tracking.capture.text, raised, execution.execution_id)
        execution.error = failure.message or failure.type
