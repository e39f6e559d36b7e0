"""Begin to export when the first request does, and not before: importing starts no thread and opens no socket.

What exports lies above the runtime, and is found by its name in the group `gradient.exporters`. What is sent is read
from the journal, so this listener learns of requests only, and of executions only in a forked child that works on a
request of its parent's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from gradient import plugins
from gradient.runtime import process
from gradient.runtime.listening.listeners import Listener, Listeners, warn

if TYPE_CHECKING:
    from gradient.runtime.context import RequestContext
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.listening.recorder import Recorder
    from gradient.runtime.settings.fields import Settings

_GROUP = "gradient.exporters"
_OFF = "off"
_VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_HINT = "pip install 'gradient-runtime[otel]'"


class Exporting(Listener):
    """Has the journal of this process sent, from its first request on.

    Args:
        settings: Where to, and how.
        recorder: Who writes the journal.
        listeners: Those that it is one of.
    """

    def __init__(self, settings: Settings, recorder: Recorder, listeners: Listeners) -> None:
        self._settings = settings
        self._recorder = recorder
        self._listeners = listeners
        self._pid = 0
        self._background: Any = None
        _all.add(self)

    def on_request_start(self, request: RequestContext) -> None:  # noqa: ARG002 - the listeners' signature
        """Begin, in this process, if that was not done."""
        if self._pid != process.pid:
            self._begin()

    def close(self) -> None:
        """Send what can be sent in the time that settings allow, and end; a later request begins anew."""
        background, self._background = self._background, None
        self._pid = 0
        if background is not None:
            background.close()

    def note(self, request: RequestContext) -> None:
        """Begin, in a forked child that works on a request of its parent's."""
        self.on_request_start(request)
        if self._background is not None:
            self._background.adopted[request.key] = bytes.fromhex(request.trace_id)

    def forked(self) -> None:
        """Begin anew in a forked child, when it has something to tell: threads are not inherited."""
        self._pid, self._background = 0, None
        if self in self._listeners:
            self._listeners.add(_InChild(self))

    def _begin(self) -> None:
        self._pid = process.pid
        self._background = plugins.load(_GROUP, "background")(self._settings, self._recorder)


class _InChild(Listener):
    """Tells of executions in a child whose request its parent opened."""

    def __init__(self, exporting: Exporting) -> None:
        self._exporting = exporting

    def on_execution_start(self, execution: NodeExecution) -> None:
        request = execution.request
        if request is not None and request.pid != process.pid:
            self._exporting.note(request)


class _NotExporting:
    """Stands for an exporter where nobody wants one."""

    def close(self) -> None:
        """Nothing was begun."""


NOT_EXPORTING = _NotExporting()


def exporting_for(settings: Settings, recorder: Recorder | None, listeners: Listeners) -> Any:
    """Return what exports as settings and OpenTelemetry's variables say; it was added to the listeners."""
    exporting = _chosen(settings, recorder, listeners)
    if exporting is not NOT_EXPORTING:
        listeners.add(exporting)
    return exporting


def _chosen(settings: Settings, recorder: Recorder | None, listeners: Listeners) -> Any:
    if not settings.enabled:
        return NOT_EXPORTING
    if settings.otlp_live:
        try:
            return plugins.load(_GROUP, "live")()
        except ImportError as error:
            warn(f"executions cannot become spans ({error}). To have them: {_HINT}")
            return NOT_EXPORTING
    wanted = settings.otlp_endpoint or any(os.environ.get(name) for name in _VARIABLES)
    if recorder is None or not wanted or settings.otlp_endpoint == _OFF:
        return NOT_EXPORTING
    return Exporting(settings, recorder, listeners)


_all: WeakSet[Exporting] = WeakSet()


def _note_fork() -> None:
    for exporting in list(_all):
        exporting.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)
