"""Runs the runtime: requests, instrumentors, listeners, one manager for a process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from gradient.runtime import frameworks, process
from gradient.runtime.context import RequestContext, Scope, get_current_context, hold, leave
from gradient.runtime.listening.console import Console
from gradient.runtime.listening.exporting import NOT_EXPORTING, exporting_for
from gradient.runtime.listening.listeners import warn
from gradient.runtime.listening.recorder import Recorder, recorder_for
from gradient.runtime.requests import announce, begin_request, complete_request
from gradient.runtime.settings.sources import load_settings
from gradient.runtime.tracker import DefaultExecutionTracker
from gradient.runtime.tracking import Tracking
from gradient.runtime.values.capture import Capture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradient.runtime.clock import Clock, Identities
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.interfaces import ExecutionTracker, FrameworkInstrumentor
    from gradient.runtime.settings.fields import Settings
    from gradient.runtime.status import Status
    from gradient.runtime.step import Step


class RuntimeManager:
    """Starts and ends requests, installs and uninstalls instrumentors, and tells listeners.

    Args:
        tracker: A tracker of the user's own, or None for the default one.
        settings: How to record, or None for what files and environment say.
        clock: Time, for tests.
        identities: Ids, for tests.
        record: False keeps everything in memory.
        instrumentors: What can be installed, or None for one for each framework that is there.
    """

    def __init__(  # noqa: PLR0913 - what a test may bring
        self,
        tracker: ExecutionTracker | None = None,
        *,
        settings: Settings | None = None,
        clock: Clock | None = None,
        identities: Identities | None = None,
        record: bool = True,
        instrumentors: Sequence[FrameworkInstrumentor] | None = None,
    ) -> None:
        self.tracking = Tracking(clock=clock, identities=identities)
        self.tracking.open_root = self._open_root
        self.tracking.close_root = self._close_root
        self._tracker = tracker if tracker is not None else DefaultExecutionTracker()
        self._tracker.tracking = self.tracking
        self._instrumentors: list[FrameworkInstrumentor] = list(instrumentors or ())
        self._installed: list[FrameworkInstrumentor] = []
        self._wanted, self._records = False, record
        self._lock = threading.RLock()
        self.recorder: Recorder | None = None
        self._console: Console | None = None
        self._exporting: Any = NOT_EXPORTING
        self._apply(settings if settings is not None else load_settings(on_error=warn).settings)
        if instrumentors is None:
            self._register_default_instrumentors()

    def reconfigure(self, settings: Settings) -> None:
        """Go on with other settings; requests that run, listeners and registered instrumentors stay."""
        wanted = self._wanted
        self.uninstall_instrumentation()
        self._apply(settings)
        if wanted:
            self.install_instrumentation()

    def _apply(self, settings: Settings) -> None:
        frameworks.check_names(settings)
        self.settings = settings
        self._exporting.close()
        for own in (self.recorder, self._console, self._exporting):
            self.remove_listener(own)
        self.recorder = recorder_for(settings, self.tracking, self.recorder) if self._records else None
        recorded = (None, None) if self.recorder is None else (self.recorder.conversations, self.recorder.keeper)
        self.tracking.apply(settings, Capture(settings, self.tracking.shapes, *recorded))
        self._console = None
        if settings.enabled and settings.console != "off":
            hint = "gradient show {}" if self.recorder is not None else None
            self._console = Console(settings, self.tracking.capture, hint=hint)
        # The recorder comes to stand first: nothing is told before it is written.
        for own in (self._console, self.recorder):
            if own is not None:
                self.tracking.listeners.add(own, first=True)
        self._exporting = exporting_for(settings, self.recorder, self.tracking.listeners)

    # ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────

    def start_request(  # noqa: PLR0913 - what can be said of a request
        self,
        entrypoint_name: str,
        inputs: Any = None,
        metadata: dict[str, Any] | None = None,
        *,
        tags: tuple[str, ...] | list[str] = (),
        session_id: str | None = None,
        user_id: str | None = None,
    ) -> RequestContext:
        """Start a request and make it current; instrumentors that are not installed yet are.

        Args:
            entrypoint_name: What was called.
            inputs: Its arguments; captured at once, never kept.
            metadata: Plain data about the request.
            tags: Labels to find it by.
            session_id: The conversation or thread it belongs to.
            user_id: Whose request it is.
        """
        self.ensure_installed()
        request = self.open_request(
            entrypoint_name, inputs, metadata, tags=tags, session_id=session_id, user_id=user_id
        )
        hold(request)
        return request

    def open_request(  # noqa: PLR0913 - likewise
        self,
        entrypoint_name: str,
        inputs: Any = None,
        metadata: dict[str, Any] | None = None,
        *,
        tags: tuple[str, ...] | list[str] = (),
        session_id: str | None = None,
        user_id: str | None = None,
        follows: RequestContext | None = None,
    ) -> RequestContext:
        """Start a request without making it current: for streams, and for work that frameworks start."""
        tracking = self.tracking
        request = begin_request(tracking, self, entrypoint_name, inputs, metadata, tags, session_id, user_id, follows)
        try:
            announce(request, tracking.listeners)
            return request  # noqa: TRY300 - an interrupt at this line is caught, too
        except BaseException as error:
            self.end_request(None, error, request=request)
            raise

    def end_request(
        self,
        outputs: Any = None,
        error: Any = None,
        *,
        request: RequestContext | None = None,
        status: Status | None = None,
    ) -> RequestContext | None:
        """End a request and make the former one current; a second end is harmless.

        Args:
            outputs: What it returned; captured at once, never kept.
            error: The exception it ended with, or a text.
            request: Which request, or None for the current one.
            status: What became of it, where neither the exception nor its last graph tells.

        Returns:
            The request, or None where there was none to end.
        """
        request = request or get_current_context()
        if request is None:
            return None
        if request.ended_ns is not None or request.pid != process.pid:
            leave(request)
            return None
        complete_request(request, self.tracking, self._tracker, outputs, error, status)
        return request

    def _open_root(self, step: Step, follows: RequestContext | None) -> RequestContext | None:
        """Open a request for a framework's run outside of any entrypoint, where settings want that."""
        if not self.settings.root_runs:
            return None
        return self.open_request(step.name, step.inputs, follows=follows)

    def _close_root(self, request: RequestContext, execution: NodeExecution, outputs: Any) -> None:
        request.failure, request.error = execution.failure, execution.error
        self.end_request(outputs, request=request, status=execution.status)

    # ── instrumentors ────────────────────────────────────────────────────────────────────────────────────────────

    def register_instrumentor(self, instrumentor: FrameworkInstrumentor) -> None:
        """Add an instrumentor; it is installed at once where instrumentation is."""
        self._instrumentors.append(instrumentor)
        if self._wanted:
            self.install_instrumentation()

    def install_instrumentation(self) -> None:
        """Install every instrumentor that settings allow and that is not installed; twice is once."""
        with self._lock:
            self._wanted = True
            for instrumentor in list(self._instrumentors):
                there = any(instrumentor is known for known in self._installed)
                if there or not frameworks.is_allowed(instrumentor.framework_name, self.settings):
                    continue
                try:
                    instrumentor.install(self._tracker)
                except Exception as error:  # noqa: BLE001 - never the user's problem
                    name = type(instrumentor).__qualname__
                    warn(f"{name} cannot be installed: {error!r}; its framework is not traced.")
                else:
                    self._installed.append(instrumentor)

    def is_instrumented(self) -> bool:
        """Tell whether instrumentors are installed, or wait for their frameworks."""
        return self._wanted

    def ensure_installed(self) -> None:
        """Install what was added since; as cheap as two comparisons when nothing was."""
        if not self._wanted or len(self._installed) < len(self._instrumentors):
            self.install_instrumentation()

    def uninstall_instrumentation(self) -> None:
        """Uninstall every instrumentor, newest first; twice is harmless."""
        with self._lock:
            self._wanted = False
            while self._installed:
                instrumentor = self._installed.pop()
                try:
                    instrumentor.uninstall()
                except Exception as error:  # noqa: BLE001 - the others must go all the same
                    warn(f"{type(instrumentor).__qualname__} cannot be uninstalled: {error!r}.")

    def get_tracker(self) -> ExecutionTracker:
        """Return the tracker that instrumentors report to."""
        return self._tracker

    def shutdown(self) -> None:
        """Uninstall everything and close the journal; the manager can be used again."""
        self.uninstall_instrumentation()
        self._exporting.close()
        if self.recorder is not None:
            self.recorder.close()

    def add_listener(self, listener: Any) -> None:
        """Tell `listener` of everything from now on, see `gradient.runtime.Listener`."""
        self.tracking.listeners.add(listener)

    def remove_listener(self, listener: Any) -> None:
        """Tell `listener` nothing more."""
        self.tracking.listeners.remove(listener)

    def update(self, scope: Scope | None, what: str, name: str, value: Any) -> None:
        """Tell the listeners something about a running execution or request."""
        if scope is not None:
            listeners = self.tracking.listeners
            listeners.tell(listeners.on_update, scope, what, name, value)

    def _register_default_instrumentors(self) -> None:
        self._instrumentors.extend(frameworks.default_instrumentors())


_manager: RuntimeManager | None = None
_manager_lock = threading.Lock()


def get_runtime_manager() -> RuntimeManager:
    """Return the process's manager; it is made, and nothing is installed, at the first call.

    Raises:
        ConfigError: A setting from a file or from the environment cannot be used.
    """
    global _manager  # noqa: PLW0603 - one for a process is what it is
    if _manager is None:
        with _manager_lock:
            if _manager is None:
                _manager = RuntimeManager()
    return _manager


def installed_manager() -> RuntimeManager | None:
    """Return the process's manager if there is one, without making it."""
    return _manager


def set_runtime_manager(manager: RuntimeManager | None) -> RuntimeManager | None:
    """Make `manager` the process's; return the one before. None: the next call of `get_runtime_manager` makes one."""
    global _manager
    former, _manager = _manager, manager
    return former


def install_runtime() -> RuntimeManager:
    """Install the instrumentors of the process's manager, and return it."""
    manager = get_runtime_manager()
    manager.install_instrumentation()
    return manager


def uninstall_runtime() -> None:
    """Uninstall whatever the process's manager installed."""
    if _manager is not None:
        _manager.shutdown()
