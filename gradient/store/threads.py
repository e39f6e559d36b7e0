"""Which run resumed which: runs of one thread, where one was interrupted and a later one went on.

LangGraph and what is like it keep a thread's state between two runs. Neither run knows the other, and they may be of
different processes; what both have is the thread's id.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from gradient.store.model import execution_metadata, link
from gradient.store.runs import Execution, Run


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One graph execution of a thread; `wall_ns` is its start in nanoseconds since the epoch."""

    run: Run
    wall_ns: int
    interrupted: bool
    resumes: bool


def resumption_links(runs: list[Run]) -> dict[bytes, list[dict[str, str]]]:
    """Return, by request, its links to the runs it resumes and to those that resumed it.

    Args:
        runs: All runs, in the order of the journals.
    """
    links: dict[bytes, list[dict[str, str]]] = defaultdict(list)
    for stretches in _by_thread(runs).values():
        waiting: _Stretch | None = None
        for stretch in sorted(stretches, key=lambda one: one.wall_ns):
            # A subgraph that resumes with its graph, or a run that was interrupted itself, waits for no other run.
            if stretch.resumes and waiting is not None and waiting.run is not stretch.run:
                _add(links[stretch.run.key], link(waiting.run.key, "resumes"))
                _add(links[waiting.run.key], link(stretch.run.key, "resumed_by"))
            if stretch.interrupted:
                waiting = stretch
    return links


def _add(links: list[dict[str, str]], one: dict[str, str]) -> None:
    if one not in links:
        links.append(one)


def _by_thread(runs: list[Run]) -> dict[str, list[_Stretch]]:
    threads: dict[str, list[_Stretch]] = defaultdict(list)
    for run in runs:
        wall_ns, started_at = run.wall_ns or 0, run.started_at
        for execution in run.executions.values():
            metadata = _graph_metadata(execution, run)
            if metadata.get("thread_id") is not None:
                began_ns = wall_ns + execution.started_at - started_at
                interrupted = execution.status == "interrupted"
                stretch = _Stretch(run, began_ns, interrupted, metadata.get("resume") is True)
                threads[str(metadata["thread_id"])].append(stretch)
    return threads


def _graph_metadata(execution: Execution, run: Run) -> dict[str, Any]:
    return execution_metadata(execution, run) if execution.head.kind == "graph" else {}
