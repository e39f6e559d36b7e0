"""Lists of runs that are looked for by text."""

import sqlite3
from collections.abc import Iterator

from gradient.documents.listed import Listed
from gradient.store.query.sql import Conditions
from gradient.store.reading.listing import BY_TEXT, RUNS, Listing
from gradient.store.reading.lookup import RunReader
from gradient.store.text import words as text

_PAGE = 32


class TextSearch:
    """Selects runs of one index by what is in them.

    Args:
        connection: The index.
        listing: Selects by everything else.
        reader: Reads runs.
    """

    def __init__(self, connection: sqlite3.Connection, listing: Listing, reader: RunReader) -> None:
        self._connection = connection
        self._listing = listing
        self._reader = reader

    def select(self, wanted: Conditions, limit: int, before: int | None) -> list[Listed]:
        """Return the newest runs that satisfy conditions, texts and all; a negative limit stands for all of them."""
        uncovered = text.uncovered(self._connection)
        read = self._read(wanted, uncovered, before)
        found = [*read]
        skip = {run.number for run in read}
        for run in self._indexed(wanted, limit, before):
            if run.number not in skip:
                found.append(run)
                if 0 <= limit <= len(found) - len(read):
                    break
        found.sort(key=lambda run: -run.number)
        return found[:limit] if limit >= 0 else found

    def _read(self, wanted: Conditions, numbers: list[int], before: int | None) -> list[Listed]:
        """Return those of some runs that satisfy conditions, by reading them."""
        found: list[Listed] = []
        with self._reader.bodies() as bodies:
            for number in numbers:
                if before is None or number < before:
                    one = Conditions([*wanted.parts, "runs.id = ?"], [*wanted.values, number])
                    runs = self._listing.select(one, 1)
                    if runs and text.holds(wanted.texts, bodies(number)):
                        found += runs
        return found

    def _indexed(self, wanted: Conditions, limit: int, before: int | None) -> Iterator[Listed]:
        """Yield the runs that the index of words finds, newest first."""
        expression = text.match_expression(wanted.texts)
        if before is not None:
            wanted = Conditions([*wanted.parts, "runs.id < ?"], [*wanted.values, before], wanted.texts)
        if expression is None:
            yield from self._among(RUNS, wanted, "runs.id", limit)
        elif text.exists(self._connection):
            parts, values = ["words MATCH ?", *wanted.parts], [expression, *wanted.values]
            yield from self._among(BY_TEXT, Conditions(parts, values, wanted.texts), "words.rowid", limit)

    def _among(self, source: str, wanted: Conditions, order: str, limit: int) -> Iterator[Listed]:
        must_read = text.must_read(wanted.texts)
        page = limit if limit >= 0 and not must_read else _PAGE
        waiting: list[Listed] = []
        place: int | None = None
        while True:
            runs = list(self._listing.rows(source, wanted, order, page, place))
            with self._reader.bodies() as bodies:
                waiting += [run for run in runs if not must_read or text.holds(wanted.texts, bodies(run.number))]
            waiting.sort(key=lambda run: -run.number)
            newest_to_come = 0
            if len(runs) == page:
                # Entries are numbered as runs end; one that began earlier may stand before one that began later.
                last = runs[-1].number
                place, newest_to_come = (last, last - 1) if source is RUNS else text.entry_of(self._connection, last)
            yield from (run for run in waiting if run.number > newest_to_come)
            waiting = [run for run in waiting if run.number <= newest_to_come]
            if len(runs) < page:
                return
