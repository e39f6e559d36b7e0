"""The executions of a run: rows of a table while it is open, one packed tree once it is over.

A table of a million executions takes 8 us for each to write, and 90 bytes; packed by run, column by column, it is a
tenth of that time and half the room. What is open changes, so it stays in a table.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec
import zstandard

from gradient.store.index.rows import EXECUTION_COLUMNS

_COLUMNS = ", ".join(EXECUTION_COLUMNS)
_MARKS = ", ".join("?" * len(EXECUTION_COLUMNS))
_KEPT = ("run", "id", "process", "began")
_LATEST = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in EXECUTION_COLUMNS if name not in _KEPT)

# An end that its own process wrote counts more than one of a forked child.
_UPSERT = f"""
INSERT INTO main.executions ({_COLUMNS}) VALUES ({_MARKS})
ON CONFLICT (run, id) DO UPDATE SET {_LATEST}, began = coalesce(excluded.began, began),
    process = CASE WHEN excluded.began IS NULL THEN process ELSE excluded.process END
WHERE status IS NULL OR process = excluded.process OR excluded.began IS NOT NULL"""  # noqa: S608 - names of columns
_PACKED = "SELECT executions, rows FROM runs LEFT JOIN trees ON trees.run = runs.id WHERE runs.id = ?"
_OPEN = f"SELECT {_COLUMNS} FROM executions WHERE run = ? ORDER BY began"  # noqa: S608 - names of columns

Columns: TypeAlias = list[Sequence[Any]]
"""Executions, column by column; the columns are those of `rows`."""

_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.Decoder(list[list[Any]]).decode
# Half the time of level 1, and a byte more; a byte that the disk changed does not read as another number.
_compress = zstandard.ZstdCompressor(level=-1, write_checksum=True).compress


def executions_of(connection: sqlite3.Connection, run: int) -> list[Any]:
    """Return the rows of a run's executions; their columns are those of `rows`.

    Raises:
        sqlite3.DatabaseError: They are fewer than the run had, so the index is damaged.
    """
    count, packed = connection.execute(_PACKED, (run,)).fetchone() or (None, None)
    rows = connection.execute(_OPEN, (run,)).fetchall() if packed is None else unpack(packed)
    if len(rows) < (count or 0):
        raise sqlite3.DatabaseError("executions of a run are missing in the index")
    return rows


def write_open(connection: sqlite3.Connection, rows: Iterable[Any]) -> None:
    """Write rows of runs that are open, or were; each adds to what is known of its execution."""
    connection.executemany(_UPSERT, rows)


def close(connection: sqlite3.Connection, run: int) -> list[Any]:
    """Take the rows of an open run away, and return them."""
    rows = executions_of(connection, run)
    connection.execute("DELETE FROM main.executions WHERE run = ?", (run,))
    return rows


def reopen(connection: sqlite3.Connection, run: int) -> None:
    """Make rows of a tree again, because more has come."""
    found = connection.execute("SELECT rows FROM trees WHERE run = ?", (run,)).fetchone()
    if found is not None:
        connection.execute("DELETE FROM main.trees WHERE run = ?", (run,))
        write_open(connection, unpack(found[0]))


def columns_of(rows: Sequence[Any]) -> Columns:
    """Return rows column by column."""
    return list(zip(*rows, strict=True)) if rows else [()] * len(EXECUTION_COLUMNS)


def pack(columns: Columns) -> bytes:
    """Return the columns of a run's executions as bytes."""
    return _compress(_encode(columns))


def unpack(packed: bytes) -> list[Any]:
    """Return the rows that were packed."""
    # One for each call: a decompressor must not be used by two threads at once.
    columns = _decode(zstandard.ZstdDecompressor().decompress(packed))
    return list(zip(*columns, strict=True))
