"""The executions of a run without payloads, a list for each column: what is needed to draw ten thousand of them."""

import sqlite3
from collections.abc import Callable
from operator import itemgetter

import msgspec

from gradient.store.index.failing import failed_here, with_origins
from gradient.store.index.rows import (
    ATTEMPT,
    CACHED,
    CHANGED,
    COST,
    DURATION,
    ERROR,
    FIRST_TOKEN,
    ID,
    INPUT,
    MODEL,
    NODE,
    OUTPUT,
    PARENT,
    PROCESS,
    STARTED_AT,
    STATUS,
    status_text,
)
from gradient.store.index.trees import Columns, columns_of, executions_of
from gradient.store.interface import Skeleton

COLUMNS = (
    "execution_id", "parent_id", "node_id", "name", "framework", "kind", "status", "start_offset_ms", "duration_ms",
    "attempt", "cached", "model", "provider", "input_tokens", "output_tokens", "cost_usd", "time_to_first_token_ms",
    "error_type", "failed_here",
)  # fmt: skip
"""Names and meanings are those of `gradient.run/1`."""

_UNSIGNED = (1 << 64) - 1
_NS_PER_MS = 1e6
_NO_NAME = (None, None)


class Skeletons:
    """Makes skeletons of runs of one index.

    Args:
        connection: The index.
        open_status: Tells by a process's number what became of what it left open.
        time_open: Tells how long that was known to last.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        open_status: Callable[[int], str],
        time_open: Callable[[int, int], int | None],
    ) -> None:
        self._connection = connection
        self._open_status = open_status
        self._time_open = time_open
        self._nodes: dict[int, tuple[str, str, str, str]] = {}
        self._named: dict[int, tuple[str, str]] = {}

    def of(self, run: int, changed: int = -1) -> Skeleton:
        """Return the columns of a run's executions, ordered by start.

        Args:
            run: Number of the run.
            changed: Leave out what did not change since this batch.
        """
        (started_at,) = self._connection.execute("SELECT started_at FROM runs WHERE id = ?", (run,)).fetchone()
        every = columns_of(executions_of(self._connection, run))
        rows = [row for row in zip(*with_origins(every), strict=True) if row[CHANGED] > changed]
        rows.sort(key=itemgetter(STARTED_AT))
        if not rows:
            return {name: [] for name in COLUMNS}
        return self._columns(list(zip(*rows, strict=True)), rows[0][STARTED_AT] if started_at is None else started_at)

    def _columns(self, of: Columns, started_at: int) -> Skeleton:
        """Return the columns that are shown, made of those that are stored: by row it would take twice as long."""
        nodes = [self._nodes.get(node) or self._node(node) for node in of[NODE]]
        models = [_NO_NAME if model is None else self._name(model) for model in of[MODEL]]
        processes = zip(of[STATUS], of[PROCESS], strict=True)
        return {
            "execution_id": [f"{own & _UNSIGNED:016x}" for own in of[ID]],
            "parent_id": [f"{parent & _UNSIGNED:016x}" if parent else None for parent in of[PARENT]],
            "node_id": [node[3] for node in nodes],
            "name": [node[0] for node in nodes],
            "framework": [node[2] for node in nodes],
            "kind": [node[1] for node in nodes],
            "status": [
                self._open_status(process) if status is None else status_text(status) for status, process in processes
            ],
            "start_offset_ms": [(start - started_at) / _NS_PER_MS for start in of[STARTED_AT]],
            "duration_ms": self._durations(of),
            "attempt": list(of[ATTEMPT]),
            "cached": [bool(cached) for cached in of[CACHED]],
            "model": [model[0] for model in models],
            "provider": [model[1] or None for model in models],
            "input_tokens": list(of[INPUT]),
            "output_tokens": list(of[OUTPUT]),
            "cost_usd": list(of[COST]),
            "time_to_first_token_ms": [
                None if first is None else (first - start) / _NS_PER_MS
                for first, start in zip(of[FIRST_TOKEN], of[STARTED_AT], strict=True)
            ],
            "error_type": [None if error is None else self._name(error)[1] for error in of[ERROR]],
            "failed_here": failed_here(of),
        }

    def _durations(self, of: Columns) -> list[float | None]:
        known = [
            self._time_open(process, start) if status is None else duration
            for status, duration, process, start in zip(
                of[STATUS], of[DURATION], of[PROCESS], of[STARTED_AT], strict=True
            )
        ]
        return [None if duration is None else duration / _NS_PER_MS for duration in known]

    def _node(self, number: int) -> tuple[str, str, str, str]:
        name, detail = self._name(number)
        kind, framework, node_id = msgspec.json.decode(detail, type=tuple[str, str, str])
        node = self._nodes[number] = (name, kind, framework, node_id)
        return node

    def _name(self, number: int) -> tuple[str, str]:
        found = self._named.get(number)
        if found is None:
            query = "SELECT text, detail FROM names WHERE id = ?"
            text, detail = self._connection.execute(query, (number,)).fetchone() or ("", "")
            found = self._named[number] = (str(text), str(detail))
        return found
