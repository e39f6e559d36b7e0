"""Which run resumed which: runs of one thread, where one was interrupted and a later one went on.

LangGraph and what is like it keep a thread's state between two runs. Neither run knows the other, and they may be of
different processes; what both have is the thread's id.
"""

import sqlite3
from dataclasses import dataclass

from gradient.store.model import link

_STRETCHES = """
SELECT runs.id, request, coalesce(wall, 0) + coalesce(threads.started_at - runs.started_at, 0), interrupted, resumes
FROM threads JOIN runs ON runs.id = run WHERE thread = ?"""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One graph execution of a thread; `wall_ns` is its start in nanoseconds since the epoch."""

    run: int
    key: bytes
    wall_ns: int
    interrupted: bool
    resumes: bool


def resumption_links(connection: sqlite3.Connection, run: int) -> list[dict[str, str]]:
    """Return the links of a run to the runs it resumes and to those that resumed it."""
    links: list[dict[str, str]] = []
    query = "SELECT DISTINCT thread FROM threads WHERE run = ? AND thread IS NOT NULL"
    for (thread,) in connection.execute(query, (run,)).fetchall():
        stretches = [_Stretch(*values) for values in connection.execute(_STRETCHES, (thread,))]
        waiting: _Stretch | None = None
        for stretch in sorted(stretches, key=lambda one: one.wall_ns):
            # A subgraph that resumes with its graph, or a run that was interrupted itself, waits for no other run.
            if stretch.resumes and waiting is not None and waiting.run != stretch.run:
                if stretch.run == run:
                    _add(links, link(waiting.key, "resumes"))
                if waiting.run == run:
                    _add(links, link(stretch.key, "resumed_by"))
            if stretch.interrupted:
                waiting = stretch
    return links


def _add(links: list[dict[str, str]], one: dict[str, str]) -> None:
    if one not in links:
        links.append(one)
