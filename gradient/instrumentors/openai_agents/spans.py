"""What the traces and spans of the OpenAI Agents SDK tell, as executions.

Spans come with ids and parents, in the context of the code that they surround, and with their contents only at their
end. Tasks and turns say nothing of their own: what is in them belongs to the run or agent that they are of. Exceptions
are no part of a span; but it ends while they are raised.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from gradient.instrumentors.model_calls import is_calling
from gradient.instrumentors.openai_agents.fields import (
    FRAMEWORK,
    agent_of,
    contents_of,
    error_of,
    is_waiting,
    note_call,
    step_of,
)
from gradient.instrumentors.openai_agents.off import Shadow, Shadows
from gradient.runtime.context import deepest, running_scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.listening.listeners import warn
from gradient.runtime.step import Step
from gradient.runtime.values.shapes import text_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gradient.runtime.context import Scope
    from gradient.runtime.interfaces import ExecutionTracker

_MAX_OPEN = 10_000
_CONTAINERS = ("task", "turn")
_CALLS = ("generation", "response")
_RUNS = ("agent", "workflow")


class Told:
    """What is known of a span or trace that has begun.

    Attributes:
        of: Which object it is, by its identity.
        execution: What stands for it; that of its parent where it has none of its own.
        is_own: Whether the execution is its own.
        handled: The exception that was being handled when it began, and is none of its own.
        error: What was raised in it, where that is not raised any more when it ends.
        inputs: What the first model in it was asked; `outputs` what the last one answered.
        waits: Whether it waits for a human: the tool itself, or the last that was done in an agent or a run.
    """

    __slots__ = ("error", "execution", "handled", "inputs", "is_own", "of", "outputs", "waits")

    def __init__(self, thing: Any, execution: NodeExecution | None, *, is_own: bool) -> None:
        self.of = id(thing)
        self.execution = execution
        self.is_own = is_own
        self.handled = sys.exc_info()[1]
        self.error: Any = None
        self.inputs: Any = None
        self.outputs: Any = None
        self.waits = False


class Spans:
    """Told of the start and the end of each trace and span.

    Attributes:
        tracker: Who is told, or None while not installed.
        scope: The SDK's own account of what is current.
    """

    def __init__(self, shadows: Shadows) -> None:
        self.tracker: ExecutionTracker | None = None
        self._shadows = shadows
        shadows.ends = self._trace_is_over
        self.scope: Any = None
        self._open: dict[str, Told] = {}

    def trace_starts(self, thing: Any) -> None:
        """A run begins, or what the user has put around several."""
        self._guarded(self._begin_trace, self._shadows.of(thing))

    def trace_ends(self, thing: Any) -> None:
        """It is over."""
        if self._shadows.is_over(thing):
            self._trace_is_over(self._shadows.of(thing))

    def span_starts(self, thing: Any) -> None:
        """A piece of a run begins."""
        self._guarded(self._begin_span, self._shadows.of(thing))

    def span_ends(self, thing: Any) -> None:
        """It is over."""
        self._guarded(lambda span: self._end(span.span_id, span), self._shadows.of(thing))

    def forget(self) -> None:
        """Forget what is open, and take no notice of what else comes."""
        self.tracker = None
        self._open.clear()

    def running(self) -> Scope | None:
        """Return the execution of the span that the running code is in, or None."""
        told = self._current()
        if told is None and (trace := self._shadows.of(self.scope.get_current_trace())) is not None:
            told = self._open.get(trace.trace_id)
        execution = None if told is None else told.execution
        return None if execution is None or execution.ended_ns is not None else execution

    def failed(self, error: Any) -> None:
        """Note what was raised in the current span."""
        self._guarded(self._note_failure, error)

    def came_to(self, result: Any) -> None:
        """Note whether the result of a tool or a turn is that it waits for somebody."""
        self._guarded(self._note_result, result)

    def asked(self, scope: Scope | None, inputs: Any) -> None:
        """Note what a model is asked: the first in an agent or a run is asked what that is."""
        for told in self._runs_of(scope):
            told.inputs = told.inputs or inputs

    def answered(self, scope: Scope | None, outputs: Any) -> None:
        """Note what a model answered: the last in an agent or a run says what that does."""
        for told in self._runs_of(scope):
            told.outputs = outputs or told.outputs

    def _runs_of(self, scope: Any) -> Iterator[Told]:
        """Yield the agent that calls a model, and its run."""
        while type(scope) is NodeExecution and scope.framework == FRAMEWORK and scope.kind in _RUNS:
            if scope.run_id in self._open:
                yield self._open[scope.run_id]
            scope = scope.parent

    def _guarded(self, note: Callable[[Any], None], told: Any) -> None:
        if self.tracker is None or told is None:
            return
        try:
            note(told)
        except Exception as error:  # noqa: BLE001 - never the user's run
            warn(f"a span of the OpenAI Agents SDK could not be recorded: {error!r}.")

    def _note_failure(self, error: Any) -> None:
        told = self._current()
        if told is not None:
            told.error = error

    def _note_result(self, result: Any) -> None:
        told, waits = self._current(), is_waiting(result)
        if told is None or told.execution is None:
            return
        if told.is_own and told.execution.kind == "tool":
            told.waits = waits
        elif hasattr(result, "next_step"):
            for run in self._runs_of(told.execution):
                run.waits = waits

    def _current(self) -> Told | None:
        current = self._shadows.of(self.scope.get_current_span())
        return None if current is None else self._open.get(current.span_id)

    def _trace_is_over(self, trace: Any) -> None:
        self._guarded(lambda trace: self._end(trace.trace_id, None), trace)

    def _begin_trace(self, trace: Any) -> None:
        own: dict[str, Any] = getattr(trace, "metadata", None) or {}
        metadata: dict[str, Any] = {**({} if type(trace) is Shadow else {"trace_id": trace.trace_id}), **own}
        group = getattr(trace, "group_id", None)
        if group is not None:
            metadata["group_id"] = group
        if self._is_open(trace.trace_id, trace):
            return
        execution = self._start(Step(trace.name, "workflow", FRAMEWORK, metadata=metadata), trace.trace_id, trace)
        if execution is not None and group is not None and execution.request is not None:
            execution.request.session_id = execution.request.session_id or text_for(group)

    def _begin_span(self, span: Any) -> None:
        data, parent = span.span_data, self._open.get(span.parent_id or span.trace_id)
        above = None if parent is None else deepest(parent.execution, running_scope())
        if self._is_open(span.span_id, span):
            return
        is_part = data.type in _CONTAINERS or (data.type in _CALLS and is_calling())
        if is_part or getattr(span, "is_mask", False):
            self._remember(span.span_id, Told(span, above if type(above) is NodeExecution else None, is_own=False))
        else:
            self._start(step_of(data, above), span.span_id, span)

    def _is_open(self, key: str, thing: Any) -> bool:
        """Tell whether it has begun already: some are started twice."""
        told = self._open.get(key)
        return told is not None and told.of == id(thing)

    def _start(self, step: Step, key: str, thing: Any) -> NodeExecution | None:
        execution = None if self.tracker is None else self.tracker.start(step)
        if execution is not None:
            execution.run_id = key
        self._remember(key, Told(thing, execution, is_own=True))
        return execution

    def _remember(self, key: str, told: Told) -> None:
        if len(self._open) > _MAX_OPEN:  # spans that are never finished
            del self._open[next(iter(self._open))]
        self._open[key] = told

    def _end(self, key: str, span: Any) -> None:
        told = self._open.pop(key, None)
        if told is None or told.execution is None or not told.is_own or self.tracker is None:
            return
        execution, data = told.execution, None if span is None else span.span_data
        raised = sys.exc_info()[1]
        error = raised if raised is not None and raised is not told.handled else told.error or error_of(span)
        inputs, outputs = (told.inputs, told.outputs) if execution.kind in _RUNS else contents_of(data)
        if execution.kind == "agent":
            execution.metadata = {**execution.metadata, **agent_of(data)}
        elif execution.kind == "llm":
            note_call(execution, data)
        if told.waits and error is None:
            self._wait_above(execution)
            self.tracker.end(execution, outputs, status="interrupted", late_inputs=inputs)
        else:
            self.tracker.end(execution, outputs, error, late_inputs=inputs)

    def _wait_above(self, execution: NodeExecution) -> None:
        """Let a tool that is an agent wait where that does."""
        above = execution.parent
        if type(above) is NodeExecution and above.kind == "tool" and above.run_id in self._open:
            self._open[above.run_id].waits = True
