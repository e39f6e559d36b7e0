"""Some thousand events, folded into rows of the index.

A batch reads what the index knows of the runs that its events are about; all of it is written in one transaction, so
that events are counted once whatever happens in between.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from gradient.journal.events import (
    ExecutionEnded,
    ExecutionStarted,
    Failure,
    GraphSeen,
    Messages,
    ProcessStarted,
    Removed,
    RequestEnded,
    RequestStarted,
    Updated,
    Usage,
)
from gradient.store.heads import Ended, EndedHead, Started, StartedHead
from gradient.store.names import Names, generalised
from gradient.store.rows import (
    ATTEMPT,
    BEGAN,
    CACHED,
    COST,
    DURATION,
    ENDED,
    ERROR,
    FIRST_TOKEN,
    ID,
    INPUT,
    MODEL,
    PROCESS,
    RUN_COLUMNS,
    STATUS,
    ProcessRow,
    RunRow,
    status_code,
)

_SIGN = 1 << 63
_WRAP = 1 << 64
_KEY_BYTES = 16
_NS_PER_US = 1_000
_json = msgspec.json.encode
_pack = msgspec.msgpack.encode


class _Thread(msgspec.Struct):
    """What the metadata of a graph's execution says about its thread."""

    thread_id: Any = None
    resume: Any = None


_decode_thread = msgspec.json.Decoder(_Thread).decode


class Batch:
    """Rows in the making.

    Args:
        connection: The index.
        names: Its names.
        changed: Number of this batch, for those who follow changes.
        adopt: Called with each run that the index has already, before it is written again.

    Attributes:
        runs: The runs touched, by request.
        executions: Their executions as far as this batch knows them, by run and execution.
        late: Rows that must be written after those, because they are of another process.
        updates, graphs, threads, messages, visits: Rows of these tables.
    """

    def __init__(
        self, connection: sqlite3.Connection, names: Names, changed: int, adopt: Callable[[RunRow], None]
    ) -> None:
        self.runs: dict[bytes, RunRow] = {}
        self.executions: dict[int, dict[int, list[Any]]] = {}
        self.late: list[list[Any]] = []
        self.updates: list[tuple[int, int]] = []
        self.graphs: list[tuple[int, str, int]] = []
        self.threads: list[tuple[Any, ...]] = []
        self.messages: list[tuple[Any, ...]] = []
        self.visits: set[tuple[int, int]] = set()
        self.changed = changed
        self.process = ProcessRow(0, "")
        self.segment = self.place = 0
        self._ids: set[int] = set()
        self._last_free: dict[int, int] = {}
        self._adopt = adopt
        self._connection = connection
        self._names = names
        self._take: dict[Any, Any] = {
            StartedHead: self._started,
            ExecutionStarted: self._started,
            EndedHead: self._ended,
            ExecutionEnded: self._ended,
            RequestStarted: self._request_started,
            RequestEnded: self._request_ended,
            Updated: self._updated,
            GraphSeen: self._graph_seen,
            ProcessStarted: self._process_started,
            Removed: self._removed,
        }

    def take(self, event: Any, place: int) -> bool:
        """Take an event of `process`; False where it says nothing we understand."""
        self.place = place
        take = self._take.get(type(event))
        return take is not None and take(event, place) is not False

    def _process_started(self, event: ProcessStarted, place: int) -> None:
        process = self.process
        process.last_at = max(process.last_at, event.at)
        process.place = place  # the latest: retention takes the oldest
        if process.wall is None:
            process.wall, process.at = event.wall, event.at
            process.project = self._names.number("project", event.project)

    def _removed(self, event: Removed, place: int) -> None:  # noqa: ARG002 - as the others
        if event.messages is not None:
            self._learn(event.messages)

    def _graph_seen(self, event: GraphSeen, place: int) -> None:
        self.graphs.append((self.process.id, event.graph_id, place))

    def _request_started(self, event: RequestStarted, place: int) -> bool | None:
        run = self._run(event, event.wall)
        if run is None:
            return False
        run.began, run.started_at, run.wall = place, event.at, event.wall
        run.process, run.project = self.process.id, self.process.project
        if run.status is None:
            self._head(run, event)
        return None

    def _request_ended(self, event: RequestEnded, place: int) -> bool | None:
        run = self._run(event, event.wall)
        if run is None:
            return False
        self._head(run, event)
        run.ended, run.status, run.sampled = place, status_code(event.status), int(event.sampled)
        run.wall, run.duration = event.wall, event.at - event.started_at
        if run.began is None:
            run.started_at, run.process, run.project = event.started_at, self.process.id, self.process.project
        run.error = self._failure(event.error)
        run.just_ended = True
        return None

    def _head(self, run: RunRow, event: RequestStarted | RequestEnded) -> None:
        number = self._names.number
        run.entrypoint = number("entrypoint", event.entrypoint)
        run.session, run.user = number("session", event.session_id), number("user", event.user_id)
        run.tags = _json(event.tags).decode() if event.tags else None

    def _started(self, event: Started, place: int) -> bool | None:
        run = self._run(event)
        if run is None:
            return False
        row = self._new_row(run, event, event.at)
        row[BEGAN] = place
        if self.executions[run.id].setdefault(row[ID], row) is not row:
            self.late.append(row)
        if event.kind == "graph":
            self._thread(run, row[ID], event.metadata, event.at, interrupted=None)
        return None

    def _ended(self, event: Ended, place: int) -> bool | None:
        run = self._run(event)
        if run is None:
            return False
        own = event.id if event.id < _SIGN else event.id - _WRAP
        rows = self.executions[run.id]
        row = rows.get(own)
        if row is None:
            row = rows[own] = self._new_row(run, event, event.started_at)
        elif row[PROCESS] != self.process.id:
            if row[BEGAN] is None:
                row = self._new_row(run, event, event.started_at)
                self.late.append(row)
            elif row[STATUS] is not None:
                return None  # a forked child leaves a block that its parent entered: the parent's end counts
        self._fill(row, event, place)
        if event.kind == "graph":
            self._thread(run, own, event.metadata, event.started_at, interrupted=event.status == "interrupted")
        return None

    def _fill(self, row: list[Any], event: Ended, place: int) -> None:
        """Say in a row how its execution ended."""
        row[STATUS] = status_code(event.status)
        row[DURATION] = event.at - event.started_at
        row[FIRST_TOKEN], row[ATTEMPT], row[CACHED] = event.first_token_at, event.attempt, event.cached
        if event.usage is not None:
            row[INPUT : COST + 1] = _told(event.usage)
        if event.model is not None:
            row[MODEL] = self._names.number("model", event.model, event.provider or "")
        if event.error is not None:
            row[ERROR] = self._failure(event.error)
        row[ENDED] = place

    def _new_row(self, run: RunRow, event: Started | Ended, started_at: int) -> list[Any]:
        own = event.id if event.id < _SIGN else event.id - _WRAP
        parent = event.parent if event.parent < _SIGN else event.parent - _WRAP
        node = self._names.node(event.name, event.kind, event.framework, event.node_id)
        model = None if event.model is None else self._names.number("model", event.model, event.provider or "")
        # fmt: off
        return [run.id, own, self.process.id, parent, node, model, None, started_at, None, None, None, None, None, None,
                None, None, None, None, None, None, None, self.changed]
        # fmt: on

    def _failure(self, error: Failure | None) -> int | None:
        return None if error is None else self._names.number("error", generalised(error.message), error.type)

    def _updated(self, event: Updated, place: int) -> bool | None:
        event_run = self._run(event)
        if event_run is None:
            return False
        self.updates.append((event_run.id, place))
        if event.what == "metadata" and event.execution and event.payload and b'"thread_id"' in event.payload:
            own = event.execution if event.execution < _SIGN else event.execution - _WRAP
            self._thread(event_run, own, event.payload, None, interrupted=None)
        return None

    def _thread(
        self, run: RunRow, own: int, metadata: Any, started_at: int | None, *, interrupted: bool | None
    ) -> None:
        """Note that a graph ran in a thread, see `gradient.store.threads`."""
        try:
            said = _decode_thread(metadata) if metadata else _Thread()
        except msgspec.DecodeError:  # it is no mapping
            said = _Thread()
        if said.thread_id is not None or interrupted is not None:
            thread = None if said.thread_id is None else str(said.thread_id)
            resumes = None if thread is None else said.resume is True
            self.threads.append((run.id, own, thread, started_at, interrupted, resumes))

    def _run(self, event: Any, wall: int | None = None) -> RunRow | None:
        """Return the run that an event is about, or None for an event without one; note where it was told of."""
        run = self.runs.get(event.request)
        if run is None:
            if len(event.request) != _KEY_BYTES:
                return None
            run = self._open_run(event.request, self.process.wall_at(event.at) if wall is None else wall)
        process = self.process
        if event.at > process.last_at:  # noqa: PLR1730 - a call of max costs more, and this is done a million times
            process.last_at = event.at
        if run.segment != self.segment:
            run.segment = self.segment
            self.visits.add((self.segment, run.id))
        if type(event) is not Updated and event.messages is not None:
            self._learn(event.messages)
        return run

    def _open_run(self, request: bytes, wall: int | None) -> RunRow:
        query = f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE request = ?"  # noqa: S608 - names of columns
        found = self._connection.execute(query, (request,)).fetchone()
        if found is not None:
            run = RunRow.stored(found)
            self._adopt(run)
        else:
            run = RunRow(self._free_id((wall or 0) // _NS_PER_US), request, self.process.id)
            run.project = self.process.project
        run.changed = self.changed
        self.runs[request] = run
        self.executions[run.id] = {}
        return run

    def _free_id(self, wanted: int) -> int:
        """Return the first free id from a moment on: of runs that began together the last written is the newest."""
        number = self._last_free.get(wanted, wanted)
        exists = "SELECT 1 FROM runs WHERE id = ?"
        while number in self._ids or self._connection.execute(exists, (number,)).fetchone():
            number += 1
        self._ids.add(number)
        self._last_free[wanted] = number
        return number

    def _learn(self, messages: Messages) -> None:
        self.messages += [(self.segment, number, self.place, None) for number, _ in messages.written]
        for number, base, keep, added in messages.lists:
            self.messages.append((self.segment, number, None, _pack((base, keep, added))))


def _told(usage: Usage) -> tuple[Any, ...]:
    return (usage.input, usage.output, usage.cache_read, usage.cache_write, usage.reasoning, usage.cost_usd)
