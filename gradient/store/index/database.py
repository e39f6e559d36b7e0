"""Open the index: the file where it can be written, else what it holds and, in memory, what is new.

    HOME/index/v1.sqlite   0600, in a folder 0700; derived from the journals, made anew where it is missing or broken
    HOME/index/lock        held by whoever brings it up to date

Where the file cannot be written, `main` is a database in memory, `base` is the file, and temporary views give both
under the names of the tables. So the same statements read and write in either case, provided that writes name `main`.

Nobody but SQLite opens the file. Its locks are POSIX's: they are a process's, and closing any descriptor of the file
drops all of them, so that another process may take the log away from under a connection that is in use.
"""

import os
import sqlite3
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from gradient.journal import ours
from gradient.journal.process import try_lock
from gradient.store.errors import NewerIndex
from gradient.store.index.schema import MIGRATIONS, TABLES, is_newer, migrate, version_of

FOLDER, NAME, LOCK = "index", "v1.sqlite", "lock"
_CACHE_KIB = 64 * 1024
_LARGEST_LOG_BYTES = 1 << 20
_LOCK_TRIES, _LOCK_PAUSE_S = 25, 0.02
_BUSY_S = 5.0

# Rows of runs that are in memory are left out of the file's; other tables are simply added to.
_SHADOWED = {"runs": "id", "executions": "run", "trees": "run", "facets": "run", "updates": "run", "threads": "run"}
_REPLACED = {"processes": "id", "segments": "id"}


def index_path(home: Path) -> Path:
    """Return where the index of a home is."""
    return home / FOLDER / NAME


def open_index(path: Path) -> sqlite3.Connection:
    """Open the index for writing; make it, or bring it to today's schema, where necessary.

    Raises:
        NewerIndex: A newer version of Gradient made it.
        sqlite3.DatabaseError: It is broken, foreign, or cannot be written.
        OSError: Its folder cannot be made.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    os.close(ours.open_lock(path.with_name(LOCK)))
    _refuse_what_is_no_file(path)
    # The mode is that of our lock: SQLite would let others read the file.
    connection = _connect(f"file:{quote(str(path))}?modeof={quote(str(path.with_name(LOCK)))}")
    try:
        version = _usable_version(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")  # what is removed is removed for good
        connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_LOG_BYTES}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if version < len(MIGRATIONS):
            migrate(connection, version)
    except BaseException:
        connection.close()
        raise
    return connection


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Look whether an index that has been open for a while is still of our version.

    Raises:
        NewerIndex: A newer version of Gradient changed it meanwhile; what we would write means something else there.
    """
    version = _usable_version(connection, path)
    if version != len(MIGRATIONS):
        raise sqlite3.DatabaseError("the index became that of an older version")


def open_overlay(path: Path | None) -> sqlite3.Connection:
    """Open a database in memory on top of the index at `path`, which is only read; None, or one of no use: on nothing.

    Raises:
        NewerIndex: A newer version of Gradient made it.
    """
    connection = _connect("file::memory:")
    migrate(connection, 0)
    if path is not None and _attach(connection, path):
        for table in TABLES:
            connection.execute(_view(table))
    return connection


def discard(path: Path) -> None:
    """Delete an index; the journals have all that it said. The caller holds the lock of `indexing`.

    The file goes first: a connection that still has it then leaves a log of the same name alone.
    """
    for beside in _files_of(path):
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def file_at(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at `path` from any other that stood or will stand there; None where there is none."""
    try:
        state = path.lstat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


@contextmanager
def indexing(home: Path) -> Generator[bool]:
    """Be the only one to bring the index of a home up to date, inside the block; gives whether we are.

    Another is waited for, half a second at most: most have little to do.

    Raises:
        OSError: The lock cannot be made.
    """
    descriptor = ours.open_lock(home / FOLDER / LOCK)
    try:
        got = False
        for _ in range(_LOCK_TRIES):
            # Where there are no locks, transactions keep us apart: see `indexer`.
            got = try_lock(descriptor, shared=False) is not False
            if got:
                break
            time.sleep(_LOCK_PAUSE_S)
        yield got
    finally:
        os.close(descriptor)


def is_overlay(connection: sqlite3.Connection) -> bool:
    """Tell whether a connection writes to memory."""
    return any(name == "main" and not file for _, name, file in connection.execute("PRAGMA database_list"))


def has_base(connection: sqlite3.Connection) -> bool:
    """Tell whether there is an index below what is in memory."""
    return any(name == "base" for _, name, _ in connection.execute("PRAGMA database_list"))


def version_below(connection: sqlite3.Connection, home: Path) -> object:
    """Return what changes when the index below what is in memory does."""
    with suppress(OSError):
        state = index_path(home).lstat()  # alone tells where the index is said not to change
        written = connection.execute("PRAGMA base.data_version").fetchone() if has_base(connection) else None
        return written, state.st_size, state.st_mtime_ns
    return None


def empty_log(connection: sqlite3.Connection, for_s: float = _BUSY_S) -> None:
    """Empty the log of an index from which runs were removed: it still has what the index has no more.

    Where somebody reads longer than we wait, that is left to whoever brings the index up to date next.
    """
    if connection.execute("SELECT 1 FROM meta WHERE key = 'removed'").fetchone() is None:
        return
    connection.execute(f"PRAGMA busy_timeout = {for_s * 1000:.0f}")
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000:.0f}")
    if not busy:
        connection.execute("DELETE FROM meta WHERE key = 'removed'")


def adopt(connection: sqlite3.Connection, run: int) -> None:
    """Bring the rows of a run from the index into memory, to be written there."""
    for table, key in _SHADOWED.items():
        connection.execute(
            f"INSERT OR IGNORE INTO main.{table} SELECT * FROM base.{table} WHERE {key} = ?",  # noqa: S608 - our names
            (run,),
        )


def _connect(uri: str) -> sqlite3.Connection:
    # Transactions are begun and ended by us. A store is used by one thread at a time, not always by the same.
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=False)
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _files_of(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]


def _refuse_what_is_no_file(path: Path) -> None:
    """Raise for a link, whose file is not ours, and for what never ends to be opened."""
    for one in _files_of(path):
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(one.lstat().st_mode):
                raise sqlite3.DatabaseError(f"{one.name} is not a file")


def _attach(connection: sqlite3.Connection, path: Path) -> bool:
    # A database in WAL mode cannot be read where its folder cannot be written, unless it is said not to change.
    modes = ["mode=ro"] if path.with_name(path.name + "-wal").exists() else ["mode=ro", "mode=ro&immutable=1"]
    for mode in modes:
        try:
            _refuse_what_is_no_file(path)
            connection.execute("ATTACH ? AS base", (f"file:{quote(str(path))}?{mode}",))
            version = connection.execute("PRAGMA base.user_version").fetchone()[0]
            (application,) = connection.execute("PRAGMA base.application_id").fetchone()
            connection.execute("SELECT count(*) FROM base.meta").fetchone()
        except (sqlite3.Error, OSError):
            with suppress(sqlite3.Error):
                connection.execute("DETACH base")
            continue
        if application and is_newer(version):
            raise NewerIndex(path, version, len(MIGRATIONS))
        if version == len(MIGRATIONS):
            return True
        connection.execute("DETACH base")
    return False


def _view(table: str) -> str:
    shadowed = ""
    if table in _SHADOWED:
        shadowed = f" WHERE {_SHADOWED[table]} NOT IN (SELECT id FROM main.runs)"  # noqa: S608 - our names
    elif table in _REPLACED:
        shadowed = f" WHERE id NOT IN (SELECT id FROM main.{table})"  # noqa: S608 - our names
    elif table == "meta":
        shadowed = " WHERE key NOT IN (SELECT key FROM main.meta)"
    both = f"SELECT * FROM main.{table} UNION ALL SELECT * FROM base.{table}"  # noqa: S608 - our names
    return f"CREATE TEMP VIEW {table} AS {both}{shadowed}"


def _usable_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of an index that is today's or can become so; raise for any other."""
    version = version_of(connection)
    if version is not None and is_newer(version):
        raise NewerIndex(path, version, len(MIGRATIONS))
    if version is None or version > len(MIGRATIONS):
        raise sqlite3.DatabaseError("file is not an index of Gradient, or is damaged")
    return version
