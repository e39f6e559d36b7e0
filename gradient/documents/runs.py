"""Runs as they are rebuilt: what is left of a request, and what that says.

    Run         one request: its own events, and its executions by id, whichever process wrote them
    Execution   the start and the end of one execution; either may be missing
    Writer      a process that wrote events, and whether it lives

Payloads stay the bytes they were written as until a document wants them. `gradient.documents.folding` fills these in.
"""

from collections import defaultdict
from uuid import UUID

from gradient.journal import Liveness, ProcessJournal
from gradient.journal.events import (
    ExecutionEnded,
    ExecutionStarted,
    GraphSeen,
    ProcessStarted,
    RequestEnded,
    RequestStarted,
    Updated,
)
from gradient.journal.messages import SegmentMessages
from gradient.journal.vocabulary import LEFT_OPEN

KEY_BYTES = 16


def status_left_open(liveness: Liveness, lost: int) -> str:
    """Return what became of work that a process began, and whose end is not in the journal.

    Of a process that lost events before it died nobody can say: the end may be among them.
    """
    return "unknown" if liveness == "dead" and lost else LEFT_OPEN[liveness]


class Writer:
    """A process that wrote a journal.

    Attributes:
        journal: Where it wrote.
        liveness: Whether it still does, asked before its frames were read: what is open after that was left open.
        started: What it said of itself, or None where that is lost.
        last_at: Time of its last event, on its monotonic clock.
        lost: How many events it could not write before it died, and cannot say of which runs.
        graphs: Topologies of compiled graphs, by graph id.
    """

    def __init__(self, journal: ProcessJournal, liveness: Liveness | None = None) -> None:
        self.journal = journal
        self.liveness: Liveness = liveness or journal.liveness()
        self.started: ProcessStarted | None = None
        self.last_at = self.lost = 0
        self.graphs: dict[str, GraphSeen] = {}

    @property
    def open_status(self) -> str:
        """What became of work that this process began and did not end."""
        return status_left_open(self.liveness, self.lost)

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
        head: Its end, or else its start, or None where both are lost.
        writer: The process that opened it, as far as that is known.
        executions: By id, in journal order.
        updates: What was learnt in between, in journal order, by execution; 0 stands for the request.
        writers: The processes that wrote about it.
    """

    def __init__(self, key: bytes, writer: Writer) -> None:
        self.key = key
        self.writer = writer
        self.head: RequestStarted | RequestEnded | None = None
        self.started: RequestStarted | None = None
        self.ended: RequestEnded | None = None
        self.started_messages = self.ended_messages = SegmentMessages()
        self.executions: dict[int, Execution] = {}
        self.updates: defaultdict[int, list[Updated]] = defaultdict(list)
        self.writers: list[Writer] = []

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


def request_id(key: bytes) -> str:
    """Return the 16 bytes of a request as users know them."""
    return str(UUID(bytes=key)) if len(key) == KEY_BYTES else key.hex()
