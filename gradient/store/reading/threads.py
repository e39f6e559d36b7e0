"""Which run resumed which: runs of one thread, where one was interrupted and a later one went on.

LangGraph and what is like it keep a thread's state between two runs. Neither run knows the other, and they may be of
different processes; what both have is the thread's id, and which graph they ran, for two graphs may use one id. A graph
that the thread has not seen before may be one that was changed while it waited.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from gradient.documents.document import link

_STRETCHES = """
SELECT runs.id, request, coalesce(wall, 0) + coalesce(threads.started_at - runs.started_at, 0), interrupted, resumes,
    graph
FROM threads JOIN runs ON runs.id = run WHERE thread = ?"""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One graph execution of a thread; `wall_ns` is its start in nanoseconds since the epoch."""

    run: int
    key: bytes
    wall_ns: int
    interrupted: bool
    resumes: bool
    graph: str | None


def resumption_links(connection: sqlite3.Connection, run: int) -> list[dict[str, str]]:
    """Return the links of a run to the runs it resumes and to those that resumed it."""
    links: list[dict[str, str]] = []
    query = "SELECT DISTINCT thread FROM threads WHERE run = ? AND thread IS NOT NULL"
    for (thread,) in connection.execute(query, (run,)).fetchall():
        stretches = [_Stretch(*values) for values in connection.execute(_STRETCHES, (thread,))]
        for waiting, stretch in _resumed(sorted(stretches, key=lambda one: one.wall_ns)):
            if stretch.run == run:
                _add(links, link(waiting.key, "resumes"))
            if waiting.run == run:
                _add(links, link(stretch.key, "resumed_by"))
    return links


def _resumed(stretches: list[_Stretch]) -> Iterator[tuple[_Stretch, _Stretch]]:
    """Yield what waited, and what went on with it."""
    waiting: dict[str | None, _Stretch | None] = {}
    newest: _Stretch | None = None
    for stretch in stretches:
        before = newest if stretch.graph is None else waiting.get(stretch.graph, newest)
        # A subgraph that resumes with its graph, or a run that was interrupted itself, waits for no other run.
        if stretch.resumes and before is not None and before.run != stretch.run:
            yield before, stretch
        if stretch.interrupted:
            waiting[stretch.graph] = newest = stretch
        elif stretch.resumes or stretch.graph not in waiting:
            waiting[stretch.graph] = None


def _add(links: list[dict[str, str]], one: dict[str, str]) -> None:
    if one not in links:
        links.append(one)
