"""Fold the events of journals into runs.

    Fold        reads journals, one process after the other
    Run         one request: its own events, and its executions by id, whichever process wrote them
    Execution   the start and the end of one execution; either may be missing
    Writer      a process that wrote events, and whether it lives

Payloads stay the bytes they were written as until a document wants them; a fold of all runs does not even keep them.
"""

from collections.abc import Container
from typing import Any
from uuid import UUID

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

_OPEN_STATUS = {"alive": "running", "dead": "aborted", "unknown": "unknown"}
_KEY_BYTES = 16


class Writer:
    """A process that wrote a journal.

    Attributes:
        journal: Where it wrote.
        liveness: Whether it still does, asked before its frames were read: what is open after that was left open.
        started: What it said of itself, or None where that is lost.
        last_at: Time of its last event, on its monotonic clock.
        graphs: Topologies of compiled graphs, by graph id.
    """

    def __init__(self, journal: ProcessJournal) -> None:
        self.journal = journal
        self.liveness = journal.liveness()
        self.started: ProcessStarted | None = None
        self.last_at = 0
        self.graphs: dict[str, GraphSeen] = {}

    @property
    def open_status(self) -> str:
        """What became of work that this process began and did not end."""
        return _OPEN_STATUS[self.liveness]

    def time_open(self, since: int) -> int | None:
        """Return how long such work was known to last, in nanoseconds; None while nobody can say."""
        return max(0, self.last_at - since) if self.liveness == "dead" else None

    def wall_at(self, at: int) -> int | None:
        """Return the time of day at a moment of its monotonic clock, in nanoseconds since the epoch."""
        return None if self.started is None else self.started.wall + at - self.started.at


class Execution:
    """One node execution.

    Attributes:
        head: Its end, or else its start: whichever tells more of what both say.
        writer: The process that began it, or that ended it where its start is lost.
        messages: What the payloads of its start refer to; `ended_messages` those of its end.
    """

    __slots__ = ("ended", "ended_messages", "head", "id", "messages", "started", "writer")

    def __init__(self, head: ExecutionStarted | ExecutionEnded, writer: Writer, messages: SegmentMessages) -> None:
        self.id = head.id
        self.head = head
        self.writer = writer
        self.started: ExecutionStarted | None = None
        self.ended: ExecutionEnded | None = None
        self.messages = self.ended_messages = messages

    @property
    def started_at(self) -> int:
        """Its start, on the monotonic clock."""
        return self.head.at if self.ended is None else self.ended.started_at

    @property
    def status(self) -> str:
        """What became of it."""
        return self.writer.open_status if self.ended is None else self.ended.status

    @property
    def duration_ns(self) -> int | None:
        """How long it took, or None while it runs."""
        if self.ended is None:
            return self.writer.time_open(self.started_at)
        return self.ended.at - self.ended.started_at


class Run:
    """One request, from whatever is left of it.

    Attributes:
        key: The request's 16 bytes.
        order: Place in the journals, of the first of its events.
        head: Its end, or else its start, or None where both are lost.
        writer: The process that opened it, as far as that is known.
        executions: By id, in journal order.
        updates: What was learnt in between, in journal order.
        places: The processes that wrote about it, and in which of their segments.
    """

    def __init__(self, key: bytes, order: int, writer: Writer) -> None:
        self.key = key
        self.order = order
        self.writer = writer
        self.head: RequestStarted | RequestEnded | None = None
        self.started: RequestStarted | None = None
        self.ended: RequestEnded | None = None
        self.started_messages = self.ended_messages = SegmentMessages()
        self.executions: dict[int, Execution] = {}
        self.updates: list[Updated] = []
        self.places: dict[Writer, set[int]] = {}

    @property
    def id(self) -> str:
        """The request id, as users know it."""
        return request_id(self.key)

    @property
    def entrypoint(self) -> str | None:
        """What was called, or None where that is lost."""
        return None if self.head is None else self.head.entrypoint

    @property
    def project(self) -> str | None:
        """What the process that opened it groups its runs by."""
        return None if self.writer.started is None else self.writer.started.project

    @property
    def sampled(self) -> bool:
        """Whether it is listed; it is found by id all the same."""
        return self.ended is None or self.ended.sampled

    @property
    def status(self) -> str:
        """What became of it."""
        return self.writer.open_status if self.ended is None else self.ended.status

    @property
    def started_at(self) -> int:
        """Its start on the monotonic clock; where that is lost, the first start of its executions."""
        if self.started is not None:
            return self.started.at
        if self.ended is not None:
            return self.ended.started_at
        return min((execution.started_at for execution in self.executions.values()), default=self.writer.last_at)

    @property
    def wall_ns(self) -> int | None:
        """Its start in nanoseconds since the epoch, or None where that is lost."""
        return self.writer.wall_at(self.started_at) if self.head is None else self.head.wall

    @property
    def duration_ns(self) -> int | None:
        """How long it took, or None while it runs."""
        if self.ended is None:
            return self.writer.time_open(self.started_at)
        return self.ended.at - self.ended.started_at

    def by_start(self) -> list[Execution]:
        """Return the executions in the order in which they began."""
        return sorted(self.executions.values(), key=lambda execution: execution.started_at)


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
        if take is not None and len(event.request) == _KEY_BYTES:
            if event.at > writer.last_at:
                writer.last_at = event.at
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


def request_id(key: bytes) -> str:
    """Return the 16 bytes of a request as users know them."""
    return str(UUID(bytes=key)) if len(key) == _KEY_BYTES else key.hex()


def _drop_payloads(event: Any) -> None:
    kind = type(event)
    if kind is Updated:
        return
    event.messages = None
    if kind is ExecutionStarted or kind is RequestStarted:
        event.inputs = None
    else:
        event.outputs = None


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
    run.updates.append(event)
