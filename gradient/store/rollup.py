"""Counts and durations by hour and by day, so that percentiles of a month need no look at its executions.

What is kept of durations is told in `gradient.store.durations`.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from itertools import compress
from operator import itemgetter
from typing import Any

from gradient.store.durations import Durations
from gradient.store.failing import failed_here
from gradient.store.rows import COST, DURATION, ERROR_STATUS, INPUT, MODEL, NODE, OUTPUT, SIGN, STATUS, RunRow
from gradient.store.totals import BilledNodes, sum_known
from gradient.store.trees import Columns

HOUR_S, DAY_S = 3_600, 86_400
SPANS_S = (HOUR_S, DAY_S)
_NS_PER_S = 10**9

_READ = "SELECT durations FROM main.rollup WHERE span = ? AND period = ? AND project = ? AND name = ?"
_WRITE = """
INSERT INTO main.rollup (span, period, project, name, count, errors, duration, input, output, cost, durations)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (span, period, project, name) DO UPDATE SET
    count = count + excluded.count, errors = errors + excluded.errors, duration = duration + excluded.duration,
    input = coalesce(input + excluded.input, input, excluded.input),
    output = coalesce(output + excluded.output, output, excluded.output),
    cost = coalesce(cost + excluded.cost, cost, excluded.cost), durations = excluded.durations"""


class Sums:
    """What is counted of one name in one hour of one project."""

    __slots__ = ("cost", "count", "duration", "durations", "errors", "input", "output")

    def __init__(self) -> None:
        self.count = self.errors = self.duration = 0
        self.input: int | None = None
        self.output: int | None = None
        self.cost: float | None = None
        self.durations = Durations()

    def add(self, durations_ns: Sequence[int]) -> None:
        """Count as many as there are durations, none of them failed."""
        self.count += len(durations_ns)
        self.duration += sum(durations_ns)
        self.durations.add(durations_ns)

    def add_usage(self, row: Any) -> None:
        """Add tokens and cost of an execution, or of a run."""
        tokens_in, tokens_out, cost = row
        if tokens_in is not None:
            self.input = (self.input or 0) + tokens_in
        if tokens_out is not None:
            self.output = (self.output or 0) + tokens_out
        if cost is not None:
            self.cost = (self.cost or 0) + cost

    def include(self, other: "Sums") -> None:
        """Add what others count."""
        self.count += other.count
        self.errors += other.errors
        self.duration += other.duration
        self.add_usage((other.input, other.output, other.cost))
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
        self._usages: dict[tuple[int, int], dict[tuple[int, int], list[Any]]] = defaultdict(lambda: defaultdict(list))
        self.billed = BilledNodes(connection)

    def add(self, run: RunRow, columns: Columns, *, ended: bool) -> None:
        """Add ended executions of a run, and the run itself where it ended."""
        hour, project = (run.wall or 0) // (HOUR_S * _NS_PER_S), run.project or 0
        durations = self._durations[hour, project]
        for node, duration in zip(columns[NODE], columns[DURATION], strict=True):
            if duration is not None:
                durations[node].append(duration)
        if columns[MODEL].count(None) < len(columns[MODEL]):
            self._add_models(hour, project, columns)
        if ERROR_STATUS in columns[STATUS]:
            for node, model, failed in zip(columns[NODE], columns[MODEL], failed_here(columns), strict=True):
                for name in (node, model) if failed else ():
                    if name is not None:
                        self._of(hour, project, name).errors += 1
        if ended and run.entrypoint is not None and run.duration is not None:
            durations[run.entrypoint].append(run.duration)
            sums = self._of(hour, project, run.entrypoint)
            sums.errors += run.status == ERROR_STATUS
            sums.add_usage((run.input, run.output, run.cost))

    def _add_models(self, hour: int, project: int, columns: Columns) -> None:
        """Add the executions that have a model, and what they used."""
        durations, usages = self._durations[hour, project], self._usages[hour, project]
        every = zip(*(columns[at] for at in (NODE, MODEL, DURATION, INPUT, OUTPUT, COST)), strict=True)
        for node, model, duration, *usage in compress(every, columns[MODEL]):
            if duration is not None:
                durations[model].append(duration)
                usages[node, model].append(usage)

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
        for (hour, project), pairs in self._usages.items():
            for names, usages in pairs.items():
                total = [sum_known(column) for column in zip(*usages, strict=True)]
                for name in names:
                    self._of(hour, project, name).add_usage(total)
        self._durations.clear()
        self._usages.clear()
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
        tokens = [None if value is None else sign * value for value in (sums.input, sums.output, sums.cost)]
        # A float as soon as spans of others last for centuries: sqlite does the same where a sum outgrows its integers.
        duration = sums.duration if abs(sums.duration) < SIGN else float(sums.duration)
        return (*key, sign * sums.count, sign * sums.errors, sign * duration, *tokens, durations.pack())
