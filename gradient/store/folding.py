"""Fold the events of journals into runs, one process after the other."""

from collections.abc import Container
from typing import Any

from gradient.journal import ProcessJournal, SegmentReader
from gradient.journal.events import (
    FORMAT_VERSION,
    ExecutionEnded,
    ExecutionStarted,
    GraphSeen,
    ProcessStarted,
    RequestEnded,
    RequestStarted,
    Updated,
    decode_event,
)
from gradient.journal.messages import SegmentMessages
from gradient.store.runs import KEY_BYTES, Execution, Run, Writer


class Fold:
    """Reads journals and keeps the runs in them.

    Args:
        wanted: Keep only these requests, with payloads; None: all of them, without.

    Attributes:
        runs: By the requests' 16 bytes.
        damaged: How many frames were skipped because they were broken or said nothing we understand.
        newer: How many journals were left out because a newer version of Gradient wrote them.
    """

    def __init__(self, wanted: Container[bytes] | None = None) -> None:
        self.runs: dict[bytes, Run] = {}
        self.damaged = 0
        self.newer = 0
        self._wanted = wanted
        self._take: dict[Any, Any] = {
            RequestStarted: _request_started,
            RequestEnded: _request_ended,
            ExecutionStarted: _execution_started,
            ExecutionEnded: _execution_ended,
            Updated: _updated,
        }

    def read(self, journal: ProcessJournal) -> Writer:
        """Read everything that a process wrote."""
        writer = Writer(journal)
        segment, messages = 0, SegmentMessages()
        for frame in journal.frames():
            if frame.segment != segment:
                segment, messages = frame.segment, SegmentMessages()
            if not self._event(decode_event(frame.body), writer, segment, messages):
                self.newer += 1
                break
        self.damaged += journal.damaged
        return writer

    def read_again(self, writer: Writer, segments: Container[int]) -> None:
        """Read some segments of a process that was read before."""
        for path in writer.journal.segments():
            reader = SegmentReader(path)
            if reader.segment in segments:
                messages = SegmentMessages()
                for frame in reader.poll(final=True):
                    self._event(decode_event(frame.body), writer, reader.segment, messages)

    def _event(self, event: Any, writer: Writer, segment: int, messages: SegmentMessages) -> bool:
        """Take one event; False where nothing that this process wrote can be understood."""
        take = self._take.get(type(event))
        if take is not None and len(event.request) == KEY_BYTES:
            writer.last_at = max(writer.last_at, event.at)
            self._request_event(event, take, writer, segment, messages)
        elif type(event) is ProcessStarted:
            writer.started = writer.started or event
            writer.last_at = max(writer.last_at, event.at)
            return event.version <= FORMAT_VERSION
        elif type(event) is GraphSeen:
            writer.graphs[event.graph_id] = event
        else:
            self.damaged += 1
        return True

    def _request_event(self, event: Any, take: Any, writer: Writer, segment: int, messages: SegmentMessages) -> None:
        if self._wanted is None:
            _drop_payloads(event)
        elif type(event) is not Updated:
            messages.learn(event.messages)
        if self._wanted is not None and event.request not in self._wanted:
            return
        run = self.runs.get(event.request)
        if run is None:
            run = self.runs[event.request] = Run(event.request, len(self.runs), writer)
        run.places.setdefault(writer, set()).add(segment)
        take(run, event, writer, messages)


def _drop_payloads(event: Any) -> None:
    if isinstance(event, Updated):
        event.payload = event.payload if event.what == "metadata" else None
        return
    event.messages = None
    if isinstance(event, ExecutionStarted | RequestStarted):
        event.inputs = None
    else:
        event.outputs = None
    if isinstance(event, ExecutionEnded):
        event.late_inputs = None


def _request_started(run: Run, event: RequestStarted, writer: Writer, messages: SegmentMessages) -> None:
    run.started, run.started_messages, run.writer = event, messages, writer
    run.head = run.ended or event


def _request_ended(run: Run, event: RequestEnded, writer: Writer, messages: SegmentMessages) -> None:
    run.head = run.ended = event
    run.ended_messages = messages
    if run.started is None:
        run.writer = writer


def _execution_started(run: Run, event: ExecutionStarted, writer: Writer, messages: SegmentMessages) -> None:
    execution = run.executions.get(event.id)
    if execution is None:
        execution = run.executions[event.id] = Execution(event, writer, messages)
    execution.started, execution.messages, execution.writer = event, messages, writer


def _execution_ended(run: Run, event: ExecutionEnded, writer: Writer, messages: SegmentMessages) -> None:
    execution = run.executions.get(event.id)
    if execution is None:
        execution = run.executions[event.id] = Execution(event, writer, messages)
    # A forked child that leaves a block which its parent entered ends it too; the parent's end is the one that counts.
    if execution.ended is None or execution.writer is writer:
        execution.head = execution.ended = event
        execution.ended_messages = messages


def _updated(run: Run, event: Updated, _writer: Writer, _messages: SegmentMessages) -> None:
    run.updates[event.execution].append(event)
