"""One call of a model is one execution, however many layers of the user's program we listen to.

A framework's instrumentor begins the execution; the client of the provider that the framework calls in the end finds it
here and adds what only a client knows, instead of beginning another one. It is found in one of three ways:

    it is current          where the framework's method is wrapped, nothing is to be done
    it was announced       where the framework only tells of the call, `announce` it, in the context that makes it
    a span of it runs      where the framework makes spans of OpenTelemetry, see `otel_bridge`

An execution is served by one client's call at a time. A call that failed leaves it free for another try.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from gradient.runtime.context import current_scope, deepest, running_scope
from gradient.runtime.execution import NodeExecution

_announced: ContextVar[tuple[NodeExecution, ...]] = ContextVar("gradient_model_call", default=())


@dataclass(slots=True)
class Exchange:
    """What a client sent and was answered, for a framework that may keep it to itself; see `NodeExecution.exchange`."""

    inputs: Any = None
    outputs: Any = None


def announce(execution: NodeExecution | None, *, is_one_of_many: bool = False) -> None:
    """Let a client that is called from here on, in this context, serve an execution of kind `llm` or `embedding`.

    Args:
        execution: The framework's.
        is_one_of_many: Whether the framework tells of several calls, and makes them afterwards, in this order.
    """
    if execution is None:
        return
    waiting = _announced.get() if is_one_of_many else ()
    others = tuple(each for each in waiting if each.parent is execution.parent and each.ended_ns is None)
    _announced.set((*others, execution))


def retract(execution: NodeExecution | None) -> None:
    """Take it back: the call is over, or its first token has come, so that whatever is called now is another one."""
    if execution is not None and execution in _announced.get():
        _announced.set(tuple(each for each in _announced.get() if each is not execution))


def is_calling() -> bool:
    """Tell whether a model is being called here: what else is called is how that is done, as by a cache."""
    scope = running_scope()
    return type(scope) is NodeExecution and scope.kind == "llm" and scope.ended_ns is None


def unserved_call(kind: str) -> NodeExecution | None:
    """Return the framework's execution of this kind that the running code serves, or None where there is none."""
    scope = current_scope.get()
    if type(scope) is NodeExecution and scope.kind == kind and scope.ended_ns is None:
        return None if scope.served else scope
    waiting = (each for each in _announced.get() if each.kind == kind and not each.served and each.ended_ns is None)
    announced = next(waiting, None)
    if announced is None:
        return _span_that_calls(kind)
    # Work that was begun below the one who called the model is not what the framework told of.
    parent = announced.parent
    return announced if deepest(parent, running_scope()) is parent else None


def _span_that_calls(kind: str) -> NodeExecution | None:
    scope = running_scope()
    if type(scope) is not NodeExecution or scope.exchange is None or scope.kind != kind or scope.served:
        return None
    return scope
