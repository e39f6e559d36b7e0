"""Bring the index up to date: read what processes wrote since, fold it into rows, write it in transactions.

    processes ── not yet done ──> segments, from where they were read to ──> heads ──> Batch ──> write_batch
              ── gone ──────────> their runs go too

How far each segment was read is written with the rows, so a kill at any moment neither loses nor doubles an event. One
process at a time does this; should two ever meet, the second finds that the offset is not what it read, and gives up.
"""

import gc
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from gradient.journal import Liveness, ProcessJournal, SegmentReader, settle
from gradient.journal.compression import compact
from gradient.journal.events import FORMAT_VERSION, ProcessStarted, decode_event
from gradient.journal.files import segment_number
from gradient.journal.frames import SEGMENT_HEADER_BYTES
from gradient.journal.reader import process_ids
from gradient.journal.retention import PRUNED_NAME
from gradient.store.index import database
from gradient.store.index.batch import Batch
from gradient.store.index.executions import Executions
from gradient.store.index.names import Names
from gradient.store.index.processes import done_processes, open_processes
from gradient.store.index.removal import forget_segments
from gradient.store.index.rollup import Rollup
from gradient.store.index.rows import RUN_COLUMNS, ProcessRow, RunRow
from gradient.store.index.schema import place_of
from gradient.store.index.trees import close, columns_of
from gradient.store.index.writing import RunWriter, finish, take_back, write_batch, write_process

FRAMES_PER_BATCH = 40_000
_WORTH_COMPACTING_BYTES = 16 * 1024


class Overtaken(Exception):
    """Another indexer wrote to the index while we did."""


class Indexer:
    """Reads new frames into an index.

    Args:
        connection: The index, or what stands in for it in memory.
        root: Folder of all processes' journals.
        progress: Called now and then with how many bytes were read.

    Attributes:
        liveness: Whether processes lived, asked before they were read.
    """

    def __init__(
        self, connection: sqlite3.Connection, root: Path, progress: Callable[[int], None] | None = None
    ) -> None:
        self._connection = connection
        self._root = root
        self._progress = progress
        self._names = Names(connection)
        self._overlay = database.has_base(connection)
        self._version = self._data_version()
        self.liveness: dict[int, Liveness] = {}
        self._died: list[ProcessRow] = []
        self._wrote = False
        self._frames = 0

    def run(self) -> None:
        """Index everything that is new.

        Raises:
            sqlite3.Error: The index is broken or cannot be written.
            Overtaken: Somebody else is indexing.
        """
        self._begin()
        try:
            with _without_collecting():
                self._index_all()
                self._flush()  # here, because there is little to go through once rows are let go
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def _index_all(self) -> None:
        # Of tens of thousands of processes all but a few are done; those cost no more than a look at their names.
        done, open_ = done_processes(self._connection), open_processes(self._connection)
        pruned = self._was_pruned()
        ids = process_ids(self._root)
        for process_id in ids:
            if process_id not in done:
                self._index(ProcessJournal(self._root / process_id), open_.get(process_id))
            elif pruned:
                paths = ProcessJournal(self._root / process_id).segments()
                self._drop_missing(paths, self._segments_of(done[process_id]))
        numbers = {**done, **{folder: row.id for folder, row in open_.items()}}
        for folder in numbers.keys() - set(ids):
            self._forget_process(numbers[folder])

    def _forget_process(self, number: int) -> None:
        """Forget a process whose folder is gone, and what was in no other."""
        self._flush()
        forget_segments(self._connection, self._names, [own for own, *_ in self._segments_of(number).values()])
        self._connection.execute("DELETE FROM main.graphs WHERE process = ?", (number,))
        self._connection.execute("DELETE FROM main.processes WHERE id = ?", (number,))

    def _index(self, journal: ProcessJournal, process: ProcessRow | None) -> None:
        if process is not None and process.newer > FORMAT_VERSION:
            return
        liveness = journal.liveness()  # asked first: who dies after this may have written more
        paths = journal.segments()
        if process is None:
            process = self._batch.process = ProcessRow(self._next_id("processes"), journal.id)
            self._save_process()
        self._batch.process = process
        self.liveness[process.id] = liveness
        segments = self._segments_of(process.id)
        self._drop_missing(paths, segments)
        for path in paths:
            # Where nobody can tell whether a process lives, more may come.
            self._read_segment(path, segments, final=liveness == "dead" or path != paths[-1])
            if process.newer:
                break
        if liveness == "dead" and not process.newer and not self._overlay:
            settle(journal)
        if liveness == "dead" and not process.newer:
            process.state = "dead"
            self._died.append(process)
            self._wrote = True
        self._save_process()

    def _read_segment(self, path: Path, segments: dict[int, tuple[int, int, int]], *, final: bool) -> None:
        number = segment_number(path)
        own, offset, ended = segments.get(number, (0, SEGMENT_HEADER_BYTES, 0))
        if ended:
            return
        batch = self._batch
        if not own:
            own = self._next_id("segments")
            row = (own, batch.process.id, number, offset)
            self._connection.execute("INSERT INTO main.segments (id, process, number, offset) VALUES (?, ?, ?, ?)", row)
        batch.segment = own
        base = place_of(own, 0)
        reader = SegmentReader(path, offset)
        # A hole that a writer left is stepped over, or else we would stop at it each time.
        until = offset if final else reader.written()
        for block in reader.blocks(final=final, until=until if until > offset else None):
            if self._is_of_newer(block):
                return
            reader.damaged += self._executions.take(block, base)
            self._frames += len(block)
            if self._frames >= FRAMES_PER_BATCH:
                reader.damaged += self._executions.settle()
                self._save_segment(own, offset, reader)
                offset = reader.offset
                self._commit()
        reader.damaged += self._executions.settle()
        self._save_segment(own, offset, reader)
        if reader.newer:
            batch.process.newer = FORMAT_VERSION + reader.newer

    def _is_of_newer(self, block: list[tuple[int, bytes]]) -> bool:
        """Tell whether a later version of the format begins with these frames."""
        at, body = block[0]
        event = decode_event(body) if at == SEGMENT_HEADER_BYTES else None
        if type(event) is ProcessStarted and event.version > FORMAT_VERSION:
            self._batch.process.newer = event.version
        return self._batch.process.newer > 0

    def _save_segment(self, own: int, offset: int, reader: SegmentReader) -> None:
        if reader.offset == offset and not (reader.damaged or reader.ended or reader.lost):
            return
        self._wrote = True
        if self._progress is not None:
            self._progress(reader.offset - offset)
        where = "id, process, number, ?, ?, damaged + ?, compact, ? FROM segments WHERE id = ?"
        values = (reader.offset, int(reader.ended), reader.damaged, reader.lost, own)
        self._connection.execute(f"INSERT OR REPLACE INTO main.segments SELECT {where}", values)
        reader.damaged = 0

    def _save_process(self) -> None:
        write_process(self._connection, self._batch.process)

    def _segments_of(self, process: int) -> dict[int, tuple[int, int, int]]:
        query = "SELECT number, id, offset, ended FROM segments WHERE process = ?"
        return {number: (own, at, ended) for number, own, at, ended in self._connection.execute(query, (process,))}

    def _drop_missing(self, paths: list[Path], segments: dict[int, tuple[int, int, int]]) -> None:
        """Forget the segments that retention took, and what was in no other."""
        there = {segment_number(path) for path in paths}
        gone = [segments.pop(number)[0] for number in set(segments) - there]
        if gone:
            self._flush()
            forget_segments(self._connection, self._names, gone)

    def _was_pruned(self) -> bool:
        """Tell whether segments were deleted since this was asked last."""
        try:
            marked = (self._root / PRUNED_NAME).stat().st_mtime_ns
        except OSError:
            return False
        found = self._connection.execute("SELECT value FROM meta WHERE key = 'pruned'").fetchone()
        if found is not None and found[0] == marked:
            return False
        self._connection.execute("INSERT OR REPLACE INTO main.meta VALUES ('pruned', ?)", (marked,))
        return True

    def _next_id(self, table: str) -> int:
        (highest,) = self._connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()  # noqa: S608 - ours
        return int(highest) + 1

    def _begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        if self._data_version() != self._version:
            raise Overtaken
        self._begin_batch()

    def _commit(self) -> None:
        process, segment = self._batch.process, self._batch.segment
        self._save_process()
        self._flush()
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")
        if self._data_version() != self._version:
            raise Overtaken
        self._batch.process, self._batch.segment = process, segment

    def _flush(self) -> None:
        """Write what was read so far."""
        if self._wrote or self._batch.runs:
            write_batch(self._connection, self._batch, self._names)
            for process in self._died:
                self._settle_runs(process)
            changed = (self._batch.changed,)
            self._connection.execute("INSERT OR REPLACE INTO main.meta VALUES ('changed', ?)", changed)
        self._died.clear()
        self._wrote, self._frames = False, 0
        process = self._batch.process
        self._begin_batch()
        self._batch.process = process

    def _settle_runs(self, process: ProcessRow) -> None:
        """Sum up the runs that a dead process left open."""
        rollup, written = Rollup(self._connection), RunWriter(self._connection, self._names)
        query = f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE process = ? AND status IS NULL"  # noqa: S608 - columns
        for values in self._connection.execute(query, (process.id,)).fetchall():
            run = RunRow.stored(values)
            self._adopt(run)
            run.changed = self._batch.changed
            take_back(self._connection, run, rollup)
            columns = columns_of(close(self._connection, run.id))
            finish(run, columns, rollup, columns if run.executions is None else columns_of(()), ended=False)
            written.add(run, columns, is_over=True)
        written.write()
        rollup.write()

    def _begin_batch(self) -> None:
        found = self._connection.execute("SELECT value FROM meta WHERE key = 'changed'").fetchone()
        self._batch = Batch(self._connection, self._names, (found[0] if found else 0) + 1, self._adopt)
        self._executions = Executions(self._batch, self._names)

    def _adopt(self, run: RunRow) -> None:
        if self._overlay:
            database.adopt(self._connection, run.id)

    def _data_version(self) -> int:
        return int(self._connection.execute("PRAGMA main.data_version").fetchone()[0])


@contextmanager
def _without_collecting() -> Generator[None]:
    """Keep the garbage collector from going through our rows, in which there are no cycles: a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def compact_segments(connection: sqlite3.Connection, root: Path, deadline: Callable[[], bool]) -> None:
    """Compress segments that were read to their end, until all are or `deadline` says that it is enough."""
    query = """SELECT segments.id, folder, number FROM segments JOIN processes ON processes.id = process
        WHERE ended AND NOT compact"""
    for own, folder, number in connection.execute(query).fetchall():
        path = root / folder / f"{number:06}.seg"
        try:
            small = path.stat().st_size < _WORTH_COMPACTING_BYTES
        except OSError:
            small = True  # it is compressed already, or gone
        if small or compact(path):
            connection.execute("UPDATE segments SET compact = 1 WHERE id = ?", (own,))
        if deadline():
            return
