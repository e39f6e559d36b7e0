"""Lists of runs: which ones, in which order, page by page."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from gradient.documents.listed import Listed
from gradient.documents.runs import request_id
from gradient.documents.usage import Totals
from gradient.store.index.processes import Processes
from gradient.store.index.rows import OF_PROJECT, STARTED_AT, status_text
from gradient.store.index.totals import BilledNodes, counted, totals_of
from gradient.store.index.trees import columns_of, executions_of
from gradient.store.query import Query
from gradient.store.query.sql import Conditions, conditions

_SELECT = """
SELECT runs.id, request, process, status, wall, runs.started_at, duration, tags, sampled, executions, errors, input,
    output, cache_read, cache_write, reasoning, cost, untold, unpriced, e.text, p.text, s.text, u.text
FROM {source} LEFT JOIN names AS e ON e.id = entrypoint LEFT JOIN names AS p ON p.id = project
    LEFT JOIN names AS s ON s.id = session LEFT JOIN names AS u ON u.id = user
WHERE {where} ORDER BY {order} DESC LIMIT ?"""
RUNS = "runs"
BY_TEXT = "words CROSS JOIN texts ON texts.doc = words.rowid CROSS JOIN runs ON runs.id = texts.run"


class Listing:
    """Selects runs of one index.

    Args:
        connection: The index.
        processes: Its processes.
    """

    def __init__(self, connection: sqlite3.Connection, processes: Processes) -> None:
        self._connection = connection
        self._processes = processes
        self._billed = BilledNodes(connection)

    def conditions(self, query: Query, project: str | None, now_ns: int) -> Conditions:
        """Return what a query selects, without what was not sampled; of one project, unless it names any."""
        statuses = any(term.field.sort == "status" for term in query.terms)
        found = conditions(query, self._connection, self._processes.left_open() if statuses else {}, now_ns)
        found.add("sampled")
        if project is not None and not any(term.field.name == "project" for term in query.terms):
            found.add(OF_PROJECT, [project])
        return found

    def select(self, wanted: Conditions, limit: int, before: int | None = None) -> list[Listed]:
        """Return the newest runs that satisfy conditions, of those that began before the run `before`."""
        return list(self.rows(RUNS, wanted, "runs.id", limit, before))

    def rows(self, source: str, wanted: Conditions, order: str, limit: int, before: int | None) -> Iterator[Listed]:
        """Yield runs from one of two sources, see `RUNS` and `BY_TEXT`."""
        where, values = wanted.where, list(wanted.values)
        if before is not None:
            where, values = f"({where}) AND {order} < ?", [*values, before]
        query = _SELECT.format(source=source, where=where, order=order)
        return map(self._listed, self._connection.execute(query, [*values, limit]).fetchall())

    def one(self, number: int) -> Listed:
        """Return a run by its number, sampled or not."""
        wanted = Conditions()
        wanted.add("runs.id = ?", [number])
        return self.select(wanted, 1)[0]

    def count(self, wanted: Conditions) -> int:
        """Return how many runs satisfy conditions."""
        query = f"SELECT count(*) FROM runs WHERE {wanted.where}"  # noqa: S608 - values are parameters
        return int(self._connection.execute(query, wanted.values).fetchone()[0])

    def _listed(self, row: Sequence[Any]) -> Listed:
        (number, key, process, status, wall, started_at, duration, tags, sampled, executions, errors, *sums,
         entrypoint, project, session, user) = row  # fmt: skip
        if executions is None:
            columns = columns_of(executions_of(self._connection, number))
            executions, errors, *sums = totals_of(columns, counted(columns, self._billed))
        if status is None and (wall is None or started_at is None):
            wall, started_at = self._first_start(number, process)
        return Listed(
            number=number,
            key=key,
            id=request_id(key),
            entrypoint=entrypoint,
            project=project,
            status=self._processes.open_status(process) if status is None else status_text(status),
            wall_ns=wall,
            duration_ns=self._processes.time_open(process, started_at) if status is None else duration,
            executions=executions,
            errors=errors,
            usage=Totals(*sums),
            session_id=session,
            user_id=user,
            tags=tuple(msgspec.json.decode(tags)) if tags else (),
            sampled=bool(sampled),
        )

    def _first_start(self, number: int, process: int) -> tuple[int | None, int]:
        """Return when a run began whose own events are lost, on both clocks."""
        row = self._processes.row(process)
        starts = (one[STARTED_AT] for one in executions_of(self._connection, number))
        started_at = min(starts, default=0 if row is None else row.last_at)
        return None if row is None else row.wall_at(started_at), started_at
