"""Write a batch to the index, in one transaction, with how far the journals were read."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec

from gradient.store.index.batch import Batch
from gradient.store.index.failing import request_failed_here, with_origins
from gradient.store.index.names import Names
from gradient.store.index.pairs import columns_of_pairs
from gradient.store.index.rollup import Rollup
from gradient.store.index.rows import (
    BEGAN,
    ERROR,
    ERROR_STATUS,
    ID,
    MODEL,
    NODE,
    ORIGIN,
    RUN,
    RUN_COLUMNS,
    TOTALS,
    ProcessRow,
    RunRow,
)
from gradient.store.index.totals import counted, totals_of
from gradient.store.index.trees import Columns, close, columns_of, executions_of, pack, reopen, write_open

_RUN = f"INSERT OR REPLACE INTO main.runs ({', '.join(RUN_COLUMNS)}) VALUES ({', '.join('?' * len(RUN_COLUMNS))})"  # noqa: S608 - names of columns
_FACETS_AT_ONCE = 64
_FACETS = f"""
INSERT INTO main.facets (name, run, count) VALUES {", ".join(["(?, ?, ?)"] * _FACETS_AT_ONCE)}
ON CONFLICT (name, run) DO UPDATE SET count = excluded.count"""  # noqa: S608 - marks
_TREE = "INSERT OR REPLACE INTO main.trees (run, rows) VALUES (?, ?)"
_THREAD = """
INSERT INTO main.threads (run, id, thread, started_at, interrupted, resumes, graph) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, id) DO UPDATE SET thread = coalesce(excluded.thread, thread),
    started_at = coalesce(excluded.started_at, started_at), interrupted = coalesce(excluded.interrupted, interrupted),
    resumes = coalesce(excluded.resumes, resumes), graph = coalesce(excluded.graph, graph)"""
_MESSAGE = """
INSERT INTO main.messages (segment, number, place, list) VALUES (?, ?, ?, ?)
ON CONFLICT (segment, number) DO UPDATE SET
    place = CASE WHEN typeof(number) = 'integer' AND place != excluded.place THEN -1
            ELSE coalesce(place, excluded.place) END,
    list = CASE WHEN typeof(number) = 'integer' AND list != excluded.list THEN x''
           ELSE coalesce(list, excluded.list) END"""
"""A digest means the same wherever it comes; a number of format 1 that comes twice means nothing: `TWICE`, no bytes."""
_PROCESS = """
INSERT OR REPLACE INTO main.processes (id, folder, state, newer, project, place, wall, at, last_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def write_batch(connection: sqlite3.Connection, batch: Batch, names: Names) -> None:
    """Write everything that a batch holds; the caller has begun a transaction."""
    connection.executemany("INSERT OR IGNORE INTO main.updates (run, place) VALUES (?, ?)", batch.updates)
    connection.executemany("INSERT OR REPLACE INTO main.graphs (process, graph, place) VALUES (?, ?, ?)", batch.graphs)
    connection.executemany(_THREAD, _folded(batch.threads))
    connection.executemany(_MESSAGE, batch.messages)
    connection.executemany("INSERT OR IGNORE INTO main.visits (segment, run) VALUES (?, ?)", sorted(batch.visits))
    rollup, written = Rollup(connection), RunWriter(connection, names)
    late: dict[int, list[Any]] = defaultdict(list)
    for row in batch.late:
        late[row[RUN]].append(row)
    for run in batch.runs.values():
        columns = columns_of_pairs(run.id, run.pairs.values(), batch, names)
        if run.rows:
            columns = columns_of(_in_order([*zip(*columns, strict=True), *run.rows.values()]))
        is_over = run.status is not None or run.executions is not None
        fresh = columns
        if not is_over or not run.new or run.id in late:
            take_back(connection, run, rollup)
            if run.executions is not None:
                reopen(connection, run.id)
            write_open(connection, zip(*columns, strict=True))
            write_open(connection, late.get(run.id, ()))
            columns = columns_of(close(connection, run.id)) if is_over else columns
        columns = with_origins(columns)
        if is_over:
            fresh = with_origins(fresh, columns)
            # What ran before its end is added with it, and what comes later when it comes.
            finish(run, columns, rollup, columns if run.just_ended else fresh, ended=run.just_ended)
        written.add(run, columns, is_over=is_over)
    written.write()
    rollup.write()


class RunWriter:
    """Writes runs, many at once.

    Args:
        connection: The index.
        names: Its names.
    """

    def __init__(self, connection: sqlite3.Connection, names: Names) -> None:
        self._connection = connection
        self._names = names
        self._runs: list[tuple[Any, ...]] = []
        self._facets: list[tuple[int, int, int]] = []
        self._trees: list[tuple[int, bytes]] = []

    def add(self, run: RunRow, columns: Columns, *, is_over: bool) -> None:
        """Add a run; which names it has, as far as its executions are given; and these, packed, where it is over."""
        self._facets += [(name, run.id, count) for name, count in facets_of(run, columns, self._names).items() if name]
        if is_over:
            self._trees.append((run.id, pack(columns)))
        self._runs.append(run.values())

    def write(self) -> None:
        """Write what was added."""
        self._facets.sort(key=itemgetter(0))  # in the order of the table, nearly: runs are in order of time
        self._facets += self._facets[-1:] * (-len(self._facets) % _FACETS_AT_ONCE)  # to repeat a row changes nothing
        self._connection.executemany(_FACETS, _flat(self._facets, _FACETS_AT_ONCE))
        self._connection.executemany(_TREE, self._trees)
        self._connection.executemany(_RUN, self._runs)


def finish(run: RunRow, columns: Columns, rollup: Rollup, fresh: Columns, *, ended: bool) -> None:
    """Say in a run's row what its executions sum up to, and add the fresh ones to the rollup.

    Its own failure is one of those that began in it. What was spent is added anew, see `take_back`.
    """
    calls = counted(columns, rollup.billed)
    for column, value in zip(TOTALS, totals_of(columns, calls), strict=True):
        setattr(run, column, value)
    if run.status == ERROR_STATUS:
        run.errors = (run.errors or 0) + request_failed_here(run.error, run.origin, with_origins(columns))
    rollup.add(run, fresh, ended=ended)
    rollup.add_spending(run, columns, calls, ended=run.status is not None)


def take_back(connection: sqlite3.Connection, run: RunRow, rollup: Rollup) -> None:
    """Take out of the rollup what a run spent as far as was known: more is known of it now.

    A call inside another is a part of it or not, by what both tell; so what comes late may change what came before.
    """
    if run.executions is not None:
        columns = columns_of(executions_of(connection, run.id))
        ended = run.status is not None and not run.just_ended
        rollup.add_spending(run, columns, counted(columns, rollup.billed), ended=ended, times=-1)


def write_process(connection: sqlite3.Connection, process: ProcessRow) -> None:
    """Write the row of a process."""
    row = (process.id, process.folder, process.state, process.newer, process.project, process.place)
    connection.execute(_PROCESS, (*row, process.wall, process.at, process.last_at))


def facets_of(run: RunRow, columns: Columns, names: Names) -> Counter[int]:
    """Return which names a run has, and how often."""
    counts: Counter[int] = Counter(columns[NODE])
    if columns[MODEL].count(None) < len(columns[MODEL]):
        counts.update(name for name in columns[MODEL] if name is not None)
    if columns[ERROR].count(None) < len(columns[ERROR]):
        _count_failures(counts, columns)
    for tags in filter(None, (run.tags, run.inner_tags)):
        for tag in msgspec.json.decode(tags):
            counts[names.number("tag", tag) or 0] = 1
    for name in (run.entrypoint, run.project, run.session, run.user):
        if name is not None:
            counts[name] = 1
    if run.error is not None:
        counts[run.error] += request_failed_here(run.error, run.origin, columns)
    return counts


def _count_failures(counts: Counter[int], columns: Columns) -> None:
    """Count failures where they began; what passed them on has their names, too, and so can be found by them."""
    for name, origin, own in zip(columns[ERROR], columns[ORIGIN], columns[ID], strict=True):
        if name is not None:
            counts[name] += origin in (None, own)


def _folded(threads: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return one row for each execution: what was said last of each column, in the order of places."""
    folded: dict[Any, tuple[Any, ...]] = {}
    for _, *said in sorted(threads, key=itemgetter(0)):
        key = (said[0], said[1])
        known = folded.get(key, said)
        folded[key] = tuple(old if new is None else new for old, new in zip(known, said, strict=True))
    return list(folded.values())


def _flat(rows: list[tuple[Any, ...]], at_once: int) -> Iterator[tuple[Any, ...]]:
    """Yield the values of so many rows at once: a statement for each row takes twice the time."""
    for first in range(0, len(rows), at_once):
        yield tuple(chain.from_iterable(rows[first : first + at_once]))


def _in_order(rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    try:
        return sorted(rows, key=itemgetter(BEGAN))
    except TypeError:  # the start of some is not known, or is in the index already
        return sorted(rows, key=lambda row: row[BEGAN] or 0)
