"""Writes everything to the journal: the listener that makes runs outlive their process.

One recorder serves a manager. An event is encoded first and then handed to the journal's writer in one piece.
References to messages hold for one segment only: where the writer has moved on meanwhile, the payload is captured
anew, in full.
"""

from __future__ import annotations

import atexit
import os
import platform
import socket
import sys
from typing import TYPE_CHECKING, Any

from gradient.journal import JournalWriter, prune
from gradient.journal.events import (
    FORMAT_VERSION,
    GraphSeen,
    ProcessStarted,
    Updated,
    encode_event,
)
from gradient.runtime.listening.listeners import Listener, warn
from gradient.runtime.requests import end_in_brief
from gradient.runtime.settings.sources import default_home, default_project
from gradient.runtime.values.captured import Captured
from gradient.runtime.values.conversations import Conversations
from gradient.runtime.values.kept import Keeper

if TYPE_CHECKING:
    from pathlib import Path

    from gradient.runtime.context import RequestContext, Scope
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.settings.fields import Settings
    from gradient.runtime.tracking import Tracking

_MAX_GRAPHS = 1_000
_MAX_ARGUMENTS = 100
_DAY_S = 86_400
_ROUNDS = 3
_RETENTION_EVERY_NS = 3_600 * 10**9


class Recorder(Listener):
    """Writes requests and executions to the journal below `home`.

    Args:
        home: Folder of all journals; made at the first event.
        project: What the runs of this process are grouped by.
        tracking: Clock, capture and shapes.
        mapped: Which of the writer's two ways to take; None lets it choose.
    """

    def __init__(self, home: Path, project: str, tracking: Tracking, *, mapped: bool | None = None) -> None:
        self.home = home
        self.project = project
        self.tracking = tracking
        self._root = home / "journal"
        self.writer = JournalWriter(self._root, self._begin_segment, mapped=mapped, on_loss=warn)
        self._next_retention_ns: int | None = None
        self._append = self.writer.append
        self._graphs: dict[str, int] = {}
        self.conversations = Conversations(tracking.shapes, self.generation)
        self.keeper = Keeper()

    def generation(self) -> int:
        """Return the number of the segment that the next event goes to."""
        if not self.writer.generation:
            self.writer.open()
        return self.writer.generation

    def close(self) -> None:
        """Close the journal of this process; a later event opens another."""
        self.writer.close()

    def on_request_start(self, request: RequestContext) -> None:
        """Write that a request began."""
        self.writer.renew()
        self._write(request, request.started)

    def on_request_end(self, request: RequestContext) -> None:
        """Write how a request ended; where that has no room, write later that it did, and how much was lost of it."""
        dropped = request.dropped
        self._write(request, request.ended)
        if request.dropped > dropped:
            self.writer.keep(end_in_brief(request, self.tracking))

    def on_execution_start(self, execution: NodeExecution) -> None:
        """Write that an execution begins: the user's code has not run yet."""
        captured = execution.started
        if type(captured) is not bytes:
            self._write(execution.request, captured)
        elif self._append(captured) is None and execution.request is not None:
            execution.request.dropped += 1

    def on_execution_end(self, execution: NodeExecution) -> None:
        """Write how an execution ended."""
        captured = execution.ended
        if type(captured) is not bytes:
            self._write(execution.request, captured)
        elif self._append(captured) is None and execution.request is not None:
            execution.request.dropped += 1

    def on_update(self, scope: Scope, what: str, name: str, value: Any) -> None:
        """Write what was learnt about something that runs."""
        request = scope.request
        if request is None:
            return
        if what == "graph":
            self._graph(name, value)
            return
        payload, media = self.tracking.capture.payload_with_media(value)
        at_ns = self.tracking.clock.monotonic_ns()
        name = self.tracking.capture.label(name)
        event = encode_event(Updated(request.key, scope.execution_id, at_ns, what, name, payload))
        if not media:
            self._write(request, event)
        elif self._append_with_media(event, media) is None:
            request.dropped += 1

    def _graph(self, graph_id: str, topology: dict[str, Any]) -> None:
        """Write a topology, once in each segment: what a run refers to must not be further away."""
        if self._graphs.get(graph_id) == self.writer.generation and self.writer.generation:
            return
        if len(self._graphs) > _MAX_GRAPHS:
            self._graphs.clear()
        capture = self.tracking.capture
        payload, label = capture.payload(topology), capture.label(topology["name"])
        self.writer.append(encode_event(GraphSeen(graph_id, label, payload)))
        self._graphs[graph_id] = self.writer.generation

    def _write(self, request: RequestContext | None, captured: bytes | Captured | None) -> None:
        """Hand an event to the writer; what it cannot take is counted with the request."""
        if type(captured) is bytes:
            if self.writer.append(captured) is None and request is not None:
                request.dropped += 1
        elif type(captured) is Captured:
            self._write_referring(request, captured)

    def _write_referring(self, request: RequestContext | None, captured: Captured) -> None:
        media, body = captured.media, captured.body
        if captured.generation is not None:
            if self._append_with_messages(captured):
                captured.published()
                return
            body = captured.in_full()
        if media is None:
            self._write(request, body)
        elif self._append_with_media(body, media) is None and request is not None:
            request.dropped += 1
        captured.media = None

    def _append_with_messages(self, captured: Captured) -> bool | None:
        """Write an event that refers to messages of its segment, unless others open the next one each time."""
        for _ in range(_ROUNDS):
            if captured.media is not None:
                self._keep(captured.body, captured.media)
            written = self.writer.append(captured.body, captured.generation)
            if written is not False:
                return written
            captured.renew()
        return False

    def _append_with_media(self, body: bytes, media: dict[str, bytes]) -> bool | None:
        """Write an event with its media, both in and beside one segment, unless others open the next one each time."""
        for _ in range(_ROUNDS):
            written = self.writer.append(body, self._keep(body, media))
            if written is not False:
                return written
        return self.writer.append(body)

    def _keep(self, body: bytes, media: dict[str, bytes]) -> int:
        """Write media beside the segment that is open; return its generation."""
        self.generation()
        generation, segment = self.writer.place
        if segment is not None:
            self.keeper.keep(segment, body, media)
        return generation

    def _begin_segment(self) -> bytes:
        """Make room for another segment; return what it begins with."""
        self._retain()
        return self._preamble()

    def _retain(self) -> None:
        """Delete journals past the age and the size that settings allow, at most hourly."""
        clock, settings = self.tracking.clock, self.tracking.settings
        now_ns = clock.monotonic_ns()
        if self._next_retention_ns is None or now_ns >= self._next_retention_ns:
            self._next_retention_ns = now_ns + _RETENTION_EVERY_NS
            max_age_s = settings.retention_days * _DAY_S
            prune(self._root, max_age_s=max_age_s, max_bytes=settings.retention_bytes, now_s=clock.wall_ns() / 1e9)

    def _preamble(self) -> bytes:
        clock, capture = self.tracking.clock, self.tracking.capture
        argv = getattr(sys, "argv", [])[:_MAX_ARGUMENTS]
        return encode_event(
            ProcessStarted(
                FORMAT_VERSION,
                os.getpid(),
                socket.gethostname(),
                platform.python_version(),
                capture.command(argv),
                capture.label(self.project),
                clock.wall_ns(),
                clock.monotonic_ns(),
            )
        )


def recorder_for(settings: Settings, tracking: Tracking, former: Recorder | None) -> Recorder | None:
    """Return where to record; the former one, unless it is another place.

    A recorder that is left stays open until the process ends, so that its requests are not taken for aborted.
    """
    if not settings.enabled:
        return None
    home, project = settings.home or default_home(), settings.project or default_project()
    if former is not None and (former.home, former.project) == (home, project):
        return former
    recorder = Recorder(home, project, tracking)
    atexit.register(recorder.close)
    return recorder
