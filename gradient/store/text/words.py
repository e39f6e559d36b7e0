"""Text search: which runs have these words in what they were given, gave, or failed with.

An index of words (FTS5, without the text) with one entry a run, made when somebody first searches and brought up to
date with each further search. Entries are numbered one by one, which takes a third of the room that the runs' own
numbers would. It covers runs that are over; the few others are read. Where words must stand in an order, the runs found
are read to see whether they do, in one payload. A message that several runs of a segment refer to belongs to the run
that wrote it.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from gradient.journal.events import decode_event
from gradient.store.query import Term
from gradient.store.query.parsing import Value
from gradient.store.text.scripts import UNSPACED, begins_unspaced, ends_unspaced, spaced

_CREATE = """CREATE VIRTUAL TABLE main.words USING
fts5(said, content = '', detail = none, columnsize = 0, tokenize = 'unicode61')"""
_DUE = """SELECT runs.id, runs.changed, texts.changed FROM runs LEFT JOIN texts ON texts.run = runs.id
WHERE runs.changed > ? AND executions IS NOT NULL AND coalesce(texts.changed, -1) < runs.changed ORDER BY runs.id"""
_UNCOVERED = """SELECT id FROM runs WHERE changed > ?
UNION SELECT id FROM runs WHERE status IS NULL AND executions IS NULL UNION SELECT run FROM texts WHERE stale"""
_WORD = re.compile(r"[^\W_]+")
_LETTER = rf"[^\W_{UNSPACED}]"
_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)")
_PAYLOADS = ("inputs", "outputs", "late_inputs")
_RUNS_PER_TRANSACTION = 2_000
_COVERED = "texts_by_character"
"""The key of what is covered; an index of words without it is of an older form, in which no script was taken apart."""
_TENTH = 10

Bodies = Callable[[int], Iterable[bytes]]
"""Gives the bodies of the frames of a run."""


def update(connection: sqlite3.Connection, bodies: Bodies, progress: Callable[[int, int], None]) -> None:
    """Bring the index of words up to date.

    Args:
        connection: The index, writable; the caller is the only one who writes it.
        bodies: Gives the frames of a run.
        progress: Called with how many runs are done, and of how many.
    """
    if _mostly_gone(connection) or _covered(connection) < 0:
        forget(connection)
    if not exists(connection):
        connection.execute(_CREATE)
    (changed,) = connection.execute("SELECT coalesce(max(changed), 0) FROM runs").fetchone()
    due = connection.execute(_DUE, (_covered(connection),)).fetchall()
    doc, newest = connection.execute("SELECT coalesce(max(doc), 0), coalesce(max(newest), 0) FROM texts").fetchone()
    for start in range(0, len(due), _RUNS_PER_TRANSACTION):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for run, at, former in due[start : start + _RUNS_PER_TRANSACTION]:
                if former is not None:  # what an entry says cannot be changed
                    connection.execute("UPDATE main.texts SET changed = ?, stale = 1 WHERE run = ?", (at, run))
                    continue
                doc, newest = doc + 1, max(newest, run)
                connection.execute("INSERT INTO main.words (rowid, said) VALUES (?, ?)", (doc, text_of(bodies(run))))
                connection.execute("INSERT INTO main.texts VALUES (?, ?, ?, 0, ?)", (doc, run, at, newest))
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        progress(start, len(due))
    if due or _covered(connection) < 0:
        connection.execute("INSERT OR REPLACE INTO main.meta VALUES (?, ?)", (_COVERED, changed))


def entry_of(connection: sqlite3.Connection, run: int) -> tuple[int, int]:
    """Return the entry of a run, and the newest run of all entries before it."""
    (doc,) = connection.execute("SELECT doc FROM texts WHERE run = ?", (run,)).fetchone()
    query = "SELECT newest FROM texts WHERE doc < ? ORDER BY doc DESC LIMIT 1"
    found = connection.execute(query, (doc,)).fetchone()
    return doc, 0 if found is None else found[0]


def exists(connection: sqlite3.Connection) -> bool:
    """Tell whether there is an index of words."""
    for schema in ("main", "base"):
        try:
            if connection.execute(f"SELECT 1 FROM {schema}.sqlite_master WHERE name = 'words'").fetchone():  # noqa: S608
                return True
        except sqlite3.OperationalError:  # there is no base
            continue
    return False


def forget(connection: sqlite3.Connection) -> None:
    """Delete the index of words; the next search makes it anew."""
    connection.execute("DROP TABLE IF EXISTS main.words")
    connection.execute("DELETE FROM main.texts")
    connection.execute("DELETE FROM main.meta WHERE key IN (?, 'texts', 'texts_gone')", (_COVERED,))


def uncovered(connection: sqlite3.Connection) -> list[int]:
    """Return the runs that must be read to know what is in them."""
    return [run for (run,) in connection.execute(_UNCOVERED, (_covered(connection),))]


def match_expression(terms: Iterable[Term]) -> str | None:
    """Return what FTS5 is asked for: the words of all terms that must hold; None where there are none."""
    parts: list[str] = []
    for term in terms:
        if not term.negated:
            either = [part for part in map(_words_expression, term.values) if part]
            if either:
                parts.append("(" + " OR ".join(f"({part})" for part in either) + ")")
    return " AND ".join(parts) or None


def must_read(terms: Iterable[Term]) -> bool:
    """Tell whether the words alone do not decide: some must stand in an order, or must not be there."""
    return any(term.negated or len(_WORD.findall(spaced(value.text))) != 1 for term in terms for value in term.values)


def holds(terms: Iterable[Term], bodies: Iterable[bytes]) -> bool:
    """Tell whether a run with these frames satisfies all terms; words in an order must be so in one payload."""
    terms = list(terms)
    missing = [(value, _pattern(value)) for term in terms for value in term.values if _WORD.search(_folded(value.text))]
    parts = _parts_of(bodies)
    while missing and (part := next(parts, None)) is not None:
        said = _folded(part)
        missing = [(value, pattern) for value, pattern in missing if not pattern.search(said)]
    absent = {value for value, _ in missing}
    return all(any(value not in absent for value in term.values) != term.negated for term in terms)


def text_of(bodies: Iterable[bytes]) -> str:
    """Return what can be found in a run."""
    return spaced("\n".join(_parts_of(bodies)))


def _parts_of(bodies: Iterable[bytes]) -> Iterator[str]:
    return (part.decode("utf-8", "replace") for body in bodies for part in _parts(decode_event(body)))


def _parts(event: Any) -> Iterator[bytes]:
    for name in _PAYLOADS:
        payload = getattr(event, name, None)
        if payload:
            yield _ESCAPE.sub(b" ", payload) if b"\\" in payload else payload
    messages = getattr(event, "messages", None)
    if messages is not None:
        for _, message in messages.written:
            yield _ESCAPE.sub(b" ", bytes(message))
    error = getattr(event, "error", None)
    if error is not None:
        yield from (text.encode("utf-8", "replace") for text in error.texts())


def _words_expression(value: Value) -> str:
    words = _WORD.findall(spaced(value.text))
    quoted = [f'"{word}"' for word in words]
    if value.is_pattern and value.text.endswith("*") and quoted:
        quoted[-1] += "*"
    return " AND ".join(quoted)


@lru_cache
def _pattern(value: Value) -> re.Pattern[str]:
    """Return what finds the words of a value, one after the other, in a folded text."""
    first, *others = _WORD.findall(_folded(value.text))
    # Whether the first begins a word is asked behind it: a pattern that begins with letters is looked for much faster.
    pattern, last = first if begins_unspaced(first) else rf"{first}(?<!{_LETTER}{first})", first
    for word in others:
        pattern += (r"[\W_]*" if ends_unspaced(last) or begins_unspaced(word) else r"[\W_]+") + word
        last = word
    is_open = ends_unspaced(last) or (value.is_pattern and value.text.endswith("*"))
    return re.compile(pattern if is_open else rf"{pattern}(?!{_LETTER})")


def _folded(text: str) -> str:
    """Return a text as unicode61 compares it: without case and accents."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))


def _mostly_gone(connection: sqlite3.Connection) -> bool:
    """Tell whether a tenth of the entries are of runs that retention took: entries cannot be taken out one by one."""
    gone = connection.execute("SELECT value FROM meta WHERE key = 'texts_gone'").fetchone()
    (left,) = connection.execute("SELECT count(*) FROM texts").fetchone()
    return gone is not None and bool(gone[0] * _TENTH > left)


def _covered(connection: sqlite3.Connection) -> int:
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (_COVERED,)).fetchone()
    return -1 if found is None else int(found[0])
