"""Counts and durations by hour and by day, so that percentiles of a month need no look at its executions.

Durations are counted in classes, 16 from each power of two to the next, so a percentile is right within 3.2 %.
"""

import sqlite3
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from operator import itemgetter
from typing import Any

import msgspec

from gradient.store.rows import COST, DURATION, ERROR_STATUS, INPUT, MODEL, NODE, OUTPUT, SIGN, STATUS, RunRow
from gradient.store.totals import LlmNodes, sum_known
from gradient.store.trees import Columns

HOUR_S, DAY_S = 3_600, 86_400
SPANS_S = (HOUR_S, DAY_S)
_NS_PER_S = 10**9
_NS_PER_MS = 1e6

_FIRST_OF_DOUBLE = slice(3 if sys.byteorder == "little" else 0, None, 4)
_DOUBLE_OF_ZERO, _LEAST_WORD, _NEGATIVE_WORD = 1022 << 4, 1027 << 4, 1 << 15
"""What begins a double: of class 0, were it so small; of 16 ns, which have the first class; and below zero."""

_pack = msgspec.msgpack.encode
_unpack = msgspec.msgpack.Decoder(dict[int, int]).decode

_READ = "SELECT durations FROM main.rollup WHERE span = ? AND period = ? AND project = ? AND name = ?"
_WRITE = """
INSERT INTO main.rollup (span, period, project, name, count, errors, duration, input, output, cost, durations)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (span, period, project, name) DO UPDATE SET
    count = count + excluded.count, errors = errors + excluded.errors, duration = duration + excluded.duration,
    input = coalesce(input + excluded.input, input, excluded.input),
    output = coalesce(output + excluded.output, output, excluded.output),
    cost = coalesce(cost + excluded.cost, cost, excluded.cost), durations = excluded.durations"""


def _count_classes(durations_ns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the classes of durations, each with how many there are: exponent and the first four bits, as of a double.

    So they are the first two bytes of one, which takes a third of the time of working them out.
    """
    words = memoryview(array("d", durations_ns)).cast("B").cast("H")[_FIRST_OF_DOUBLE]
    for word, count in Counter(words.tolist()).items():
        yield word - _DOUBLE_OF_ZERO if _LEAST_WORD <= word < _NEGATIVE_WORD else 0, count


def class_duration_ms(number: int) -> float:
    """Return the duration that stands for a class: the middle of it."""
    bits, part = number >> 4, number & 15
    return (part + 16.5) * 2.0 ** (bits - 5) / _NS_PER_MS if number else 0.0


def percentile_ms(classes: dict[int, int], share: float) -> float | None:
    """Return the duration below which a share of all lie, or None where there are none."""
    rank = share * (sum(classes.values()) - 1)
    below = 0
    for number in sorted(classes):
        below += classes[number]
        if below > rank:
            return class_duration_ms(number)
    return None


def merge(durations: Iterable[bytes]) -> dict[int, int]:
    """Add up the classes of several rows."""
    total: dict[int, int] = {}
    for packed in durations:
        for number, count in _unpack(packed).items():
            total[number] = total.get(number, 0) + count
    return total


class Sums:
    """What is counted of one name in one hour of one project."""

    __slots__ = ("classes", "cost", "count", "duration", "errors", "input", "output")

    def __init__(self) -> None:
        self.count = self.errors = self.duration = 0
        self.input: int | None = None
        self.output: int | None = None
        self.cost: float | None = None
        self.classes: dict[int, int] = {}

    def add(self, durations_ns: Sequence[int]) -> None:
        """Count as many as there are durations, none of them failed."""
        self.count += len(durations_ns)
        self.duration += sum(durations_ns)
        for number, count in _count_classes(durations_ns):
            self.classes[number] = self.classes.get(number, 0) + count

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
        for number, count in other.classes.items():
            self.classes[number] = self.classes.get(number, 0) + count


class Rollup:
    """What a transaction adds to the table `rollup`, or takes away from it.

    Args:
        connection: The index.
        sign: 1 to add, -1 to take away what was added.

    Attributes:
        llms: Tells which nodes are LLMs.
    """

    def __init__(self, connection: sqlite3.Connection, sign: int = 1) -> None:
        self._connection = connection
        self._sign = sign
        self._sums: dict[tuple[int, int, int], Sums] = {}
        self._durations: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._usages: dict[tuple[int, int], dict[tuple[int, int], list[Any]]] = defaultdict(lambda: defaultdict(list))
        self.llms = LlmNodes(connection)

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
            for node, model, status in zip(columns[NODE], columns[MODEL], columns[STATUS], strict=True):
                for name in (node, model) if status == ERROR_STATUS else ():
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
        classes = _unpack(found[0]) if found else {}
        sign = self._sign
        for number, count in sums.classes.items():
            classes[number] = classes.get(number, 0) + sign * count
        packed = _pack({number: count for number, count in classes.items() if count})
        tokens = [None if value is None else sign * value for value in (sums.input, sums.output, sums.cost)]
        # A float as soon as spans of others last for centuries: sqlite does the same where a sum outgrows its integers.
        duration = sums.duration if abs(sums.duration) < SIGN else float(sums.duration)
        return (*key, sign * sums.count, sign * sums.errors, sign * duration, *tokens, packed)
