"""Send the journals of a home, one after the other, for as long as somebody wants.

    shipper = Shipper(home, destination, Manner())
    shipper.run(stopped.wait)       # until the event is set
    shipper.round()                 # once, what there is now

Where the backend cannot be reached, the journals wait; the pauses between attempts grow to a minute, and whatever it
takes sets them back. What it will not take is halved until only the span that is the matter is left out, counted and
told. A size that is too large for it is remembered.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradient.export.ship.batches import MOST_BYTES
from gradient.export.ship.ledger import Ledger
from gradient.export.ship.source import Manner, Source
from gradient.journal import ProcessJournal, processes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gradient.export.ship.batches import Batch
    from gradient.export.ship.destination import Answer, Destination
    from gradient.export.ship.metrics import Metrics

_FIRST_PAUSE_S = 1.0
_BUSY_PAUSE_S = 0.2
"""The first pause where the backend took something since the last one."""
_LONGEST_PAUSE_S = 60.0
_METRICS_EVERY_S = 60.0


class Unreachable(Exception):
    """The backend takes nothing now.

    Attributes:
        reason: What to tell people.
        retry_after_s: How long it asked to wait, or None.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class Stopped(Exception):
    """Somebody asked to stop, between two batches."""


@dataclass(slots=True)
class Shipped:
    """What was done so far.

    Attributes:
        spans: How many the backend took.
        dropped: How many it would not take at all.
        lost: How many segments retention deleted before they were read.
    """

    spans: int = 0
    dropped: int = 0
    lost: int = 0


class Shipper:
    """Sends journals to one destination.

    Args:
        home: The folder that journals are below.
        destination: Where to.
        manner: How runs become spans.
        is_ours: Tells which processes' journals to send, by process id; None for all.
        clock_s: A monotonic clock, in seconds.
        tell: Told, in a sentence, when the backend cannot be reached, when it can again, and what was dropped.
        adopted: Trace ids of requests that are taken over from outside, by key: only the process that opened such a
            request wrote it down. More are learnt here.
        metrics: Where what was sent is counted; None: nowhere.

    Attributes:
        shipped: What was done so far.
    """

    def __init__(  # noqa: PLR0913 - what a test may bring
        self,
        home: Path,
        destination: Destination,
        manner: Manner,
        *,
        is_ours: Callable[[str], bool] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
        tell: Callable[[str], None] = lambda _: None,
        adopted: dict[bytes, bytes] | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        from requests import Session

        self.shipped = Shipped()
        self._root = home / "journal"
        self._destination = destination
        self._manner = manner
        self._is_ours = is_ours
        self._clock_s = clock_s
        self._tell = tell
        self._adopted = {} if adopted is None else adopted
        self._metrics = metrics
        self._flushed_s = clock_s()
        self._ledger = Ledger(home, destination.url)
        self._session = Session()
        self._sources: dict[str, Source] = {}
        self._finished: set[str] = set()
        self._stop: Callable[[], bool] = lambda: False
        self._failures = 0
        self._is_troubled = self._has_taken = False
        self._most_bytes = MOST_BYTES

    def run(self, wait: Callable[[float], bool], *, every_s: float = 1.0) -> None:
        """Send what comes until `wait` says to stop.

        Args:
            wait: Waits so many seconds, or less; True: stop now.
            every_s: How long to wait for more where there is nothing to send.
        """
        self._stop = lambda: wait(0)
        pause_s = 0.0
        while not wait(pause_s):
            pause_s = self.attempt(every_s)

    def attempt(self, every_s: float) -> float:
        """Send what there is, or try to; return how long to wait before the next time."""
        try:
            self.round()
        except Unreachable as error:
            if not self._is_troubled:
                self._is_troubled = True
                self._tell(f"{error.reason}. What was recorded stays where it is and is sent later.")
            grown_s = min(_FIRST_PAUSE_S * 2.0**self._failures, _LONGEST_PAUSE_S)
            pause_s = _BUSY_PAUSE_S if self._has_taken else grown_s
            self._failures, self._has_taken = 0 if self._has_taken else self._failures + 1, False
            # Not all of a fleet at the same moment.
            return max(pause_s * random.uniform(0.8, 1.2), error.retry_after_s or 0)  # noqa: S311 - no secret
        except Stopped:
            return 0
        except OSError as error:
            self._tell(f"How far runs were sent cannot be noted: {error}. Nothing is sent.")
            return _LONGEST_PAUSE_S
        self._failures = 0
        self._has_taken = False
        if self._is_troubled:
            self._is_troubled = False
            self._tell(f"{self._destination.url} takes spans again.")
        return every_s

    def round(self) -> None:
        """Send what there is.

        Raises:
            Unreachable: The backend takes nothing now; the rest is sent the next time.
            Stopped: Somebody asked to stop.
            OSError: How far it was sent cannot be noted.
        """
        journals = processes(self._root)
        for journal in journals:
            source = self._source(journal)
            if source is not None:
                self._ship(source)
                if source.finish():
                    self._finished.add(journal.id)
                    del self._sources[journal.id]
        self._forget_gone({journal.id for journal in journals})
        if self._clock_s() - self._flushed_s >= _METRICS_EVERY_S:
            self._flush()

    def drain(self, stop: Callable[[], bool]) -> None:
        """Send what there is, once, until it is time to stop."""
        self._stop = stop
        self.attempt(0)

    def close(self) -> None:
        """Let others go on from here."""
        for source in self._sources.values():
            source.release()
        self._sources.clear()
        self._session.close()
        if not self._is_troubled:
            self._flush()

    def _flush(self) -> None:
        self._flushed_s = self._clock_s()
        refusal = None if self._metrics is None else self._metrics.flush()
        if refusal is not None:
            self._metrics = None
            self._tell(f"{refusal}. Spans are sent, metrics are not; otlp_metrics = false leaves them out.")

    def _source(self, journal: ProcessJournal) -> Source | None:
        source = self._sources.get(journal.id)
        if source is None and journal.id not in self._finished and self._wants(journal.id):
            claim = self._ledger.claim(journal.id)
            if claim is not None:
                source = self._sources[journal.id] = Source(journal, claim, self._manner, self._adopted)
        return source

    def _wants(self, process_id: str) -> bool:
        return self._is_ours is None or self._is_ours(process_id)

    def _ship(self, source: Source) -> None:
        more = True
        while more:
            self._deliver_all(source)  # before more is read: what waits is held in memory
            more = source.read(self._clock_s())
            self._deliver_all(source)
        if source.failures:
            self._tell(f"{source.failures[0]}. That run is left out; `gradient show` has it.")
            source.failures.clear()
        self.shipped.lost += source.lost
        if source.lost:
            self._tell(f"{source.lost} journal files were deleted before they were sent. Raise retention_bytes.")
            source.lost = 0

    def _deliver_all(self, source: Source) -> None:
        for batch in source.batches(self._clock_s(), self._most_bytes):
            if self._stop():
                raise Stopped
            self._deliver(source, batch)

    def _deliver(self, source: Source, batch: Batch) -> None:
        """Send a batch, in smaller pieces where it is not taken as it is."""
        can_shrink = len(batch.items) > 1
        if not (can_shrink and batch.bytes > self._most_bytes):
            answer = self._destination.post(batch.body(), self._session)
            if answer.outcome in ("later", "refused"):
                raise Unreachable(answer.reason, answer.retry_after_s)
            if answer.outcome == "taken" or not can_shrink:
                self._has_taken = True
                self._note(source, batch, answer)
                source.acknowledge(batch)
                return
            if answer.outcome == "large":
                self._most_bytes = batch.bytes // 2
        for half in batch.halves():
            self._deliver(source, half)

    def _note(self, source: Source, batch: Batch, answer: Answer) -> None:
        dropped, reason = _rejected(answer)
        if answer.outcome in ("bad", "large"):
            dropped, reason = len(batch.items), answer.reason
        self.shipped.spans += len(batch.items) - dropped
        self.shipped.dropped += dropped
        source.dropped += dropped
        if self._metrics is not None and answer.outcome == "taken":
            for item in batch.items:
                self._metrics.record(item.span, item.resource)
        if dropped:
            self._tell(f"{dropped} spans were not taken and are left out: {reason}")

    def _forget_gone(self, there: set[str]) -> None:
        for gone in self._sources.keys() - there:
            self._sources.pop(gone).release()
        self._finished &= there
        self._ledger.forget_gone()


def _rejected(answer: Answer) -> tuple[int, str]:
    """Return how many spans a receiver took the request without, and why."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    try:
        partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
    except DecodeError:  # what some say is JSON
        return 0, ""
    return partial.rejected_spans, partial.error_message
