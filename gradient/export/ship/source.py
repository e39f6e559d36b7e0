"""One process's journal as a source of spans: read on, hand out what is ready, note what arrived.

Requests are sent when they have ended: only then is known whether they are sampled. Until then their frames are known
by their places, and read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gradient.documents.document import run_document
from gradient.documents.folding import fold
from gradient.documents.heads import EndedHead, StartedHead, decode_head
from gradient.documents.runs import Run, Writer
from gradient.export.content import without_content
from gradient.export.protobuf import span_bytes
from gradient.export.ship.batches import MOST_BYTES, Batch, Item, resource_key
from gradient.export.ship.ledger import Progress, Sent
from gradient.export.ship.segments import Place, Segments
from gradient.export.ship.waiting import REQUEST, Waiting
from gradient.export.spans import resource_attributes, spans
from gradient.journal.events import ExecutionEnded, ProcessStarted, RequestEnded, RequestStarted, Updated
from gradient.journal.files import segment_number
from gradient.journal.frames import SEGMENT_HEADER_BYTES
from gradient.journal.reader import SegmentReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gradient.export.ship.ledger import Claim
    from gradient.export.spans import Profile, Span
    from gradient.journal import ProcessJournal

FRAMES_AT_ONCE = 20_000
_EXECUTIONS_AT_ONCE = 200
_MOST_ADOPTED = 10_000
_PATIENCE_S = 3_600
_BYTES_AT_ONCE = 4_000_000
_HEADS = (StartedHead, EndedHead)
_ENDS = (RequestEnded, ExecutionEnded, EndedHead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How runs become spans.

    Attributes:
        profiles: Whose attributes are added, see `gradient.export.spans`.
        content: Whether inputs, outputs and messages are sent.
        in_flight_s: How long a request runs before what is known of it is sent; 0: not before it ended.
        resource: What is said of each process beside what it said itself.
    """

    profiles: Sequence[Profile] = ("openinference",)
    content: bool = True
    in_flight_s: float = 0
    resource: Mapping[str, str] = field(default_factory=dict[str, str])


class Source:
    """What one process wrote, as spans.

    Args:
        journal: Where it wrote.
        claim: Where is noted how far it was sent.
        manner: How runs become spans.
        adopted: Trace ids that requests took over from outside, by key, for all journals.

    Attributes:
        dropped: How many spans the backend would not take.
        lost: How many segments retention took before they were read.
        failures: What to tell of runs that could not be sent.
    """

    def __init__(
        self, journal: ProcessJournal, claim: Claim, manner: Manner, adopted: dict[bytes, bytes] | None = None
    ) -> None:
        self._journal = journal
        self._claim = claim
        self._manner = manner
        self._adopted = {} if adopted is None else adopted
        progress = claim.load()
        self.dropped = progress.dropped
        self.lost = 0
        self.failures: list[str] = []
        self._segments = Segments(journal.path)
        self._writer = Writer(journal)
        self._waiting: dict[bytes, Waiting] = {}
        self._resumed = {bytes.fromhex(request): sent for request, sent in progress.requests.items()}
        self._read_before = (progress.segment, progress.offset)
        # From the beginning of a segment, because what it begins with is referred to later.
        self._segment = min([progress.segment, *(sent.segment for sent in self._resumed.values())])
        self._offset = SEGMENT_HEADER_BYTES
        self._final = False

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def read(self, now_s: float) -> bool:
        """Read some frames further; tell whether there may be more.

        Args:
            now_s: The shipper's clock.
        """
        # Asked first: who dies after this may have written more.
        self._writer.liveness = self._journal.liveness()
        dead = self._writer.liveness == "dead"
        paths = self._journal.segments()
        left = FRAMES_AT_ONCE
        for path in [one for one in paths if segment_number(one) >= self._segment]:
            self._enter(segment_number(path))
            reader = SegmentReader(path, self._offset)
            for body, segment, offset in reader.poll(final=dead or path != paths[-1]):
                self._take(body, Place(segment, offset, len(body)), now_s)
                self._offset = reader.offset
                left -= 1
                if not left:
                    return True
            self._offset = reader.offset
        self._final = dead
        return False

    def _enter(self, number: int) -> None:
        if number != self._segment:
            self.lost += max(0, number - self._segment - 1) if self._segment else 0
            self._segment, self._offset = number, SEGMENT_HEADER_BYTES

    def _take(self, body: bytes, place: Place, now_s: float) -> None:
        event = decode_head(body)
        if type(event) in _HEADS:  # most of them, and they bring no messages
            waiting = self._waiting.get(event.request) or self._welcome(event.request, place, now_s)
            self._writer.last_at = event.at
            if waiting is not None:
                waiting.add(event.id, place, ended=type(event) is EndedHead)
                self._forget_done(waiting)
            return
        if isinstance(event, ProcessStarted):
            self._writer.started = self._writer.started or event
            return
        self._writer.last_at = getattr(event, "at", self._writer.last_at)
        if getattr(event, "messages", None) is not None:
            self._segments.messages(place.segment).note(event.messages, place.offset)
        key = getattr(event, "request", None)
        if key is None:
            return
        waiting = self._waiting.get(key)
        if waiting is None and not isinstance(event, Updated):  # what comes after all was sent tells nothing
            waiting = self._welcome(key, place, now_s)
        if waiting is None:
            return
        execution: int = getattr(event, "id", getattr(event, "execution", REQUEST))
        waiting.add(execution, place, ended=isinstance(event, _ENDS))
        if isinstance(event, RequestStarted):
            waiting.begun = True
            self._note_trace(event)
        if isinstance(event, RequestEnded):
            waiting.over, waiting.sampled = True, event.sampled
        self._forget_done(waiting)

    def _forget_done(self, waiting: Waiting) -> None:
        if waiting.over and waiting.done:
            del self._waiting[waiting.key]

    def _note_trace(self, event: RequestStarted) -> None:
        if event.trace_id != event.request:
            while len(self._adopted) >= _MOST_ADOPTED:
                del self._adopted[next(iter(self._adopted))]
            self._adopted[event.request] = event.trace_id

    def _welcome(self, key: bytes, place: Place, now_s: float) -> Waiting | None:
        """Return a new request; or None for one that was done before we were started again."""
        resumed = self._resumed.get(key)
        was_read = place[:2] < self._read_before
        if was_read and (resumed is None or place[:2] < (resumed.segment, resumed.offset)):
            return None
        sent = [] if resumed is None else [int(one, 16) for one in resumed.sent]
        waiting = self._waiting[key] = Waiting(key, place, now_s, sent)
        return waiting

    # ── handing out ──────────────────────────────────────────────────────────────────────────────────────────────

    def batches(self, now_s: float, most_bytes: int = MOST_BYTES) -> Iterator[Batch]:
        """Yield what is ready; what is not acknowledged before the next one is asked for will be yielded again."""
        batch = Batch()
        try:
            for waiting in list(self._waiting.values()):
                for item in self._guarded(waiting, now_s):
                    if not batch.has_room_for(item, most_bytes):
                        yield batch
                        batch = Batch()
                    batch.add(item)
            if batch.items:
                yield batch
        finally:
            self._segments.close()

    def acknowledge(self, batch: Batch) -> None:
        """Note that a batch arrived, on disk too.

        Raises:
            OSError: That cannot be written.
        """
        batch.note_sent()
        for waiting in {item.waiting.key: item.waiting for item in batch.items}.values():
            if waiting.done:
                self._waiting.pop(waiting.key, None)
        self._save()

    def finish(self) -> bool:
        """Note that all was sent, where the process has died and all was; tell whether."""
        over = self._final and not any(one.ready(final=True) for one in self._waiting.values())
        if over:
            self._claim.finish()
        return over

    def release(self) -> None:
        """Let another go on from here."""
        self._segments.close()
        self._claim.release()

    def _save(self) -> None:
        requests = {
            one.key.hex(): Sent(one.first.segment, one.first.offset, [f"{own:x}" for own in one.sent])
            for one in self._waiting.values()
        }
        self._claim.save(Progress(self._segment, self._offset, requests, self.dropped))
        self._segments.forget_before(min([self._segment, *(one.first.segment for one in self._waiting.values())]))

    def _guarded(self, waiting: Waiting, now_s: float) -> Iterator[Item]:
        try:
            yield from self._items(waiting, now_s)
        except Exception as error:  # noqa: BLE001 - one run that we fail at must not hold up all others
            self.failures.append(f"A run cannot be made into spans: {error!r}")
            self._waiting.pop(waiting.key, None)

    def _items(self, waiting: Waiting, now_s: float) -> Iterator[Item]:
        # What an ended request left open for so long was forgotten by the program.
        final = self._final or (waiting.over and now_s - waiting.since_s >= _PATIENCE_S)
        ready = waiting.ready(final=final)
        if not ready and 0 < self._manner.in_flight_s <= now_s - waiting.since_s:
            ready = waiting.in_flight()
        for some in _portions(waiting, ready):
            document = self._document(waiting, some)
            resource = resource_key({**resource_attributes(document), **self._manner.resource})
            for execution, span in self._spans(some, document):
                last = final or waiting.has_ended(execution)
                yield Item(waiting, execution, span, span_bytes(span), last, resource)

    def _document(self, waiting: Waiting, executions: Sequence[int]) -> dict[str, Any]:
        """Describe a request with some of its executions."""
        run = Run(waiting.key, self._writer)
        for execution in dict.fromkeys((REQUEST, *executions)):
            for place in waiting.places(execution):
                event = self._segments.event(place)
                if event is not None:
                    fold(run, event, self._writer, self._segments.messages(place.segment))
        document = run_document(run)
        if run.head is None:
            document["trace_id"] = self._adopted.get(waiting.key, waiting.key).hex()
        return document if self._manner.content else without_content(document)

    def _spans(self, some: Sequence[int], document: dict[str, Any]) -> Iterator[tuple[int, Span]]:
        wanted = {f"{one:016x}": one for one in some if one != REQUEST}
        if REQUEST in some:
            wanted[document["span_id"]] = REQUEST
        for span in spans(document, self._manner.profiles, whole=False):
            if span.span_id in wanted:
                yield wanted[span.span_id], span


def _portions(waiting: Waiting, executions: Sequence[int]) -> Iterator[list[int]]:
    """Yield executions a few at a time: a run may be larger than memory."""
    some: list[int] = []
    size = 0
    for execution in executions:
        some.append(execution)
        size += sum(place.size for place in waiting.places(execution))
        if len(some) >= _EXECUTIONS_AT_ONCE or size >= _BYTES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some
