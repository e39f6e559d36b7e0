"""What became of the processes that left work open.

Whether a process lives is asked before its frames are read: what is open after that was left open. Asked later, a run
that has ended since would be taken for aborted.
"""

import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

from gradient.documents.runs import status_left_open
from gradient.journal import Liveness, ProcessJournal
from gradient.store.index.rows import ProcessRow
from gradient.store.reading.places import Places

_MOST_TOLD = 256
_COLUMNS = ("state", "newer", "project", "place", "wall", "at", "last_at")
_LOST = "SELECT lost FROM segments WHERE process = ? ORDER BY number DESC LIMIT 1"
_QUERY = f"SELECT id, folder, {', '.join(_COLUMNS)} FROM processes"  # noqa: S608 - names of columns


class Processes:
    """The processes of an index, and whether they lived when their frames were read.

    Args:
        connection: The index.
        root: Folder of all processes' journals.
    """

    def __init__(self, connection: sqlite3.Connection, root: Path) -> None:
        self._connection = connection
        self._root = root
        self._rows: dict[int, ProcessRow | None] = {}
        self._liveness: dict[int, Liveness] = {}
        self._told: dict[int, Any] = {}
        self._lost: dict[int, int] = {}

    def know(self, liveness: dict[int, Liveness]) -> None:
        """Go by what was found when the index was brought up to date."""
        self._rows.clear()
        self._told.clear()
        self._lost.clear()
        self._liveness = dict(liveness)

    def row(self, number: int) -> ProcessRow | None:
        """Return the row of a process, or None where there is none."""
        if number not in self._rows:
            found = self._connection.execute(f"{_QUERY} WHERE id = ?", (number,)).fetchone()
            self._rows[number] = None if found is None else process_of(found)
        return self._rows[number]

    def told(self, place: int, places: Places) -> Any:
        """Return an event that is of a process, not of a run: many runs ask for it, and it stands far from theirs."""
        if place not in self._told:
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            self._told[place] = places.event(place)
        return self._told[place]

    def liveness(self, number: int) -> Liveness:
        """Tell whether a process lives."""
        known = self._liveness.get(number)
        if known is None:
            row = self.row(number)
            dead = row is not None and row.state is not None
            known = "dead" if dead else "unknown" if row is None else ProcessJournal(self._root / row.folder).liveness()
            self._liveness[number] = known
        return known

    def lost(self, number: int) -> int:
        """Return how many events a process could not write after its last segment was begun."""
        if number not in self._lost:
            found = self._connection.execute(_LOST, (number,)).fetchone()
            self._lost[number] = 0 if found is None else int(found[0])
        return self._lost[number]

    def journal(self, number: int) -> ProcessJournal:
        """Return where a process wrote."""
        row = self.row(number)
        return ProcessJournal(self._root / ("unknown" if row is None else row.folder))

    def open_status(self, number: int) -> str:
        """Return what became of work that a process began and did not end."""
        return status_left_open(self.liveness(number), self.lost(number))

    def time_open(self, number: int, since: int) -> int | None:
        """Return how long such work was known to last, in nanoseconds; None while nobody can say."""
        row = self.row(number)
        return max(0, row.last_at - since) if row is not None and self.liveness(number) == "dead" else None

    def left_open(self) -> dict[str, list[int]]:
        """Return the processes that left requests open, by the status that these have."""
        found: dict[str, list[int]] = defaultdict(list)
        for (number,) in self._connection.execute("SELECT DISTINCT process FROM runs WHERE status IS NULL").fetchall():
            found[self.open_status(number)].append(number)
        return found


def process_of(values: tuple[object, ...]) -> ProcessRow:
    """Return a row of the table, from its columns in order."""
    number, folder, *rest = values
    process = ProcessRow(int(str(number)), str(folder))
    for name, value in zip(_COLUMNS, rest, strict=True):
        setattr(process, name, value)
    return process


def open_processes(connection: sqlite3.Connection) -> dict[str, ProcessRow]:
    """Return the processes that may have written more than the index knows, by the name of their folder."""
    return {row.folder: row for row in map(process_of, connection.execute(f"{_QUERY} WHERE state IS NULL"))}


def done_processes(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the numbers of the processes that are dead and wholly indexed, by the name of their folder."""
    return dict(connection.execute("SELECT folder, id FROM processes WHERE state IS NOT NULL").fetchall())
