"""Counts and durations by hour and by day, so that percentiles of a month need no look at its executions.

What is kept of durations is told in `gradient.store.index.durations`.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from gradient.store.index.durations import Durations
from gradient.store.index.failing import failed_here
from gradient.store.index.rows import DURATION, ERROR_STATUS, MODEL, NODE, SIGN, STATUS, RunRow
from gradient.store.index.spending import COLUMNS as SPENT
from gradient.store.index.spending import Spending
from gradient.store.index.totals import BilledNodes, spent
from gradient.store.index.trees import Columns

HOUR_S, DAY_S = 3_600, 86_400
SPANS_S = (HOUR_S, DAY_S)
_NS_PER_S = 10**9

_READ = "SELECT durations FROM main.rollup WHERE span = ? AND period = ? AND project = ? AND name = ?"
_ADDED = ("count", "errors", "duration", *SPENT)
_WRITE = f"""
INSERT INTO main.rollup (span, period, project, name, durations, {", ".join(_ADDED)})
VALUES ({", ".join("?" * (5 + len(_ADDED)))}) ON CONFLICT (span, period, project, name) DO UPDATE SET
    {", ".join(f"{name} = {name} + excluded.{name}" for name in _ADDED)}, durations = excluded.durations"""  # noqa: S608 - names of columns


class Sums:
    """What is counted of one name in one hour of one project."""

    __slots__ = ("count", "duration", "durations", "errors", "spending")

    def __init__(self) -> None:
        self.count = self.errors = self.duration = 0
        self.spending = Spending()
        self.durations = Durations()

    def add(self, durations_ns: Sequence[int]) -> None:
        """Count as many as there are durations, none of them failed."""
        self.count += len(durations_ns)
        self.duration += sum(durations_ns)
        self.durations.add(durations_ns)

    def include(self, other: "Sums") -> None:
        """Add what others count."""
        self.count += other.count
        self.errors += other.errors
        self.duration += other.duration
        self.spending.add([other.spending.numbers])
        self.durations.include(other.durations)


class Rollup:
    """What a transaction adds to the table `rollup`, or takes away from it.

    Args:
        connection: The index.
        sign: 1 to add, -1 to take away what was added.

    Attributes:
        billed: Tells which nodes are calls of models.
    """

    def __init__(self, connection: sqlite3.Connection, sign: int = 1) -> None:
        self._connection = connection
        self._sign = sign
        self._sums: dict[tuple[int, int, int], Sums] = {}
        self._durations: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._spent: dict[tuple[int, int, int, int], list[Sequence[float]]] = defaultdict(list)
        self.billed = BilledNodes(connection)

    def add(self, run: RunRow, columns: Columns, *, ended: bool) -> None:
        """Add ended executions of a run, and the run itself where it ended."""
        hour, project = (run.wall or 0) // (HOUR_S * _NS_PER_S), run.project or 0
        durations = self._durations[hour, project]
        for names in (columns[NODE], columns[MODEL]):
            if names.count(None) < len(names):
                for name, duration in zip(names, columns[DURATION], strict=True):
                    if name is not None and duration is not None:
                        durations[name].append(duration)
        if ERROR_STATUS in columns[STATUS]:
            for node, model, failed in zip(columns[NODE], columns[MODEL], failed_here(columns), strict=True):
                for name in (node, model) if failed else ():
                    if name is not None:
                        self._of(hour, project, name).errors += 1
        if ended and run.entrypoint is not None and run.duration is not None:
            durations[run.entrypoint].append(run.duration)
            self._of(hour, project, run.entrypoint).errors += run.status == ERROR_STATUS

    def add_spending(self, run: RunRow, columns: Columns, calls: Iterable[int], *, ended: bool, times: int = 1) -> None:
        """Add what calls of a run used, as far as they have ended, and what the run used, where that has.

        Args:
            run: The run.
            columns: All its executions.
            calls: Those that count.
            ended: Whether the run has ended.
            times: -1 to take away what was added before more was known.
        """
        hour, project = (run.wall or 0) // (HOUR_S * _NS_PER_S), run.project or 0
        for row in calls:
            if columns[DURATION][row] is not None:
                numbers = spent(columns, row).numbers
                for name in (columns[NODE][row], columns[MODEL][row]):
                    if name is not None:
                        self._spent[hour, project, name, times].append(numbers)
        if ended and run.entrypoint is not None and run.duration is not None:
            usage = (run.input, run.output, run.cost)
            numbers = Spending.of(usage, run.untold or 0, run.unpriced or 0).numbers
            self._spent[hour, project, run.entrypoint, times].append(numbers)

    def _of(self, hour: int, project: int, name: int) -> Sums:
        key = (hour, project, name)
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = Sums()
        return sums

    def write(self) -> None:
        """Write what was added."""
        for (hour, project), of_names in self._durations.items():
            for name, durations in of_names.items():
                self._of(hour, project, name).add(durations)
        for (hour, project, name, times), numbers in self._spent.items():
            self._of(hour, project, name).spending.add(numbers, times)
        self._durations.clear()
        self._spent.clear()
        spans: dict[tuple[int, int, int, int], Sums] = defaultdict(Sums)
        for (hour, project, name), sums in self._sums.items():
            for span in SPANS_S:
                spans[span, hour * HOUR_S // span, project, name].include(sums)
        self._connection.executemany(_WRITE, [self._row(*each) for each in sorted(spans.items(), key=itemgetter(0))])
        if self._sign < 0:
            self._connection.execute("DELETE FROM main.rollup WHERE count = 0")
        self._sums.clear()

    def _row(self, key: tuple[int, int, int, int], sums: Sums) -> tuple[Any, ...]:
        found = self._connection.execute(_READ, key).fetchone()
        sign, durations = self._sign, Durations(found[0] if found else None)
        (durations.include if sign > 0 else durations.take_away)(sums.durations)
        # A float as soon as spans of others last for centuries: sqlite does the same where a sum outgrows its integers.
        duration = sums.duration if abs(sums.duration) < SIGN else float(sums.duration)
        added = (sums.count, sums.errors, duration, *sums.spending.numbers)
        return (*key, durations.pack(), *(sign * number for number in added))
