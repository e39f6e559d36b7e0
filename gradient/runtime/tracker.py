"""The default tracker: the tree of each request, and the newest executions in memory."""

from __future__ import annotations

from collections import deque
from itertools import chain
from typing import Any

from gradient.journal.vocabulary import KINDS
from gradient.runtime.context import get_current_context
from gradient.runtime.execution import NodeExecution
from gradient.runtime.executions import begin
from gradient.runtime.interfaces import ExecutionTracker
from gradient.runtime.listening.console import Console
from gradient.runtime.step import Step
from gradient.runtime.tracking import Tracking
from gradient.runtime.values.captured import Captured

_NEWEST = 10_000
_KINDS = frozenset(name for name, kind in KINDS.items() if kind.in_node_ids)
_NEWEST_BYTES = 8 * 1024 * 1024


class DefaultExecutionTracker(ExecutionTracker):
    """Keeps each request's executions with it, and the newest 10,000 of those that ended.

    Payloads of the newest are kept up to 8 MB in all; those of older ones are in the journal.
    """

    _accounts = False

    def __init__(self, tracking: Tracking | None = None) -> None:
        if tracking is not None:
            self.tracking = tracking
        self._newest: deque[list[NodeExecution]] = deque()
        self._count = 0
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
        request = get_current_context()
        if request is not None and request.ended_ns is None:
            return list(request.executions)
        return list(chain.from_iterable(self._newest))[-_NEWEST:]

    def clear_executions(self) -> None:
        """Forget the executions kept so far, those of the current request included."""
        request = get_current_context()
        if request is not None:
            request.executions.clear()
        self._newest.clear()
        self._count = self._bytes = 0

    def keep(self, executions: list[NodeExecution]) -> None:
        """Take over the executions of a request that has ended, and let the oldest requests go."""
        self._newest.append(executions)
        self._count += len(executions)
        self._bytes += _size(executions)
        while len(self._newest) > 1 and (self._count - len(self._newest[0]) >= _NEWEST or self._bytes > _NEWEST_BYTES):
            oldest = self._newest.popleft()
            self._count -= len(oldest)
            self._bytes -= _size(oldest)

    def print_summary(self) -> None:
        """Print the summary of the current request, or of the newest executions."""
        console = Console(self.tracking.settings, self.tracking.capture)
        console.print_summary(get_current_context(), self.get_executions())


def _size(executions: list[NodeExecution]) -> int:
    """Return about how many bytes of payload these hold; one that never ended is as good as none."""
    return sum(
        len(captured.body) if type(captured) is Captured else len(captured)
        for execution in executions
        for captured in (execution.started, execution.ended)
        if captured is not None
    )
