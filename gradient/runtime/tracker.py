"""The default tracker: the tree of each request, and the newest executions in memory."""

from __future__ import annotations

from collections import deque
from typing import Any

from gradient.runtime.capture import Captured
from gradient.runtime.console import Console
from gradient.runtime.context import current_scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.interfaces import ExecutionTracker, begin
from gradient.runtime.step import Step
from gradient.runtime.tracking import Tracking

_NEWEST = 10_000
_NEWEST_BYTES = 8 * 1024 * 1024
_KINDS = frozenset("graph node agent llm tool retriever embedding chain step workflow memory handoff guardrail".split())


class DefaultExecutionTracker(ExecutionTracker):
    """Keeps each request's executions with it, and the newest 10,000 of those that ended.

    Payloads of the newest are kept up to 8 MB in all; those of older ones are in the journal.
    """

    def __init__(self, tracking: Tracking | None = None) -> None:
        if tracking is not None:
            self.tracking = tracking
        self._newest: deque[NodeExecution] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0

    def start_node_execution(
        self,
        node_id: str,
        node_name: str,
        framework: str,
        inputs: Any = None,
        metadata: dict[str, Any] | None = None,
    ) -> NodeExecution:
        """Begin an execution: in the current request, or in memory only where there is none."""
        kind = node_id.partition("_")[0]
        kind = kind if kind in _KINDS else "node"
        step = Step(node_name, kind, framework, inputs, metadata, node_id=node_id, opens_request=False)
        execution = self.start(step)
        if execution is None:
            execution = begin(step, None, None, self.tracking)
            clock = self.tracking.clock
            execution.wall_offset_ns = clock.wall_ns() - clock.monotonic_ns()
            self.keep([execution])
        return execution

    def end_node_execution(self, node_execution: Any, outputs: Any = None, error: Any = None) -> None:
        """End an execution that `start_node_execution` began."""
        self.end(node_execution, outputs, error)

    def get_executions(self) -> list[NodeExecution]:
        """Return the executions of the current request, or outside of any the newest 10,000 of those that ended."""
        scope = current_scope.get()
        if scope is not None and scope.request is not None and scope.request.ended_ns is None:
            return list(scope.request.executions)
        return list(self._newest)

    def clear_executions(self) -> None:
        """Forget the executions kept so far, those of the current request included."""
        scope = current_scope.get()
        if scope is not None and scope.request is not None:
            scope.request.executions.clear()
        self._newest.clear()
        self._sizes.clear()
        self._bytes = 0

    def keep(self, executions: list[NodeExecution]) -> None:
        """Take over the executions of a request that has ended, and let the oldest go."""
        for execution in executions:
            size = _size(execution, "_inputs") + _size(execution, "_outputs")
            self._newest.append(execution)
            self._sizes.append(size)
            self._bytes += size
        while self._newest and (len(self._newest) > _NEWEST or self._bytes > _NEWEST_BYTES):
            self._newest.popleft()
            self._bytes -= self._sizes.popleft()

    def print_summary(self) -> None:
        """Print the summary of the current request, or of the newest executions."""
        scope = current_scope.get()
        Console(self.tracking.settings, self.tracking.capture).print_summary(
            None if scope is None else scope.request, self.get_executions()
        )

    def _started(self, execution: NodeExecution, step: Step) -> None:
        """Nothing to tell: this tracker's account is the execution itself."""

    def _ended(self, execution: NodeExecution, outputs: Any) -> None:
        """Nothing to tell: this tracker's account is the execution itself."""


def _size(execution: NodeExecution, field: str) -> int:
    captured = execution.__dict__.get(field)
    if type(captured) is Captured:
        return len(captured.json)
    return len(captured) if type(captured) is bytes else 0
