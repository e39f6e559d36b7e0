"""What an interrupt leaves open, and who ends it.

Ctrl-C, a time limit or a signal's handler may raise at any line of ours. Whatever begins something hands it on within
a `try` that ends it; what slips through nevertheless, a block whose own end was interrupted, ends with the call around.
"""

from __future__ import annotations

from asyncio import CancelledError
from typing import TYPE_CHECKING, Any

from gradient.runtime.context import RequestContext, deepest
from gradient.runtime.execution import NodeExecution
from gradient.runtime.listeners import warn

if TYPE_CHECKING:
    from gradient.runtime.context import Scope

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


def _end(execution: NodeExecution, error: BaseException | None) -> None:
    try:
        tracker: Any = None if execution.request is None else execution.request.tracker
        tracker.end(execution, None, error)
    except Exception as failure:  # noqa: BLE001 - our failure is not the call's
        warn(f"the end of {execution.node_name} could not be recorded: {failure!r}.")
