"""The index of one home: opened, kept up to date, mended, compressed, and given up where it cannot be written."""

import os
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from gradient.journal.retention import PRUNED_NAME
from gradient.store.errors import StoreClosed, Unreadable
from gradient.store.index import database
from gradient.store.index.indexer import Indexer, Overtaken, compact_segments
from gradient.store.index.mending import is_broken, mending_what_it_writes
from gradient.store.index.processes import Processes
from gradient.store.interface import Progress
from gradient.store.query import parse
from gradient.store.reading.listing import Listing
from gradient.store.reading.lookup import RunReader
from gradient.store.reading.skeletons import Skeletons
from gradient.store.text import words as text

_COMPACTING_S = 0.25
_MOST_TRIES = 3

S = TypeVar("S", bound="IndexedHome")


class IndexedHome:
    """What `SqliteStore` reads from.

    Where the index cannot be written (a home that can only be read, a full disk, another who is writing it just now),
    what is new is folded in memory on top of it.

    Args:
        home: The folder that `GRADIENT_HOME` names. It need not exist.
        project: The project whose runs places such as `@last` mean; None for those of all.
        progress: Told of long work.
        now_ns: The time of day, in nanoseconds since the epoch.

    Attributes:
        root: Folder of all processes' journals.
        note: Why the index cannot be brought up to date, or None.

    Raises:
        Unreadable: The folder of the journals is there and cannot be read.
        NewerIndex: A newer version of Gradient made the index.
    """

    def __init__(
        self,
        home: Path,
        *,
        project: str | None = None,
        progress: Progress | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.home = home
        self.project = project
        self.root = home / "journal"
        self.note: str | None = None
        self._closed = self._suspected = False
        self._progress = progress or _say_nothing
        self._now_ns = now_ns
        self._use(database.open_overlay(None), None)
        self.refresh()

    def close(self) -> None:
        """Compress some of what was read to its end, and let go of the index."""
        if not self._closed and not database.is_overlay(self._connection):
            self.compact(for_s=_COMPACTING_S)
        self._closed = True
        self._connection.close()

    def __del__(self) -> None:
        # Programs and notebooks forget stores; sqlite would complain for them.
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    @property
    def place(self) -> str:
        """Where the runs are kept."""
        return str(self.home)

    def __enter__(self: S) -> S:  # noqa: PYI019 - Python 3.10 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def refresh(self) -> None:
        self._check_open()
        _check_readable(self.root)
        path = database.index_path(self.home)
        if not self.root.exists() and not path.exists():
            return
        try:
            self._update(path)
            self.note = None
        except (sqlite3.Error, OSError, Overtaken) as error:
            self.note = _reason(error)
            self._lay_over(path)

    def compact(self, for_s: float | None = None) -> None:
        """Compress the segments that were read to their end.

        Args:
            for_s: Begin no further one after so many seconds; None: all of them.
        """
        self._check_open()
        end = None if for_s is None else time.monotonic() + for_s
        with suppress(sqlite3.Error, OSError), database.indexing(self.home) as alone:
            if alone:
                compact_segments(self._connection, self.root, lambda: end is not None and time.monotonic() > end)

    def mend(self, error: Exception) -> None:
        """Make the index anew, because an error says that it is broken; raise any other."""
        self._raise_what_is_no_damage(error)
        found, path = self._file, database.index_path(self.home)
        self._use(database.open_overlay(None), None)
        with suppress(OSError), database.indexing(self.home) as alone:
            if alone and database.file_at(path) == found:  # or else somebody mended it before us
                database.discard(path)
        self.refresh()

    def give_up(self, error: Exception) -> None:
        """Read the journals into memory, because the index cannot be made anew; raise what says nothing of an index."""
        if not is_broken(error):
            raise error
        self._use(database.open_overlay(None), database.file_at(database.index_path(self.home)))
        self._run_indexer()

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Let all that is read inside the block be of one moment: an indexer moves executions of a run that ends."""
        self._check_open()
        if self._connection.in_transaction:  # an answer inside another
            yield
            return
        for _ in range(_MOST_TRIES):
            self._connection.execute("BEGIN")
            if self._below() == self._was_below and database.file_at(database.index_path(self.home)) == self._file:
                break
            self._connection.execute("ROLLBACK")
            self.refresh()
        else:
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):  # a broken index
                self._connection.execute("ROLLBACK")

    def version(self) -> object:
        """Return what is another thing once anything was written, by us or by others."""
        self._check_open()
        (written,) = self._connection.execute("PRAGMA main.data_version").fetchone()
        return written, self._connection.total_changes, self._below(), self._file

    def _update(self, path: Path) -> None:
        """Bring the index up to date; one that is broken is made anew."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with database.indexing(self.home) as alone:
            if not alone:
                raise Overtaken
            try:
                self._index(path)
            except Overtaken:
                raise
            except Exception as error:  # noqa: BLE001 - raised again where it is no fault of the index
                self._raise_what_is_no_damage(error)
                self._use(database.open_overlay(None), None)
                database.discard(path)
                self._index(path)

    def _index(self, path: Path) -> None:
        if database.is_overlay(self._connection) or database.file_at(path) != self._file:
            connection = database.open_index(path)
            self._use(connection, database.file_at(path))
        database.check_version(self._connection, path)
        self._run_indexer()
        database.empty_log(self._connection, for_s=0)

    def _lay_over(self, path: Path) -> None:
        """Fold what is new in memory, on top of the index as it is; if that is broken, on top of nothing."""
        found = database.file_at(path)
        try:
            self._use(database.open_overlay(path), found)
            self._run_indexer()
        except sqlite3.DatabaseError:
            self._use(database.open_overlay(None), found)
            self._run_indexer()

    def _run_indexer(self) -> None:
        indexer = Indexer(self._connection, self.root, self._indexed)
        indexer.run()
        self._processes.know(indexer.liveness)

    def _below(self) -> object:
        """Return what changes when that changes on top of which we folded, or when somebody removed runs."""
        if not database.is_overlay(self._connection):
            return None
        return _touched_ns(self.root / PRUNED_NAME), database.version_below(self._connection, self.home)

    def _use(self, connection: sqlite3.Connection, file: tuple[int, int] | None) -> None:
        """Read from a connection from now on, which has a file of the index, or none."""
        former = getattr(self, "_connection", None)
        if former is not None:
            former.close()
        self._connection = connection
        self._file = file
        self._was_below = self._below()  # before anything is folded: what comes meanwhile is noticed then
        self._processes = Processes(connection, self.root)
        self._listing = Listing(connection, self._processes)
        self._skeletons = Skeletons(connection, self._processes.open_status, self._processes.time_open)
        self._reader = RunReader(connection, self.root, self._processes)

    def _indexed(self, size_bytes: int) -> None:
        self._progress("indexing", size_bytes, 0)

    def _one(self, query: str) -> Any:
        return self._connection.execute(query).fetchone()[0]

    def needs_text(self, query: str) -> bool:
        """Tell whether a query looks for text, and the index of words is not up to date."""
        self._check_open()
        looks = any(term.field.sort == "text" for term in parse(query).terms)
        return looks and not database.is_overlay(self._connection)

    @mending_what_it_writes
    def update_text(self, progress: Progress | None = None) -> None:
        """Bring the index of words up to date; without it, what is not in it is read at each search."""
        self._check_open()
        progress = progress or self._progress
        try:
            with database.indexing(self.home) as alone:
                if alone and not database.is_overlay(self._connection):
                    with self._reader.bodies() as bodies:
                        text.update(self._connection, bodies, partial(progress, "indexing words of"))
        except (sqlite3.Error, OSError) as error:
            if is_broken(error):
                raise

    def _check_open(self) -> None:
        if self._closed:
            raise StoreClosed(self.home)

    def _raise_what_is_no_damage(self, error: Exception) -> None:
        """Raise what says nothing of an index; and from its second time on what could be a fault of ours as well."""
        of_database = isinstance(error, sqlite3.DatabaseError)
        if not is_broken(error) or (self._suspected and not of_database):
            raise error
        self._suspected = self._suspected or not of_database


def _say_nothing(what: str, done: int, total: int) -> None:
    """Keep to ourselves how far long work is."""


def _touched_ns(path: Path) -> int | None:
    """Return when a file was written last; None where there is none."""
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return None


def _reason(error: Exception) -> str | None:
    """Return why an index cannot be written; that another is writing it just now is nothing to tell."""
    return (error.strerror if isinstance(error, OSError) else str(error)) or None


def _check_readable(root: Path) -> None:
    """Tell "nothing was recorded yet" from "we may not look": reading journals never raises."""
    try:
        os.scandir(root).close()
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unreadable(root, error.strerror or str(error)) from None
