"""The store of one home: what it answers from its index and its journals."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from gradient.documents.document import execution_document, run_document
from gradient.documents.listed import Listed
from gradient.journal import Pruned, prune
from gradient.journal.retention import mark_pruned
from gradient.store.errors import NotRemovable
from gradient.store.index import database
from gradient.store.index.erasure import remove_runs
from gradient.store.index.home import IndexedHome
from gradient.store.index.mending import mending, mending_what_it_writes
from gradient.store.interface import Change, Changes, Erasure, ErrorGroup, Group, Page, Skeleton
from gradient.store.query import parse
from gradient.store.query.sql import Conditions
from gradient.store.reading.aggregates import days_part_hours, error_groups, exact_stats, rolled_stats
from gradient.store.reading.places import opened
from gradient.store.reading.threads import resumption_links
from gradient.store.references import is_unique, number_of, resolve
from gradient.store.text.searching import TextSearch
from gradient.store.views import Runs, RunView

_BUSY = "another process is reading the journals into the index"
_PAGE = 200
_MOST_SEGMENTS = 8
_NS_PER_S = 10**9
_SIGN, _WRAP = 1 << 63, 1 << 64


class SqliteStore(IndexedHome):
    """The runs of one home; see `gradient.store.interface.Store` for what it answers."""

    def __iter__(self) -> Iterator[Listed]:
        """Yield all runs that are listed, newest first."""
        return self.each()

    def each(self, query: str = "", *, project: str | None = None) -> Iterator[Listed]:
        cursor: str | None = None
        while True:
            page = self.list(query, project=project, limit=_PAGE, cursor=cursor)
            version = self.version()
            cursor = page.cursor
            for run in page.runs:
                yield run
                if self.version() != version:  # some of the rest may have been removed meanwhile
                    cursor = str(run.number)
                    break
            if cursor is None:
                return

    def runs(self, query: str = "", *, project: str | None = None) -> Runs:
        """Return the runs that a query selects as objects that read what is inside when it is asked for."""
        return Runs(self, query, project)

    def run(self, reference: str = "@last") -> RunView:
        """Return the run that a reference names, as such an object."""
        return RunView(self, self.find(reference))

    # ── what the journals hold ──────────────────────────────────────────────────────────────────────────────────

    @property
    @mending
    def damaged(self) -> int:
        return int(self._one("SELECT coalesce(sum(damaged), 0) FROM segments"))

    @property
    @mending
    def newer(self) -> int:
        return int(self._one("SELECT count(*) FROM processes WHERE newer"))

    @property
    @mending
    def is_empty(self) -> bool:
        """Whether there is no run at all, listed or not."""
        return not self._one("SELECT EXISTS (SELECT 1 FROM runs)")

    # ── removing ────────────────────────────────────────────────────────────────────────────────────────────────

    @mending_what_it_writes
    def remove(self, runs: Sequence[Listed]) -> Erasure:
        """Remove runs for good: from the index, and from the journals, compressed or not.

        Raises:
            StillRunning: A living process is writing to a file that one of them is in; nothing was removed.
            NotRemovable: The journals or the index cannot be written; what was not removed can be removed again.
        """
        self._check_open()
        if database.is_overlay(self._connection):
            raise NotRemovable(self.note or _BUSY)
        with database.indexing(self.home) as alone:
            if not alone:
                raise NotRemovable(_BUSY)
            removed = remove_runs(self._connection, self._processes, runs)
        mark_pruned(self.root)  # for those who folded in memory what is gone now
        return removed

    def prune(self, *, max_age_s: float, max_bytes: float, dry_run: bool = False) -> Pruned:
        """Delete the oldest segments of processes that have ended, see `gradient.journal.prune`."""
        self._check_open()
        now_s = self._now_ns() / _NS_PER_S
        pruned = prune(self.root, max_age_s=max_age_s, max_bytes=max_bytes, now_s=now_s, dry_run=dry_run)
        if not dry_run:
            self.refresh()
        return pruned

    # ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────

    @mending
    def list(self, query: str = "", *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Page:
        wanted = self._wanted(query, project)
        before = None if cursor is None else int(cursor)
        found = self._select(wanted, limit + 1, before)
        more = len(found) > limit
        return Page(tuple(found[:limit]), str(found[limit - 1].number) if more else None)

    @mending
    def all_runs(self) -> Sequence[Listed]:
        """Return all runs, newest first, also those that are not listed."""
        return self._listing.select(Conditions(), -1)

    @mending
    def count(self, query: str = "", *, project: str | None = None) -> int:
        wanted = self._wanted(query, project)
        return len(self._select(wanted, -1, None)) if wanted.texts else self._listing.count(wanted)

    @mending
    def find(self, reference: str, *, project: str | None = None) -> Listed:
        return self._listing.one(resolve(self._connection, reference, project or self.project))

    @mending
    def is_unique(self, prefix: str) -> bool:
        """Tell whether no two runs' ids begin with these hexadecimal digits."""
        return is_unique(self._connection, prefix)

    def _wanted(self, query: str, project: str | None) -> Conditions:
        return self._listing.conditions(parse(query), project, self._now_ns())

    def _select(self, wanted: Conditions, limit: int, before: int | None) -> Sequence[Listed]:
        if not wanted.texts:
            return self._listing.select(wanted, limit, before)
        return TextSearch(self._connection, self._listing, self._reader).select(wanted, limit, before)

    # ── one run ─────────────────────────────────────────────────────────────────────────────────────────────────

    @mending
    def run_document(self, run: Listed) -> dict[str, Any]:
        number = number_of(self._connection, run.key)
        with self._reader.run(number, run.key) as whole:
            return run_document(whole, resumption_links(self._connection, number))

    @mending
    def medium(self, run: Listed, digest: str) -> bytes:
        return self._reader.medium(number_of(self._connection, run.key), digest)

    @mending
    def skeleton(self, run: Listed) -> Skeleton:
        return self._skeletons.of(number_of(self._connection, run.key))

    @mending
    def payloads(self, run: Listed, execution_id: str) -> dict[str, Any] | None:
        own = int(execution_id, 16)
        with self._reader.execution(
            number_of(self._connection, run.key), run.key, own if own < _SIGN else own - _WRAP
        ) as part:
            execution = part.executions.get(own)
            return None if execution is None else execution_document(execution, part)

    # ── many runs ───────────────────────────────────────────────────────────────────────────────────────────────

    @mending
    def stats(
        self, by: str, *, project: str | None = None, since_ns: int | None = None, query: str = ""
    ) -> Sequence[Group]:
        if not query and not (by == "day" and days_part_hours(self._connection)):
            return rolled_stats(self._connection, by, project, since_ns)
        wanted = self._chosen(query, project)
        if since_ns is not None:
            wanted.add("runs.wall >= ?", [since_ns])
        return exact_stats(self._connection, by, wanted)

    @mending
    def errors(self, query: str = "", *, project: str | None = None, limit: int = 20) -> Sequence[ErrorGroup]:
        with opened(self._connection, self.root, _MOST_SEGMENTS) as places:
            return tuple(error_groups(self._connection, self._chosen(query, project), limit, places.event))

    @mending
    def follow(self, cursor: int | None = None) -> Changes:
        # What was folded in memory is indexed again later, with other numbers.
        table = "base.runs" if database.has_base(self._connection) else "runs"
        newest = self._one(f"SELECT coalesce(max(changed), 0) FROM {table}")  # noqa: S608 - a constant
        if cursor is None:
            return Changes(newest, ())
        query = "SELECT id FROM runs WHERE changed > ? AND sampled ORDER BY id"
        numbers = [number for (number,) in self._connection.execute(query, (cursor,)).fetchall()]
        return Changes(
            newest, tuple(Change(self._listing.one(one), self._skeletons.of(one, cursor)) for one in numbers)
        )

    def _chosen(self, query: str, project: str | None) -> Conditions:
        """Return a query as conditions that name the runs, where it asks for text."""
        wanted = self._wanted(query, project)
        if wanted.texts:
            numbers = [run.number for run in self._select(wanted, -1, None)]
            wanted.add("runs.id IN (SELECT value FROM json_each(?))", [json.dumps(numbers)])
        return wanted
