"""The least that indexing costs in Python: each part that no indexer can leave out, done by itself and nothing else.

Frames are found and their checksums compared; of each execution one event is decoded, without its payload; the very
rows of a finished index are inserted into an empty one; the segments are compressed. What turns the one into the other
(matching starts and ends, names to numbers, sums, columns) is left out, and so is keeping any of it.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import zstandard

from gradient.documents.heads import ENDED_TAG, decode_ended
from gradient.journal import SegmentReader, processes
from gradient.journal.compression import BLOCK_BYTES, PARAMETERS
from gradient.store.index import database
from gradient.store.index.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MARKS = "?, " * 64


def least_indexer(home: Path) -> dict[str, float]:
    """Return the CPU seconds of each part, for a home that is indexed and not compressed yet."""
    paths = [path for journal in processes(home / "journal") for path in journal.segments()]
    parts = dict.fromkeys(("frames", "heads", "rows", "compression"), 0.0)
    compress = zstandard.ZstdCompressor(compression_params=PARAMETERS).compress
    for path in paths:
        began = time.process_time()
        blocks = list(SegmentReader(path).blocks(final=True))
        found = time.process_time()
        for block in blocks:
            for _, body in block:
                if body[1] == ENDED_TAG:
                    decode_ended(body)
        decoded = time.process_time()
        content = path.read_bytes()
        for at in range(0, len(content), BLOCK_BYTES):
            compress(content[at : at + BLOCK_BYTES])
        parts["frames"] += found - began
        parts["heads"] += decoded - found
        parts["compression"] += time.process_time() - decoded
    parts["rows"] = _insert_rows(database.index_path(home), home / "least" / "index.sqlite")
    return parts


def _insert_rows(index: Path, copy: Path) -> float:
    """Return the CPU seconds of inserting the rows of an index into another, in one transaction."""
    with closing(sqlite3.connect(index)) as source, closing(database.open_index(copy)) as target:
        taken = 0.0
        target.execute("BEGIN")
        for table, rows in _rows(source):
            insert = f"INSERT INTO {table} VALUES ({_MARKS[: 3 * len(rows[0]) - 2]})"
            began = time.process_time()
            target.executemany(insert, rows)
            taken += time.process_time() - began
        began = time.process_time()
        target.execute("COMMIT")
        return taken + time.process_time() - began


def _rows(source: sqlite3.Connection) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    for table in TABLES:
        rows = source.execute(f"SELECT * FROM {table}").fetchall()
        if rows:
            yield table, rows
