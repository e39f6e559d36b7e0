"""Remove runs for good, from the journals first and then from the index."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gradient.documents.listed import Listed
from gradient.journal.erasing import erase
from gradient.journal.events import Key
from gradient.store.errors import NotRemovable, StillRunning
from gradient.store.index import database
from gradient.store.index.names import Names
from gradient.store.index.processes import Processes
from gradient.store.index.removal import forget_runs
from gradient.store.index.schema import message_number
from gradient.store.interface import Erasure
from gradient.store.text import words as text

_NUMBER = "SELECT id FROM runs WHERE request = ?"
_VISITED = """
SELECT segments.id, segments.number, segments.ended, process FROM visits JOIN segments ON segments.id = segment
WHERE run = (SELECT id FROM runs WHERE request = ?)"""


def remove_runs(connection: sqlite3.Connection, processes: Processes, runs: Sequence[Listed]) -> Erasure:
    """Remove runs; the caller is the only one who writes the index.

    Raises:
        StillRunning: A living process is writing to a file that one of them is in; nothing was removed.
        NotRemovable: A segment cannot be written; the index still has all runs.
    """
    wanted: dict[tuple[int, int, int], set[bytes]] = defaultdict(set)
    numbers: list[int] = []
    for run in runs:
        numbers += [number for (number,) in connection.execute(_NUMBER, (run.key,))]  # an index made anew gives others
        for segment, number, ended, process in connection.execute(_VISITED, (run.key,)).fetchall():
            if not ended and processes.liveness(process) == "alive":
                raise StillRunning(run.id, processes.journal(process).id)
            wanted[segment, number, process].add(run.key)
    frames = size = files = 0
    for (segment, number, process), keys in wanted.items():
        try:
            erased = erase(processes.journal(process).path / f"{number:06}.seg", _of(keys))
        except FileNotFoundError:  # retention took it
            continue
        except OSError as error:
            raise NotRemovable(f"{processes.journal(process).path}: {error.strerror or error}") from None
        frames, size, files = frames + erased.frames, size + erased.bytes, files + bool(erased.frames)
        _forget_messages(connection, segment, erased.messages)
    _forget(connection, numbers)
    return Erasure(len(numbers), frames, size, files)


def _of(keys: set[bytes]) -> Callable[[Any], bool]:
    def is_meant(event: Any) -> bool:
        return getattr(event, "request", None) in keys

    return is_meant


def _forget_messages(connection: sqlite3.Connection, segment: int, keys: Iterable[Key]) -> None:
    values = [(segment, message_number(key)) for key in keys]
    connection.executemany("DELETE FROM main.messages WHERE segment = ? AND number = ?", values)


def _forget(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        forget_runs(connection, Names(connection), numbers)
        text.forget(connection)  # an index of words without the words cannot take one entry out
        connection.execute("INSERT OR REPLACE INTO main.meta VALUES ('removed', 1)")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    database.empty_log(connection)
