"""What instrumentors, trackers and listeners are to each other.

    FrameworkInstrumentor ── Step ──> ExecutionTracker ── NodeExecution ──> Listener

An instrumentor listens to one framework and tells a tracker of each piece of work as a `Step`. The tracker makes a
`NodeExecution` of it, and tells the listeners. Each of the three may be the user's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from gradient.runtime import process
from gradient.runtime.calls.interruptions import end_forgotten, not_forgotten
from gradient.runtime.calls.standing import outlived
from gradient.runtime.context import open_scope, running_scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.executions import begin, fail, finish
from gradient.runtime.listening.listeners import Listener
from gradient.runtime.status import Status
from gradient.runtime.step import Step
from gradient.runtime.tracking import Tracking

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.context import RequestContext, Scope

__all__ = ["ExecutionTracker", "FrameworkInstrumentor", "Listener", "NodeExecution", "Step"]

T = TypeVar("T")
_MAX_KEPT = 10_000  # executions of one running request in memory; the journal has all of them


class ExecutionTracker(ABC):
    """Receives starts and ends, and makes node executions of them.

    A tracker of the user's own needs the two abstract methods and nothing else. Instrumentors speak the richer `start`
    and `end`: they find request and parent, capture payloads, tell the listeners, and call those two.
    """

    _tracking: Tracking | None = None
    _accounts = True  # whether the two abstract methods are called: the default tracker's account is the execution

    @property
    def tracking(self) -> Tracking:
        """Clocks, settings, capture and listeners; the manager's, once it has adopted the tracker."""
        if self._tracking is None:  # a subclass need not call an __init__ of ours
            self._tracking = Tracking()
        return self._tracking

    @tracking.setter
    def tracking(self, tracking: Tracking) -> None:
        self._tracking = tracking

    @abstractmethod
    def start_node_execution(
        self,
        node_id: str,
        node_name: str,
        framework: str,
        inputs: Any = None,
        metadata: dict[str, Any] | None = None,
    ) -> NodeExecution | None:
        """Note that a node begins; return what shall be given to `end_node_execution`."""

    @abstractmethod
    def end_node_execution(self, node_execution: Any, outputs: Any = None, error: Any = None) -> None:
        """Note that a node is over; `error` is a text."""

    def get_executions(self) -> list[NodeExecution]:
        """Return the executions of the current request, or outside of any the newest ones."""
        return []

    def clear_executions(self) -> None:  # noqa: B027 - nothing to forget where nothing is kept
        """Forget the executions kept so far."""

    def keep(self, executions: list[NodeExecution]) -> None:  # noqa: B027 - likewise
        """Take over the executions of a request that has ended."""

    def start(self, step: Step, scope: Scope | None = None) -> NodeExecution | None:
        """Begin an execution.

        Args:
            step: What begins.
            scope: What it belongs to where the step does not say, or None for what is running.

        Returns:
            The execution, to be given to `end`; or None where it is not to be recorded, because settings say so or
            because it belongs to no request. Children then belong to whatever is current.
        """
        tracking = self._tracking or self.tracking
        scope = step.parent or scope or running_scope()
        request = None if scope is None else scope.request
        opened = execution = None
        try:
            if request is None or request.ended_ns is not None:
                scope = None if request is None else open_scope(running_scope() or request)
                if scope is None and step.opens_request:
                    scope = opened = tracking.open_root(step, None if request is None else outlived(request))
                    tracking.orphans += opened is None
                request = None if scope is None else scope.request
                if request is None:
                    return None
            if request.tracker is not self and request.tracker is not None:
                return request.tracker.start(step, scope)  # instrumentors know the tracker that was installed last
            if opened is None and not tracking.records_all and not tracking.records(step):
                return None
            execution = begin(step, scope, request, tracking)
            if opened is not None:
                execution.own = opened
            executions = request.executions
            executions.append(execution)
            if len(executions) > _MAX_KEPT:
                del executions[: _MAX_KEPT // 2]
            if self._accounts:
                self._account(execution, step)
            listeners = tracking.listeners
            listeners.tell(listeners.on_execution_start, execution)
            return execution  # noqa: TRY300 - an interrupt at this line is caught, too
        except BaseException as error:
            self._cut(opened, execution, error)
            raise

    def open_call(self, step: Step, make: Callable[[NodeExecution], T], otherwise: T, scope: Scope | None = None) -> T:
        """Begin an execution and return what `make` makes of it; what is interrupted in between has an end.

        Args:
            step: As for `start`.
            make: Makes of the execution what will end it.
            otherwise: What is returned where the step is not recorded.
            scope: As for `start`.
        """
        execution = None
        try:
            execution = self.start(step, scope)
            return otherwise if execution is None else make(execution)
        except BaseException as error:
            self.end(execution, None, error)
            raise

    def end(  # noqa: PLR0913 - what can be said of an end
        self,
        execution: NodeExecution | None,
        outputs: Any = None,
        error: Any = None,
        *,
        status: Status | None = None,
        ended_ns: int | None = None,
        late_inputs: Any = None,
    ) -> None:
        """End an execution; a second end of the same one is counted and ignored.

        Args:
            execution: What `start` returned; None is nothing.
            outputs: What it returned; captured at once, never kept.
            error: The exception it ended with, or a text.
            status: What became of it, where the exception does not tell.
            ended_ns: When it ended on the monotonic clock, or None for now.
            late_inputs: What it was given, where that was not known at the start.
        """
        if execution is None:
            return
        request = execution.request
        if request is not None and request.tracker is not self and request.tracker is not None:
            request.tracker.end(execution, outputs, error, status=status, ended_ns=ended_ns, late_inputs=late_inputs)
            return
        tracking = self._tracking or self.tracking
        if execution.ended_ns is not None:
            tracking.unmatched += 1
            return
        try:
            self._end(execution, outputs, error, status, ended_ns, late_inputs)
        except BaseException:  # an interrupt: once more, because nobody else will
            self._end(execution, outputs, error, status, ended_ns, late_inputs)
            raise

    def _end(  # noqa: PLR0913, PLR0917 - as `end`
        self,
        execution: NodeExecution,
        outputs: Any,
        error: Any,
        status: Status | None,
        ended_ns: int | None,
        late_inputs: Any,
    ) -> None:
        tracking = self._tracking or self.tracking
        execution.ended_ns = tracking.clock.monotonic_ns() if ended_ns is None else ended_ns
        if error is None:
            execution.recorded_status = status or "completed"
        else:
            fail(execution, error, status, tracking)
        if execution.end_forgotten is not None:
            not_forgotten(execution)
        if execution.recorded_status != "completed":
            end_forgotten(execution, error, execution.recorded_status or "error")
        finish(execution, outputs, late_inputs, tracking)
        if self._accounts:
            self._close_account(execution, outputs)
        # A forked child never ends what its parent began.
        if execution.request is not None and execution.pid == process.pid:
            listeners = tracking.listeners
            listeners.tell(listeners.on_execution_end, execution)
            if execution.own is not None:
                tracking.close_root(execution.own, execution, outputs)
                execution.own = None

    def update(self, scope: Scope, what: str, name: str, value: Any) -> None:
        """Tell the listeners what was learnt about something that runs: "event", "graph", "link" or "metadata"."""
        request = scope.request
        tracker = self if request is None or request.tracker is None else request.tracker
        listeners = tracker.tracking.listeners
        listeners.tell(listeners.on_update, scope, what, name, value)

    def _cut(self, opened: RequestContext | None, execution: NodeExecution | None, error: BaseException) -> None:
        """End what had begun when a start was interrupted."""
        if execution is not None:
            self.end(execution, None, error)
        elif opened is not None and opened.manager is not None:
            opened.manager.end_request(None, error, request=opened)

    def _account(self, execution: NodeExecution, step: Step) -> None:
        """Tell the subclass, which keeps an account of its own."""
        try:
            execution.account = self.start_node_execution(
                execution.node_id, step.name, step.framework, step.inputs, step.metadata
            )
        except Exception:  # noqa: BLE001 - a tracker is anybody's code
            self.tracking.custom_failures += 1

    def _close_account(self, execution: NodeExecution, outputs: Any) -> None:
        account, execution.account = execution.account, None
        if account is None:
            self.tracking.custom_failures += 1
            return
        try:
            self.end_node_execution(account, outputs, execution.error)
        except Exception:  # noqa: BLE001 - a tracker is anybody's code
            self.tracking.custom_failures += 1


class FrameworkInstrumentor(ABC):
    """Listens to one framework. What it installs it can uninstall."""

    _installed = False

    @property
    @abstractmethod
    def framework_name(self) -> str:
        """Name of the framework, as it stands in `NodeExecution.framework`."""

    @abstractmethod
    def install(self, tracker: ExecutionTracker) -> None:
        """Start listening; whatever happens is told to `tracker`."""

    @abstractmethod
    def uninstall(self) -> None:
        """Stop listening and put everything back."""

    def is_installed(self) -> bool:
        """Tell whether it listens."""
        return self._installed
