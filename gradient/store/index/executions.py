"""From frames to rows of executions: most of what an indexer does, and written to be done a million times.

An end repeats what its start said. So a start is not decoded where its end follows in the same segment: it waits, as
bytes, under the text of its request and number, and gives its row nothing but its place. What is left when a segment
or a batch is over is decoded then.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from gradient.documents.heads import (
    ENDED_TAG,
    NO_MESSAGES,
    STARTED_TAG,
    Ended,
    EndedHead,
    Started,
    StartedHead,
    decode_ended,
    decode_head,
)
from gradient.documents.usage import numbers_of
from gradient.journal.events import ExecutionEnded, ExecutionStarted
from gradient.store.index.batch import TAGS, Batch
from gradient.store.index.names import Names
from gradient.store.index.pairs import row_of
from gradient.store.index.rows import (
    ATTEMPT,
    BEGAN,
    CACHED,
    COST,
    DURATION,
    ENDED,
    ERROR,
    FIRST_TOKEN,
    INPUT,
    MODEL,
    ORIGIN,
    PROCESS,
    STATUS,
    WRAP,
    RunRow,
    is_execution,
    origin_of,
    signed,
    status_code,
)

_ID_AT = len(b'[4,"AAAAAAAAAAAAAAAAAAAAAA==",')
_ABOUT = slice(len(b"[4,"), _ID_AT + len(b"18446744073709551615"))
"""The text of request and number. What a shorter number leaves is its parent's, the same in both, start and end, unless
that is short as well: `_SHORT` digits, a comma, a digit and a comma are as many."""
_SHORT = 17
_LAST = slice(-len(NO_MESSAGES), None)


class Executions:
    """Takes frames into a batch.

    Args:
        batch: What the frames are folded into. Its `process` and `segment` are those of the frames.
        names: Names of the index.
    """

    def __init__(self, batch: Batch, names: Names) -> None:
        self._batch = batch
        self._names = names
        self._waiting: dict[bytes, tuple[int, bytes]] = {}

    def take(self, frames: Iterable[tuple[int, bytes]], base: int) -> int:
        """Take frames, in order; return how many said nothing that we understand.

        Args:
            frames: Offset and body of each.
            base: Place of the beginning of their segment.
        """
        waiting, lost = self._waiting, 0
        for offset, body in frames:
            place = base + (offset >> 3)
            if body[_LAST] == NO_MESSAGES:
                tag = body[1]
                if tag == STARTED_TAG:
                    if waiting.setdefault(body[_ABOUT], (place, body))[0] == place:
                        continue
                elif tag == ENDED_TAG:
                    began = waiting.pop(body[_ABOUT], None)
                    if began is not None:
                        lost += not self._both(body, place, began)
                        continue
                    if body.find(b",", _ID_AT) < _ID_AT + _SHORT:
                        lost += self.settle()  # its start may wait under another text
            lost += not self._one(body, place)
        return lost

    def settle(self) -> int:
        """Take the starts that wait for an end; to be called before another segment, and before the batch is written.

        Returns:
            How many of them said nothing that we understand.
        """
        lost = sum(not self._one(body, place) for place, body in self._waiting.values())
        self._waiting.clear()
        return lost

    def _one(self, body: bytes, place: int) -> bool:
        """Take one frame by itself."""
        event = decode_head(body)
        if isinstance(event, StartedHead | ExecutionStarted):
            return self._started(event, place)
        if isinstance(event, EndedHead | ExecutionEnded):
            return self._ended(event, place)
        return self._batch.take(event, place)

    def _both(self, body: bytes, place: int, start: tuple[int, bytes]) -> bool:
        """Take an end, and its start with it."""
        try:
            event = decode_ended(body)
        except msgspec.DecodeError:
            return self._one(start[1], start[0]) and False
        batch = self._batch
        process, run, own = batch.process, batch.runs.get(event.request), event.id
        if (
            run is None or run.segment != batch.segment or own in run.pairs or (run.rows and signed(own) in run.rows)
            or own >= WRAP or event.parent >= WRAP or own < 0 or event.parent < 0
        ):  # fmt: skip
            understood = self._one(start[1], start[0])
            return self._ended(event, place) and understood
        if event.at > process.last_at:  # noqa: PLR1730 - a call of max costs more
            process.last_at = event.at
        run.pairs[own] = (start[0], place, process.id, event)
        if TAGS in start[1]:
            self._note_tags(run, start[1])
        batch.note_tags(run, event.metadata)
        return event.kind != "graph" or self._tell_thread((run.id, signed(own)), event, place, start)

    def _note_tags(self, run: RunRow, start: bytes) -> None:
        head = decode_head(start)
        if head is not None:
            self._batch.note_tags(run, head.metadata)

    def _tell_thread(self, execution: tuple[int, int], event: Ended, place: int, start: tuple[int, bytes]) -> bool:
        """Note what a graph's start and its end say about its thread."""
        head = decode_head(start[1])
        if head is not None:
            self._batch.note_thread(execution, head.metadata, start[0], started_at=head.at)
        self._end_thread(execution, event, place)
        return head is not None

    def _started(self, event: Started, place: int) -> bool:
        run = self._batch.run_of(event, place)
        if run is None or not is_execution(event.id) or not is_execution(event.parent):
            return False
        own = signed(event.id)
        row = self._row(run, own, event, event.at, place)
        if self._known(run, event.id) is None:
            run.rows[own] = row
        else:
            self._batch.late.append(row)
        self._batch.note_tags(run, event.metadata)
        if event.kind == "graph":
            self._batch.note_thread((run.id, own), event.metadata, place, started_at=event.at)
        return True

    def _ended(self, event: Ended, place: int) -> bool:
        batch = self._batch
        run = batch.run_of(event, place)
        if run is None or not is_execution(event.id) or not is_execution(event.parent):
            return False
        own = signed(event.id)
        row = self._known(run, event.id)
        if row is None:
            row = run.rows[own] = self._row(run, own, event, event.started_at, None)
        elif row[PROCESS] != batch.process.id:
            if row[BEGAN] is None:
                row = self._row(run, own, event, event.started_at, None)
                batch.late.append(row)
            elif row[STATUS] is not None:
                return True  # a forked child leaves a block that its parent entered: the parent's end counts
        self._fill(row, event, place)
        batch.note_tags(run, event.metadata)
        if event.kind == "graph":
            self._end_thread((run.id, own), event, place)
        return True

    def _end_thread(self, execution: tuple[int, int], event: Ended, place: int) -> None:
        interrupted = event.status == "interrupted"
        self._batch.note_thread(execution, event.metadata, place, started_at=event.started_at, interrupted=interrupted)

    def _known(self, run: RunRow, own: int) -> list[Any] | None:
        """Return the row of an execution that was told of before, which may change."""
        pair = run.pairs.pop(own, None)
        if pair is not None:
            run.rows[signed(own)] = row_of(run.id, pair, self._batch, self._names)
        return run.rows.get(signed(own))

    def _row(self, run: RunRow, own: int, event: Started | Ended, started_at: int, began: int | None) -> list[Any]:
        node = self._names.nodes[event.name, event.kind, event.framework, event.node_id]
        model = None if event.model is None else self._names.models[event.model, event.provider]
        batch = self._batch
        about = (run.id, own, batch.process.id, signed(event.parent), node, model, None, started_at)
        return [*about, *(None,) * 12, began, None, batch.changed]

    def _fill(self, row: list[Any], event: Ended, place: int) -> None:
        """Say in a row how its execution ended."""
        row[STATUS] = status_code(event.status)
        row[DURATION] = event.at - event.started_at
        row[FIRST_TOKEN], row[ATTEMPT], row[CACHED] = event.first_token_at, event.attempt, event.cached
        if event.usage is not None:
            row[INPUT : COST + 1] = numbers_of(event.usage)
        if event.model is not None:
            row[MODEL] = self._names.models[event.model, event.provider]
        if event.error is not None:
            row[ERROR], row[ORIGIN] = self._batch.failure(event.error), origin_of(event.error)
        row[ENDED] = place
