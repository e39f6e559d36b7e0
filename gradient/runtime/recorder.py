"""Writes everything to the journal: the listener that makes runs outlive their process.

One recorder serves a manager. An event is encoded first and then handed to the journal's writer in one piece. References
to messages hold for one segment only: where the writer has moved on meanwhile, the payload is captured anew, in full.
"""

from __future__ import annotations

import os
import platform
import socket
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from gradient.journal import JournalWriter
from gradient.journal.events import (
    FORMAT_VERSION,
    ExecutionEnded,
    ExecutionStarted,
    GraphSeen,
    Messages,
    ProcessStarted,
    RequestEnded,
    RequestStarted,
    Updated,
    encode_event,
)
from gradient.runtime.capture import Captured
from gradient.runtime.listeners import Listener, warn

if TYPE_CHECKING:
    from pathlib import Path

    from gradient.runtime.context import RequestContext, Scope
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.tracking import Tracking

_MAX_GRAPHS = 1_000


class Recorder(Listener):
    """Writes requests and executions to the journal below `home`.

    Args:
        home: Folder of all journals; made at the first event.
        project: What the runs of this process are grouped by.
        tracking: Clock and capture; set by the manager before the first event.
        mapped: Which of the writer's two ways to take; None lets it choose.
    """

    tracking: Tracking

    def __init__(self, home: Path, project: str, *, mapped: bool | None = None) -> None:
        self.project = project
        self.writer = JournalWriter(home / "journal", self._preamble, mapped=mapped, on_loss=warn)
        self._graphs: dict[str, int] = {}

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
        json, messages = _split(request.__dict__.get("_inputs"))
        event = RequestStarted(
            request.key,
            request.started_ns or 0,
            (request.started_ns or 0) + request.wall_offset_ns,
            request.entrypoint_name,
            bytes.fromhex(request.trace_id),
            request.session_id,
            request.user_id,
            list(request.tags),
            self._metadata(request.metadata),
            _key(request.follows),
            json,
            messages,
        )
        self._append(request, event, "inputs", request.__dict__.get("_inputs"))

    def on_request_end(self, request: RequestContext) -> None:
        """Write how a request ended, with all that its start said but the inputs."""
        json, messages = _split(request.__dict__.get("_outputs"))
        event = RequestEnded(
            request.key,
            request.ended_ns or 0,
            request.started_ns or 0,
            (request.started_ns or 0) + request.wall_offset_ns,
            request.entrypoint_name,
            bytes.fromhex(request.trace_id),
            request.status,
            request.failure,
            request.session_id,
            request.user_id,
            list(request.tags),
            self._metadata(request.metadata),
            _key(request.follows),
            request.sampled,
            request.dropped,
            request.truncated,
            json,
            messages,
        )
        self._append(request, event, "outputs", request.__dict__.get("_outputs"))

    def on_execution_start(self, execution: NodeExecution) -> None:
        """Write that an execution begins: the user's code has not run yet."""
        request = execution.request
        if request is None:
            return
        captured = execution.__dict__.get("_inputs")
        json, messages = _split(captured)
        event = ExecutionStarted(
            request.key,
            execution.execution_id,
            execution.parent_id,
            execution.started_ns or 0,
            execution.node_name,
            execution.kind,
            execution.framework,
            execution.node_id,
            self._metadata(execution.metadata),
            execution.model,
            execution.provider,
            json,
            messages,
        )
        self._append(request, event, "inputs", captured)

    def on_execution_end(self, execution: NodeExecution) -> None:
        """Write how an execution ended, with all that its start said but the inputs."""
        request = execution.request
        if request is None:
            return
        captured = execution.__dict__.get("_outputs")
        json, messages = _split(captured)
        event = ExecutionEnded(
            request.key,
            execution.execution_id,
            execution.parent_id,
            execution.ended_ns or 0,
            execution.started_ns or 0,
            execution.node_name,
            execution.kind,
            execution.framework,
            execution.node_id,
            execution.recorded_status or "completed",
            execution.failure,
            self._metadata(execution.metadata),
            execution.model,
            execution.provider,
            execution.usage,
            execution.first_token_ns,
            execution.attempt,
            execution.cached,
            json,
            _in_full(execution.__dict__.get("_inputs")) if execution.late_inputs else None,
            messages,
        )
        self._append(request, event, "outputs", captured)

    def on_update(self, scope: Scope, what: str, name: str, value: Any) -> None:
        """Write what was learnt about something that runs."""
        request = scope.request
        if request is None:
            return
        if what == "graph":
            self._graph(name, value)
            return
        payload = _in_full(self.tracking.capture.payload(value, referring=False))
        at_ns = self.tracking.clock.monotonic_ns()
        self._append(request, Updated(request.key, scope.execution_id, at_ns, what, name, payload), "payload", None)

    def _graph(self, graph_id: str, topology: dict[str, Any]) -> None:
        """Write a topology, once in each segment: what a run refers to must not be further away."""
        if self._graphs.get(graph_id) == self.writer.generation and self.writer.generation:
            return
        if len(self._graphs) > _MAX_GRAPHS:
            self._graphs.clear()
        payload = _in_full(self.tracking.capture.payload(topology, referring=False))
        self.writer.append(encode_event(GraphSeen(graph_id, topology["name"], payload or b"null")))
        self._graphs[graph_id] = self.writer.generation

    def _metadata(self, metadata: dict[str, Any]) -> bytes | None:
        return _in_full(self.tracking.capture.payload(metadata, referring=False)) if metadata else None

    def _append(self, request: RequestContext, event: Any, field: str, captured: bytes | Captured | None) -> None:
        """Hand an event to the writer; what it cannot take is counted with the request."""
        if type(captured) is Captured and captured.generation is not None:
            if self.writer.append(encode_event(event), captured.generation):
                captured.published()
                return
            # The writer has gone on to another segment: no reference may lead back to the last one.
            setattr(event, field, _in_full(captured))
            event.messages = None
        if self.writer.append(encode_event(event)) is None:
            request.dropped += 1

    def _preamble(self) -> bytes:
        clock = self.tracking.clock
        argv = [self.tracking.capture.text(argument) for argument in sys.argv[:100]]
        return encode_event(
            ProcessStarted(
                FORMAT_VERSION,
                os.getpid(),
                socket.gethostname(),
                platform.python_version(),
                argv,
                self.project,
                clock.wall_ns(),
                clock.monotonic_ns(),
            )
        )


def _split(captured: bytes | Captured | None) -> tuple[bytes | None, Messages | None]:
    return (captured.json, captured.messages) if type(captured) is Captured else (_in_full(captured), None)


def _in_full(captured: Any) -> bytes | None:
    """Return a payload as bytes that refer to nothing."""
    if captured is None or type(captured) is bytes:
        return captured
    if type(captured) is Captured:
        return captured.json if captured.generation is None else msgspec.json.encode(captured.decode())
    return msgspec.json.encode(captured)  # a user put plain data where a payload was


def _key(request_id: str | None) -> bytes | None:
    return UUID(request_id).bytes if request_id else None
