"""The index of one home: opened, kept up to date, mended, compressed, and given up where it cannot be written."""

import os
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from gradient.store import database, text
from gradient.store.errors import Unreadable
from gradient.store.indexer import Indexer, Overtaken, compact_segments
from gradient.store.listing import Listing
from gradient.store.mending import is_broken
from gradient.store.processes import Processes
from gradient.store.query import parse
from gradient.store.reading import RunReader
from gradient.store.skeletons import Skeletons

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is: runs; without a total, bytes more."""

_COMPACTING_S = 0.25


S = TypeVar("S", bound="IndexedHome")


class IndexedHome:
    """What `SqliteStore` reads from.

    Where the index cannot be written (a home that can only be read, a full disk, another who is writing it just now),
    what is new is folded in memory on top of it.

    Args:
        home: The folder that `GRADIENT_HOME` names. It need not exist.
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
        self, home: Path, *, progress: Progress | None = None, now_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self.home = home
        self.root = home / "journal"
        self.note: str | None = None
        self._closed = False
        self._progress = progress or _say_nothing
        self._now_ns = now_ns
        self._use(database.open_overlay(None))
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

    def __enter__(self: S) -> S:  # noqa: PYI019 - Python 3.10 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def refresh(self) -> None:
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
        end = None if for_s is None else time.monotonic() + for_s
        with suppress(sqlite3.Error, OSError), database.indexing(self.home) as alone:
            if alone:
                compact_segments(self._connection, self.root, lambda: end is not None and time.monotonic() > end)

    def mend(self) -> None:
        """Make the index anew, because it turned out to be broken."""
        self._discard(database.index_path(self.home))
        self.refresh()

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Let all that is read inside the block be of one moment: an indexer moves executions of a run that ends."""
        connection = self._connection
        if connection.in_transaction:  # an answer inside another, or an index that we may not write
            yield
            return
        connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):  # a broken index
                connection.execute("ROLLBACK")

    def _update(self, path: Path) -> None:
        """Bring the index up to date; one that is broken is made anew."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with database.indexing(self.home) as alone:
            if not alone:
                raise Overtaken
            try:
                self._index(path)
            except sqlite3.DatabaseError as error:
                if not is_broken(error):
                    raise
                self._discard(path)
                self._index(path)

    def _index(self, path: Path) -> None:
        if database.is_overlay(self._connection):
            self._use(database.open_index(path))
        self._run_indexer()

    def _lay_over(self, path: Path) -> None:
        """Fold what is new in memory, on top of the index as it is; if that is broken, on top of nothing."""
        try:
            self._use(database.open_overlay(path))
            self._run_indexer()
        except sqlite3.DatabaseError:
            self._use(database.open_overlay(None))
            self._run_indexer()
        # What is below must stay as it was when we looked.
        self._connection.execute("BEGIN")
        self._one("SELECT count(*) FROM meta")

    def _run_indexer(self) -> None:
        indexer = Indexer(self._connection, self.root, self._indexed)
        indexer.run()
        self._processes.know(indexer.liveness)

    def _discard(self, path: Path) -> None:
        self._use(database.open_overlay(None))
        database.discard(path)

    def _use(self, connection: sqlite3.Connection) -> None:
        former = getattr(self, "_connection", None)
        if former is not None:
            former.close()
        self._connection = connection
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
        looks = any(term.field.sort == "text" for term in parse(query).terms)
        return looks and not database.is_overlay(self._connection)

    def update_text(self, progress: Progress | None = None) -> None:
        """Bring the index of words up to date; without it, what is not in it is read at each search."""
        progress = progress or self._progress
        with suppress(sqlite3.OperationalError, OSError), database.indexing(self.home) as alone:
            if alone and not database.is_overlay(self._connection):
                with self._reader.bodies() as bodies:
                    text.update(self._connection, bodies, partial(progress, "indexing words of"))


def _say_nothing(what: str, done: int, total: int) -> None:
    """Keep to ourselves how far long work is."""


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
