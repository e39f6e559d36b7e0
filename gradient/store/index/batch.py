"""Some thousand events, folded into rows of the index.

A batch reads what the index knows of the runs that its events are about; all of it is written in one transaction, so
that events are counted once whatever happens in between.
"""

import sqlite3
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec

from gradient.journal.events import (
    GraphSeen,
    Messages,
    ProcessStarted,
    Removed,
    RequestEnded,
    RequestStarted,
    Updated,
)
from gradient.journal.failures import Failure
from gradient.store.index.names import Names, generalised
from gradient.store.index.rows import RUN_COLUMNS, ProcessRow, RunRow, is_execution, origin_of, signed, status_code
from gradient.store.index.schema import message_number

_KEY_BYTES = 16
_NS_PER_US = 1_000
_json = msgspec.json.encode
_pack = msgspec.msgpack.encode
_KNOWN = "SELECT id FROM runs WHERE request = ?"
_TAKEN = "SELECT 1 FROM runs WHERE id = ?"
_RUN = f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE id = ?"  # noqa: S608 - names of columns


class _Thread(msgspec.Struct):
    """What the metadata of a graph's execution says about its thread."""

    thread_id: Any = None
    resume: Any = None
    graph_id: Any = None
    assistant_id: Any = None


class _Tagged(msgspec.Struct):
    """What the metadata of an execution says about its tags."""

    tags: Any = None


_LIST: type[Any] = list  # of anything, for type checkers
_MOST_TAGS = 100
TAGS = b'"tags"'
_decode_tagged = msgspec.json.Decoder(_Tagged).decode
_decode_thread = msgspec.json.Decoder(_Thread).decode


class Batch:
    """Rows in the making.

    Args:
        connection: The index.
        names: Its names.
        changed: Number of this batch, for those who follow changes.
        adopt: Called with each run that the index has already, before it is written again.

    Attributes:
        process, segment: What is read just now.
        runs: The runs touched, by request.
        late: Rows of executions that must be written after those of their runs, because they are of another process.
        updates, graphs, messages, visits: Rows of these tables.
        threads: Rows of this table, each behind the place where it was said.
    """

    def __init__(
        self, connection: sqlite3.Connection, names: Names, changed: int, adopt: Callable[[RunRow], None]
    ) -> None:
        self.runs: dict[bytes, RunRow] = {}
        self.late: list[list[Any]] = []
        self.updates: list[tuple[int, int]] = []
        self.graphs: list[tuple[int, str, int]] = []
        self.threads: list[tuple[Any, ...]] = []
        self.messages: list[tuple[Any, ...]] = []
        self.visits: set[tuple[int, int]] = set()
        self.changed = changed
        self.process = ProcessRow(0, "")
        self.segment = 0
        self._ids: set[int] = set()
        self._last_free: dict[int, int] = {}
        (self._newest,) = connection.execute("SELECT coalesce(max(id), -1) FROM runs").fetchone()
        self._adopt = adopt
        self._connection = connection
        self._names = names

    def take(self, event: Any, place: int) -> bool:
        """Take an event of `process`; False where it says nothing we understand."""
        take = self._takes.get(event.__class__)
        return take is not None and take(self, event, place) is not False

    def _process_started(self, event: ProcessStarted, place: int) -> None:
        process = self.process
        process.last_at = max(process.last_at, event.at)
        process.place = place  # the latest: retention takes the oldest
        if process.wall is None:
            process.wall, process.at = event.wall, event.at
            process.project = self._names.number("project", event.project)

    def _removed(self, event: Removed, place: int) -> None:
        if event.messages is not None:
            self._learn(event.messages, place)

    def _graph_seen(self, event: GraphSeen, place: int) -> None:
        self.graphs.append((self.process.id, event.graph_id, place))

    def _request_started(self, event: RequestStarted, place: int) -> bool | None:
        run = self.run_of(event, place, event.wall)
        if run is None:
            return False
        run.began, run.started_at, run.wall = place, event.at, event.wall
        run.process, run.project = self.process.id, self.process.project
        if run.status is None:
            self._head(run, event)
        return None

    def _request_ended(self, event: RequestEnded, place: int) -> bool | None:
        run = self.run_of(event, place, event.wall)
        if run is None:
            return False
        self._head(run, event)
        run.ended, run.status, run.sampled = place, status_code(event.status), int(event.sampled)
        run.wall, run.duration = event.wall, event.at - event.started_at
        if run.began is None:
            run.started_at, run.process, run.project = event.started_at, self.process.id, self.process.project
        run.error, run.origin = self.failure(event.error), origin_of(event.error)
        run.just_ended = True
        return None

    def _head(self, run: RunRow, event: RequestStarted | RequestEnded) -> None:
        number = self._names.number
        run.entrypoint = number("entrypoint", event.entrypoint)
        run.session, run.user = number("session", event.session_id), number("user", event.user_id)
        run.tags = _json(event.tags).decode() if event.tags else None

    def failure(self, error: Failure | None) -> int | None:
        """Return the number of a failure's name."""
        return None if error is None else self._names.number("error", generalised(error.message), error.type)

    def _updated(self, event: Updated, place: int) -> bool | None:
        run = self.run_of(event)
        if run is None or not is_execution(event.execution):
            return False
        self.updates.append((run.id, place))
        if event.what == "metadata" and event.execution and event.payload and b'"thread_id"' in event.payload:
            self.note_thread((run.id, signed(event.execution)), event.payload, place)
        return None

    def note_thread(
        self,
        execution: tuple[int, int],
        metadata: Any,
        place: int,
        *,
        started_at: int | None = None,
        interrupted: bool | None = None,
    ) -> None:
        """Note that a graph, told by run and number, ran in a thread, see `gradient.store.reading.threads`."""
        try:
            said = _decode_thread(metadata) if metadata else _Thread()
        except msgspec.DecodeError:  # it is no mapping
            said = _Thread()
        if said.thread_id is not None or interrupted is not None:
            thread = None if said.thread_id is None else str(said.thread_id)
            resumes = None if thread is None else said.resume is True
            graph = said.graph_id or said.assistant_id
            graph = graph if isinstance(graph, str) else None
            self.threads.append((place, *execution, thread, started_at, interrupted, resumes, graph))

    def note_tags(self, run: RunRow, metadata: Any) -> None:
        """Note the tags of one of a run's executions, by which the run is found, too."""
        if not metadata or TAGS not in bytes(metadata):
            return
        try:
            told = _decode_tagged(metadata).tags
        except msgspec.DecodeError:  # it is no mapping
            return
        known: list[str] = msgspec.json.decode(run.inner_tags) if run.inner_tags else []
        tags = [tag for tag in told if isinstance(tag, str)] if type(told) is _LIST else []
        run.inner_tags = _json(list(dict.fromkeys([*known, *tags]))[:_MOST_TAGS]).decode() if known or tags else None

    def run_of(self, event: Any, place: int | None = None, wall: int | None = None) -> RunRow | None:
        """Return the run that an event is about, or None for an event without one; note where it was told of.

        Args:
            event: The event.
            place: Where it stands; None where it cannot bring messages.
            wall: When its request began, where it tells.
        """
        run = self.runs.get(event.request)
        process = self.process
        if run is None:
            if len(event.request) != _KEY_BYTES:
                return None
            run = self._open_run(event.request, process.wall_at(event.at) if wall is None else wall)
        if event.at > process.last_at:  # noqa: PLR1730 - a call of max costs more, and this is done a million times
            process.last_at = event.at
        if run.segment != self.segment:
            run.segment = self.segment
            self.visits.add((self.segment, run.id))
        if place is not None and event.messages is not None:
            self._learn(event.messages, place)
        return run

    def _open_run(self, request: bytes, wall: int | None) -> RunRow:
        # Most are new, and to ask for many columns takes five times as long, even if there are none.
        known = self._connection.execute(_KNOWN, (request,)).fetchone()
        if known is not None:
            run = RunRow.stored(self._connection.execute(_RUN, known).fetchone())
            self._adopt(run)
        else:
            run = RunRow(self._free_id((wall or 0) // _NS_PER_US), request, self.process.id)
            run.project = self.process.project
        run.changed = self.changed
        self.runs[request] = run
        return run

    def _free_id(self, wanted: int) -> int:
        """Return the first free id from a moment on: of runs that began together the last written is the newest."""
        number = self._last_free.get(wanted, wanted)
        while number <= self._newest and (number in self._ids or self._is_taken(number)):
            number += 1
        self._newest = max(self._newest, number)
        self._ids.add(number)
        self._last_free[wanted] = number
        return number

    def _is_taken(self, number: int) -> bool:
        return self._connection.execute(_TAKEN, (number,)).fetchone() is not None

    def _learn(self, messages: Messages, place: int) -> None:
        self.messages += [(self.segment, message_number(key), place, None) for key, _ in messages.written]
        for key, base, keep, added in messages.lists:
            self.messages.append((self.segment, message_number(key), None, _pack((base, keep, added))))

    # Functions, not bound methods: a batch that held itself would stay, rows and all, until the collector comes.
    _takes: ClassVar[dict[type[Any], Callable[..., bool | None]]] = {
        RequestStarted: _request_started,
        RequestEnded: _request_ended,
        Updated: _updated,
        GraphSeen: _graph_seen,
        ProcessStarted: _process_started,
        Removed: _removed,
    }
