"""What many runs add up to: by node, model, entrypoint or day; and their failures, those that are alike together.

Without a query this is read from the rollup, in a millisecond for a month. With one, the executions of the runs that it
selects are gone through.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

import msgspec

from gradient.documents.runs import request_id
from gradient.journal.failures import Failure
from gradient.store.index.durations import Durations
from gradient.store.index.failing import failed_here, is_own_failure, rows_with_origins, with_origins
from gradient.store.index.names import first_line
from gradient.store.index.rollup import DAY_S, HOUR_S, Sums
from gradient.store.index.rows import DURATION, ENDED, ERROR, ERROR_STATUS, MODEL, NODE
from gradient.store.index.spending import COLUMNS as SPENT
from gradient.store.index.spending import Spending
from gradient.store.index.totals import BilledNodes, counted, spent
from gradient.store.index.trees import columns_of, executions_of
from gradient.store.interface import ErrorGroup, Group
from gradient.store.query.sql import Conditions

BY = ("node", "model", "entrypoint", "day")

_NS_PER_S, _NS_PER_MS = 10**9, 1e6
_HOURS_PER_DAY = DAY_S // HOUR_S
_SAMPLES = 3
_NEVER = 10**9  # comes after every hour and day; its opposite before

_ROLLED = f"""
SELECT span, period, text, detail, durations, count, errors, duration, {", ".join(SPENT)}
FROM rollup JOIN names ON names.id = rollup.name
WHERE ((span = :day AND period >= :first_day) OR (span = :hour AND period >= :first_hour AND period < :until_hour))
    AND sort = :sort
    AND (:project IS NULL OR project = (SELECT id FROM names WHERE sort = 'project' AND text = :project))"""  # noqa: S608 - names of columns
_EXACT_RUNS = """
SELECT wall, names.text, '', status IS {error}, duration, input, output, cost, untold, unpriced
FROM runs JOIN names ON names.id = entrypoint WHERE {where} AND duration IS NOT NULL"""
_ERRORS = """
SELECT facets.name, text, detail, sum(count), count(*), min(coalesce(runs.wall, 0)), max(coalesce(runs.wall, 0)),
    coalesce(sum(status = 0), 0)
FROM facets JOIN names ON names.id = facets.name JOIN runs ON runs.id = run
WHERE sort = 'error' AND {where} GROUP BY facets.name HAVING sum(count) > 0
ORDER BY 4 DESC, 5 DESC, 7 DESC, detail, text LIMIT ?"""
_SAMPLE = """
SELECT run, request, ended, error FROM facets JOIN runs ON runs.id = run WHERE name = ? AND {where}
ORDER BY run DESC LIMIT ?"""


class _Total:
    """Counts of one group, added up."""

    def __init__(self) -> None:
        self.sums = Sums()

    def add(self, row: Any) -> None:
        """Add a row of the rollup."""
        durations, count, errors, duration, *spent = row
        self.sums.count += count
        self.sums.errors += errors
        self.sums.duration += duration
        self.sums.spending.add([spent])
        self.sums.durations.include(Durations(durations))

    def group(self, name: str, kind: str) -> Group:
        sums = self.sums
        p50, p95, p99 = (sums.durations.percentile_ms(share) for share in (0.5, 0.95, 0.99))
        total_ms = sums.duration / _NS_PER_MS
        lasted = (p50, p95, p99, sums.durations.max_ms(), total_ms)
        return Group(name, kind, sums.count, sums.errors, *lasted, *sums.spending.sums(), sums.spending.missing())


def rolled_stats(connection: sqlite3.Connection, by: str, project: str | None, since_ns: int | None) -> list[Group]:
    """Return groups of all runs since a time, of one project or of all; not for days that part hours."""
    first_hour = -_NEVER if since_ns is None else since_ns // (HOUR_S * _NS_PER_S)
    # The days of the rollup are UTC's; those that are asked for are of the reader's place.
    first_day = _NEVER if by == "day" else -(-first_hour // _HOURS_PER_DAY)
    values = {"day": DAY_S, "hour": HOUR_S, "first_day": first_day, "first_hour": first_hour,
              "until_hour": first_day * _HOURS_PER_DAY, "sort": "entrypoint" if by == "day" else by,
              "project": project}  # fmt: skip
    totals: dict[tuple[str, str], _Total] = {}
    for span, period, text, detail, *row in connection.execute(_ROLLED, values):
        key = (_day(period * span), "") if by == "day" else (text, _kind(by, detail))
        totals.setdefault(key, _Total()).add(row)
    return _sorted(by, (total.group(*key) for key, total in totals.items()))


def days_part_hours(connection: sqlite3.Connection) -> bool:
    """Tell whether midnight is within one of the rollup's hours, as it is in India."""
    hours = connection.execute("SELECT DISTINCT period FROM rollup WHERE span = ?", (HOUR_S,))
    offsets = (datetime.fromtimestamp(hour * HOUR_S, timezone.utc).astimezone().utcoffset() for (hour,) in hours)
    return any(offset is not None and offset.seconds % HOUR_S for offset in offsets)


def exact_stats(connection: sqlite3.Connection, by: str, wanted: Conditions) -> list[Group]:
    """Return groups of the runs that satisfy conditions."""
    totals: dict[tuple[str, str], _Total] = {}
    durations: dict[tuple[str, str], list[int]] = defaultdict(list)
    values = _runs(connection, wanted) if by in ("day", "entrypoint") else _executions(connection, by, wanted)
    for wall, text, detail, failed, duration, used in values:
        key = (_day((wall or 0) // _NS_PER_S), "") if by == "day" else (text, _kind(by, detail))
        sums = totals.setdefault(key, _Total()).sums
        sums.errors += failed
        if used is not None:
            sums.spending.add([used.numbers])
        durations[key].append(duration)
    for key, total in totals.items():
        total.sums.add(durations[key])
    return _sorted(by, (total.group(*key) for key, total in totals.items()))


def _runs(connection: sqlite3.Connection, wanted: Conditions) -> Iterator[Any]:
    query = _EXACT_RUNS.format(where=wanted.where, error=ERROR_STATUS)
    for wall, name, detail, failed, duration, *usage, untold, unpriced in connection.execute(query, wanted.values):
        yield wall, name, detail, failed, duration, Spending.of(usage, untold or 0, unpriced or 0)


def _executions(connection: sqlite3.Connection, by: str, wanted: Conditions) -> Iterator[Any]:
    column = NODE if by == "node" else MODEL
    names, billed = _NamesOf(connection), BilledNodes(connection)
    query = f"SELECT id, wall FROM runs WHERE {wanted.where}"  # noqa: S608 - values are parameters
    for run, wall in connection.execute(query, wanted.values).fetchall():
        columns = with_origins(columns_of(executions_of(connection, run)))
        calls = set(counted(columns, billed))
        told = zip(columns[column], failed_here(columns), columns[DURATION], strict=True)
        for row, (name, failed, duration) in enumerate(told):
            if name is not None and duration is not None:
                yield wall, *names[name], failed, duration, spent(columns, row) if row in calls else None


class _NamesOf(dict[int, tuple[str, str]]):
    """Texts and details of names, looked up when they are asked for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def __missing__(self, number: int) -> tuple[str, str]:
        query = "SELECT text, detail FROM names WHERE id = ?"
        found = self._connection.execute(query, (number,)).fetchone() or ("", "")
        self[number] = found
        return found


def error_groups(
    connection: sqlite3.Connection, wanted: Conditions, limit: int, event_at: Callable[[int], Any]
) -> Iterator[ErrorGroup]:
    """Yield the failures of the runs that satisfy conditions, the commonest first.

    Args:
        connection: The index.
        wanted: The conditions.
        limit: How many groups at most.
        event_at: Reads the event at a place, for the words of one failure of each group; names of errors leave out
            what differs between them.
    """
    where, values = wanted.where, wanted.values
    names = _NamesOf(connection)
    for name, message, kind, count, runs, first, last, completed in connection.execute(
        _ERRORS.format(where=where), [*values, limit]
    ).fetchall():
        samples = connection.execute(_SAMPLE.format(where=where), [name, *values, _SAMPLES]).fetchall()
        rows = (row for run, *_ in samples for row in rows_with_origins(executions_of(connection, run)))
        failed = [row for row in rows if row[ERROR] == name and is_own_failure(row)]
        nodes = dict.fromkeys(names[row[NODE]][0] for row in failed)
        places = [*(row[ENDED] for row in failed), *(ended for _, _, ended, error in samples if error == name)]
        told = next((first_line(error.message) for error in _errors_at(places, event_at)), message)
        ids = tuple(request_id(key) for _, key, *_ in samples)
        yield ErrorGroup(kind, told, count, runs, first, last, ids, tuple(nodes), completed)


def _errors_at(places: Iterable[int | None], event_at: Callable[[int], Any]) -> Iterator[Failure]:
    """Yield what ends at places say of an error, as far as they are still there."""
    for place in places:
        error = None if place is None else getattr(event_at(place), "error", None)
        if error is not None:
            yield error


def _kind(by: str, detail: str) -> str:
    """Return what tells groups of one name apart: the kind of a node, the provider of a model."""
    return str(msgspec.json.decode(detail)[0]) if by == "node" else detail


def _sorted(by: str, groups: Iterable[Group]) -> list[Group]:
    """Return days in order, and everything else by the time it took."""
    key: Callable[[Group], Any] = (
        (lambda one: one.name) if by == "day" else (lambda one: (-one.total_ms, one.name, one.kind))
    )
    return sorted(groups, key=key)


def _day(seconds: int) -> str:
    """Return the day in the reader's place, as times are shown."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d}"  # noqa: DTZ006 - local, that is
