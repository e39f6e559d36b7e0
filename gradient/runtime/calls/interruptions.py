"""What is left open, and who ends it: by an interrupt, or by a framework.

Ctrl-C, a time limit or a signal's handler may raise at any line of ours. Whatever begins something hands it on within
a `try` that ends it; what slips through nevertheless, a block whose own end was interrupted, ends with the call around.

A framework that only tells of its work may never tell of an end: few do of one that was cancelled. What was begun below
something that is over, by the same thread or task, is over as well; what another task has begun, once that task is.
"""

from __future__ import annotations

from asyncio import CancelledError
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

from gradient.runtime.context import RequestContext, deepest, holder, task_here
from gradient.runtime.execution import NodeExecution
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from gradient.runtime.context import Scope
    from gradient.runtime.execution import Ending
    from gradient.runtime.status import Status

_NO_INTERRUPTS = (Exception, CancelledError, GeneratorExit)


def is_interrupt(error: Any) -> bool:
    """Tell whether an exception may have come anywhere, and not where a call raises."""
    return isinstance(error, BaseException) and not isinstance(error, _NO_INTERRUPTS)


def end_left(left: Scope | None, scope: Scope | None, error: BaseException | None) -> None:
    """End the blocks that are still current when the call around them is over.

    Of a call that returns inside a request they stay: somebody may have opened them there to close them elsewhere.
    """
    if scope is None or deepest(scope, left) is scope or not (type(scope) is RequestContext or is_interrupt(error)):
        return
    while type(left) is NodeExecution and left is not scope:
        if left.ended_ns is None and left.request is not None and left.request.tracker is not None:
            _end(left, error)
        left = left.parent


def end_open(request: RequestContext, error: BaseException) -> None:
    """End all that is open in a request that was interrupted: frameworks do not tell of every end."""
    for execution in list(request.executions):
        if execution.ended_ns is None:
            _end(execution, error)


def may_be_forgotten(execution: NodeExecution, end: Ending) -> None:
    """Have an execution of which a framework tells ended by `end`, where the framework forgets that."""
    execution.end_forgotten = end
    execution.holder, task = holder(), task_here()
    if task is not None:
        execution.begun_in = ref(task)
    if execution.request is not None:
        execution.request.forgettable.append(execution)


def not_forgotten(execution: NodeExecution) -> None:
    """Note that such an execution is over: nothing of the framework's is kept."""
    execution.end_forgotten = execution.begun_in = None
    if execution.request is not None:
        with suppress(ValueError):
            execution.request.forgettable.remove(execution)


def end_forgotten(scope: Scope, error: Any, status: Status) -> None:
    """End what a framework has forgotten below a scope that is over, as that ended; the newest first."""
    request = scope.request
    if request is None or not request.forgettable:
        return
    here = holder()
    for execution in reversed(list(request.forgettable)):
        if execution is scope or deepest(scope, execution) is not execution:
            continue
        task = None if execution.begun_in is None else execution.begun_in()
        if execution.holder == here or (execution.begun_in is not None and (task is None or task.done())):
            _end_forgotten(execution, error, status)
        elif task is not None:  # it may go on, and tell of the end in time
            task.add_done_callback(partial(_task_is_over, execution, error, status))


def _task_is_over(execution: NodeExecution, error: Any, status: Status, task: Any) -> None:
    cancelled = task.cancelled()
    _end_forgotten(execution, CancelledError() if cancelled else error, "cancelled" if cancelled else status)


def _end_forgotten(execution: NodeExecution, error: Any, status: Status) -> None:
    end = execution.end_forgotten
    if end is None or execution.ended_ns is not None:
        return
    try:
        end(error, status)
    except Exception as failure:  # noqa: BLE001 - our failure is not the call's
        warn(f"the end of {execution.node_name} could not be recorded: {failure!r}.")


def _end(execution: NodeExecution, error: BaseException | None) -> None:
    try:
        tracker: Any = None if execution.request is None else execution.request.tracker
        tracker.end(execution, None, error)
    except Exception as failure:  # noqa: BLE001 - our failure is not the call's
        warn(f"the end of {execution.node_name} could not be recorded: {failure!r}.")
