"""The tables of the index, and how an older index becomes one of today.

    processes   who wrote            names       every text that repeats: nodes, models, tags, sessions, errors, ...
    segments    how far each was     runs        one row a request; `id` is its start in microseconds, so that
                read                             newest first is the order of the table
    executions  of open runs, one row each, without payloads; `began` and `ended` are the places of their frames
    trees       of runs that are over, the same rows, packed
    facets      which runs have which name, and how often: what filters ask
    rollup      counts, durations, tokens and cost by hour and by day
    texts       which entry of the index of words is whose; `newest` is the newest run of this entry and those before it

A place is a segment's id times 2^28, plus the frame's offset in the segment divided by 8. Times are nanoseconds, as in
the journal; a status is a place in `ENDS`, of a later version an id in `names`, negative; null is
open: what became of it is asked when it is read.
"""

import sqlite3

from gradient.journal.events import Key

APPLICATION_ID = 0x47524E54  # "GRNT"

_NO_VERSION = 1 << 16
OFFSET_BITS = 28
OFFSET_UNIT_BYTES = 8

TABLES = ("processes", "segments", "names", "runs", "executions", "trees", "facets", "updates", "graphs", "threads",
          "visits", "messages", "rollup", "texts", "meta")  # fmt: skip

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE processes (
    id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, state TEXT, newer INTEGER NOT NULL DEFAULT 0,
    project INTEGER, place INTEGER, wall INTEGER, at INTEGER, last_at INTEGER NOT NULL DEFAULT 0);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY, process INTEGER NOT NULL, number INTEGER NOT NULL, offset INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0, damaged INTEGER NOT NULL DEFAULT 0, compact INTEGER NOT NULL DEFAULT 0,
    UNIQUE (process, number));
CREATE TABLE names (
    id INTEGER PRIMARY KEY, sort TEXT NOT NULL, text TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '',
    UNIQUE (sort, text, detail));
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, request BLOB NOT NULL UNIQUE, process INTEGER NOT NULL, entrypoint INTEGER,
    project INTEGER, status INTEGER, wall INTEGER, started_at INTEGER, duration INTEGER, session INTEGER, user INTEGER,
    tags TEXT, sampled INTEGER NOT NULL DEFAULT 1, error INTEGER, began INTEGER, ended INTEGER,
    changed INTEGER NOT NULL,
    executions INTEGER, errors INTEGER, input INTEGER, output INTEGER, cache_read INTEGER, cache_write INTEGER,
    reasoning INTEGER, cost REAL);
CREATE INDEX runs_open ON runs (process) WHERE status IS NULL;
CREATE INDEX runs_project ON runs (project);
CREATE INDEX runs_changed ON runs (changed);
CREATE TABLE executions (
    run INTEGER NOT NULL, id INTEGER NOT NULL, process INTEGER NOT NULL, parent INTEGER NOT NULL, node INTEGER NOT NULL,
    model INTEGER, status INTEGER, started_at INTEGER NOT NULL, duration INTEGER, first_token INTEGER, attempt INTEGER,
    cached INTEGER, input INTEGER, output INTEGER, cache_read INTEGER, cache_write INTEGER, reasoning INTEGER,
    cost REAL, error INTEGER, began INTEGER, ended INTEGER, changed INTEGER NOT NULL,
    PRIMARY KEY (run, id)) WITHOUT ROWID;
CREATE TABLE trees (run INTEGER PRIMARY KEY, rows BLOB NOT NULL);
CREATE TABLE facets (
    name INTEGER NOT NULL, run INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (name, run)) WITHOUT ROWID;
CREATE TABLE updates (
    run INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (run, place)) WITHOUT ROWID;
CREATE TABLE graphs (
    process INTEGER NOT NULL, graph TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (process, graph)) WITHOUT ROWID;
CREATE TABLE threads (
    run INTEGER NOT NULL, id INTEGER NOT NULL, thread TEXT, started_at INTEGER, interrupted INTEGER, resumes INTEGER,
    PRIMARY KEY (run, id)) WITHOUT ROWID;
CREATE INDEX threads_thread ON threads (thread);
CREATE TABLE visits (
    segment INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (segment, run)) WITHOUT ROWID;
CREATE INDEX visits_run ON visits (run);
CREATE TABLE messages (
    segment INTEGER NOT NULL, number INTEGER NOT NULL, place INTEGER, list BLOB,
    PRIMARY KEY (segment, number)) WITHOUT ROWID;
CREATE TABLE texts (
    doc INTEGER PRIMARY KEY, run INTEGER NOT NULL UNIQUE, changed INTEGER NOT NULL, stale INTEGER NOT NULL,
    newest INTEGER NOT NULL);
CREATE INDEX texts_stale ON texts (run) WHERE stale;
CREATE TABLE rollup (
    span INTEGER NOT NULL, period INTEGER NOT NULL, project INTEGER NOT NULL, name INTEGER NOT NULL,
    count INTEGER NOT NULL, errors INTEGER NOT NULL, duration INTEGER NOT NULL, input INTEGER, output INTEGER,
    cost REAL, durations BLOB NOT NULL, PRIMARY KEY (span, period, project, name)) WITHOUT ROWID;
"""

_CALLS_WITHOUT_NUMBERS = """
ALTER TABLE runs ADD COLUMN untold INTEGER;
ALTER TABLE runs ADD COLUMN unpriced INTEGER;
"""
# What an earlier version took for others, or counted in another way, is found out when the journals are read again:
# numbers of messages, failures that were passed on, calls of models, failures of requests themselves.
_READ_AGAIN = ";\n".join(["DROP TABLE IF EXISTS words", *(f"DELETE FROM {table}" for table in TABLES)])  # noqa: S608
_GRAPHS_OF_THREADS = """
ALTER TABLE threads ADD COLUMN graph TEXT;
"""
_ORIGINS = """
ALTER TABLE runs ADD COLUMN origin INTEGER;
ALTER TABLE executions ADD COLUMN origin INTEGER;
"""

_LOST_FRAMES = """
ALTER TABLE segments ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
"""
_SPENDING = """
ALTER TABLE rollup ADD COLUMN inputs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN outputs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN costs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN untold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
"""

_TAGS_OF_EXECUTIONS = """
ALTER TABLE runs ADD COLUMN inner_tags TEXT;
"""

TWICE = -1
"""The place of a message whose number was given out twice, see `gradient.journal.messages`."""

MIGRATIONS: tuple[str, ...] = (
    _FIRST,
    _CALLS_WITHOUT_NUMBERS,
    _READ_AGAIN,
    _ORIGINS + _READ_AGAIN,
    _GRAPHS_OF_THREADS + _READ_AGAIN,
    _LOST_FRAMES,
    _READ_AGAIN,
    _SPENDING + _READ_AGAIN,
    _TAGS_OF_EXECUTIONS + _READ_AGAIN,
)
"""What leads from version n to n + 1, at place n."""


def version_of(connection: sqlite3.Connection) -> int | None:
    """Return the version of an index; 0 for an empty file, None for a database that is not ours."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == APPLICATION_ID:
        return int(version)
    return None if tables or application else 0


def is_newer(version: int) -> bool:
    """Tell whether a later version of Gradient made an index; a number that no version will have is damage."""
    return len(MIGRATIONS) < version < _NO_VERSION


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring an index of `version` to today's, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in MIGRATIONS[version:]:
            for statement in step.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def place_of(segment: int, offset: int) -> int:
    """Return the place of a frame."""
    return segment << OFFSET_BITS | offset >> 3


def message_number(key: Key) -> int | bytes:
    """Return what a message or a list is known by in the index: its number, or its digest as bytes."""
    return key if isinstance(key, int) else bytes.fromhex(key)


def segment_and_offset(place: int) -> tuple[int, int]:
    """Return the segment and the offset of a frame at a place."""
    return place >> OFFSET_BITS, (place & (1 << OFFSET_BITS) - 1) << 3
