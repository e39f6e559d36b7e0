"""Read one run, or one execution, from the frames that the index points at."""

import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from gradient.documents.document import execution_metadata
from gradient.documents.folding import fold
from gradient.documents.runs import Run, Writer
from gradient.journal import media
from gradient.journal.events import GraphSeen, ProcessStarted
from gradient.store.errors import MediumNotFound
from gradient.store.index.processes import Processes
from gradient.store.index.rows import BEGAN, ENDED, ID
from gradient.store.index.trees import executions_of
from gradient.store.reading.places import Places, opened

_MOST_SEGMENTS = 8
_MOST_NAMED = 5
_SEGMENTS_OF_RUN = """
SELECT process, segments.number FROM visits JOIN segments ON segments.id = segment WHERE run = ?"""
_OF_RUN = """
SELECT began FROM runs WHERE id = :run UNION ALL SELECT ended FROM runs WHERE id = :run
UNION ALL SELECT place FROM updates WHERE run = :run"""


class RunReader:
    """Reads runs of one index.

    Args:
        connection: The index.
        root: Folder of all processes' journals.
        processes: Its processes.
    """

    def __init__(self, connection: sqlite3.Connection, root: Path, processes: Processes) -> None:
        self._connection = connection
        self._root = root
        self._processes = processes

    @contextmanager
    def run(self, number: int, key: bytes) -> Generator[Run]:
        """Give a run with all that is left of it; what its payloads refer to can be read inside the block."""
        with opened(self._connection, self._root) as places:
            yield self._read(number, key, self._places(number), places)

    @contextmanager
    def execution(self, number: int, key: bytes, execution: int) -> Generator[Run]:
        """Give a run with one of its executions only, as `run` does."""
        with opened(self._connection, self._root) as places:
            yield self._read(number, key, self._places(number, execution), places)

    def medium(self, number: int, digest: str) -> bytes:
        """Return the bytes of a medium that a run refers to; see `gradient.journal.media`.

        Args:
            number: The run.
            digest: Its digest, or the beginning of it.

        Raises:
            MediumNotFound: It is not kept, not whole, or not the only one.
        """
        kept: dict[str, Callable[[], bytes | None]] = {}
        for process, segment in self._connection.execute(_SEGMENTS_OF_RUN, (number,)).fetchall():
            kept.update(media.kept(self._processes.journal(process).path / f"{segment:06}.seg"))
        wanted = [key for key in kept if key.startswith(digest.removeprefix(media.SCHEME).lower())]
        content = kept[wanted[0]]() if len(wanted) == 1 else None
        if content is None:
            raise MediumNotFound(digest, [media.SCHEME + key for key in sorted(kept)[:_MOST_NAMED]])
        return content

    @contextmanager
    def bodies(self) -> Generator[Callable[[int], Iterable[bytes]]]:
        """Give what yields the bodies of all frames of a run, for many runs: neighbours are in the same segments."""
        with opened(self._connection, self._root, _MOST_SEGMENTS) as places:
            yield lambda number: (body for place in self._places(number) if (body := places.body(place)) is not None)

    def _places(self, run: int, execution: int | None = None) -> list[int]:
        """Return the places of a run's frames, in order; of its executions all, or one."""
        places = {place for (place,) in self._connection.execute(_OF_RUN, {"run": run})}
        for row in executions_of(self._connection, run):
            if execution is None or row[ID] == execution:
                places.add(row[BEGAN])
                places.add(row[ENDED])
        return sorted(place for place in places if place is not None)

    def _read(self, number: int, key: bytes, where: list[int], places: Places) -> Run:
        (owner,) = self._connection.execute("SELECT process FROM runs WHERE id = ?", (number,)).fetchone()
        writers = {owner: self._writer(places, owner)}
        run = Run(key, writers[owner])
        for event, process, messages in places.told(where):
            if process not in writers:
                writers[process] = self._writer(places, process)
            fold(run, event, writers[process], messages)
        self._add_graphs(run, writers, places)
        return run

    def _writer(self, places: Places, process: int) -> Writer:
        writer = Writer(self._processes.journal(process), self._processes.liveness(process))
        row = self._processes.row(process)
        if row is not None:
            started = None if row.place is None else self._processes.told(row.place, places)
            writer.started = started if isinstance(started, ProcessStarted) else None
            writer.last_at = row.last_at
            writer.lost = self._processes.lost(process)
        return writer

    def _add_graphs(self, run: Run, writers: dict[int, Writer], places: Places) -> None:
        graphs = [one for one in run.executions.values() if one.head.kind == "graph"]
        wanted = {str(execution_metadata(one, run).get("graph_id")) for one in graphs}
        query = "SELECT place FROM graphs WHERE process = ? AND graph = ?"
        for process, writer in writers.items():
            for graph in wanted:
                found = self._connection.execute(query, (process, graph)).fetchone()
                event = None if found is None else self._processes.told(found[0], places)
                if isinstance(event, GraphSeen):
                    writer.graphs[graph] = event
