"""Take runs out of the index: when their segments are gone, or because somebody said so."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from gradient.store.index.names import Names
from gradient.store.index.rollup import Rollup
from gradient.store.index.rows import BEGAN, ENDED, RUN_COLUMNS, RunRow
from gradient.store.index.schema import OFFSET_BITS
from gradient.store.index.totals import counted
from gradient.store.index.trees import columns_of, executions_of, write_open
from gradient.store.index.writing import RunWriter, facets_of, finish, take_back

_OF_RUN = ("executions", "trees", "updates", "threads", "visits", "texts")
_UNSEARCHABLE = """
INSERT INTO main.meta VALUES ('texts_gone', ?) ON CONFLICT (key) DO UPDATE SET value = value + excluded.value"""
_PERSONAL = ("session", "user", "tag", "error", "entrypoint", "node", "model")


def forget_segments(connection: sqlite3.Connection, names: Names, segments: Iterable[int]) -> None:
    """Take out what was in segments that are gone; what is left of a run elsewhere stays."""
    gone = set(segments)
    touched: set[int] = set()
    for segment in gone:
        touched |= {run for (run,) in connection.execute("SELECT run FROM visits WHERE segment = ?", (segment,))}
        for table, key in (("visits", "segment"), ("messages", "segment"), ("segments", "id")):
            connection.execute(f"DELETE FROM main.{table} WHERE {key} = ?", (segment,))  # noqa: S608 - our names
    left = {run for run in touched if connection.execute("SELECT 1 FROM visits WHERE run = ?", (run,)).fetchone()}
    forget_runs(connection, names, touched - left)
    for run in left:
        _forget_places(connection, names, run, gone)


def forget_runs(connection: sqlite3.Connection, names: Names, runs: Iterable[int]) -> None:
    """Take runs out, and all that only they said."""
    rollup = Rollup(connection, sign=-1)
    some, searchable = False, 0
    for number in runs:
        run = stored_run(connection, number)
        if run is None:
            continue
        some = True
        columns = columns_of(executions_of(connection, number))
        if run.executions is not None:
            rollup.add(run, columns, ended=run.status is not None)
            calls = counted(columns, rollup.billed)
            rollup.add_spending(run, columns, calls, ended=run.status is not None)
        facets = facets_of(run, columns, names)
        connection.executemany(
            "DELETE FROM main.facets WHERE name = ? AND run = ?", [(name, number) for name in facets]
        )
        searchable += connection.execute("SELECT count(*) FROM texts WHERE run = ?", (number,)).fetchone()[0]
        for table in _OF_RUN:
            connection.execute(f"DELETE FROM main.{table} WHERE run = ?", (number,))  # noqa: S608 - our names
        connection.execute("DELETE FROM main.runs WHERE id = ?", (number,))
    rollup.write()
    if searchable:
        connection.execute(_UNSEARCHABLE, (searchable,))
    if some:
        marks = ", ".join("?" * len(_PERSONAL))
        unused = f"sort IN ({marks}) AND id NOT IN (SELECT name FROM facets)"  # noqa: S608 - marks
        connection.execute(f"DELETE FROM main.names WHERE {unused}", _PERSONAL)  # noqa: S608 - marks
        names.forget()


def stored_run(connection: sqlite3.Connection, number: int) -> RunRow | None:
    """Return the row of a run, or None where there is none."""
    query = f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE id = ?"  # noqa: S608 - names of columns
    found = connection.execute(query, (number,)).fetchone()
    return None if found is None else RunRow.stored(found)


def _forget_places(connection: sqlite3.Connection, names: Names, number: int, gone: set[int]) -> None:
    """Take out of a run what was told in segments that are gone and nowhere else."""
    run = stored_run(connection, number)
    if run is None:
        return
    former = executions_of(connection, number)
    rows, lost = _without(former, gone)
    left = columns_of(rows)
    rollup, spending = Rollup(connection, sign=-1), Rollup(connection)
    take_back(connection, run, spending)
    if run.executions is None:
        connection.execute("DELETE FROM main.executions WHERE run = ?", (number,))
        write_open(connection, rows)
    else:
        rollup.add(run, columns_of(lost), ended=False)
    run.began = None if _is_gone(run.began, gone) else run.began
    run.ended = None if _is_gone(run.ended, gone) else run.ended
    updates = [place for (place,) in connection.execute("SELECT place FROM updates WHERE run = ?", (number,))]
    taken = [(number, place) for place in updates if _is_gone(place, gone)]
    connection.executemany("DELETE FROM main.updates WHERE run = ? AND place = ?", taken)
    for name in facets_of(run, columns_of(former), names).keys() - facets_of(run, left, names).keys():
        connection.execute("DELETE FROM main.facets WHERE name = ? AND run = ?", (name, number))
    if run.executions is not None:
        finish(run, left, spending, columns_of(()), ended=False)
    written = RunWriter(connection, names)
    written.add(run, left, is_over=run.executions is not None)
    written.write()
    spending.write()
    rollup.write()


def _without(rows: Iterable[Any], gone: set[int]) -> tuple[list[Any], list[Any]]:
    """Return the rows without places that are gone, and apart from them the rows that have no place left."""
    kept: list[Any] = []
    lost: list[Any] = []
    for row in rows:
        left = list(row)
        for column in (BEGAN, ENDED):
            if _is_gone(row[column], gone):
                left[column] = None
        if left[BEGAN] is None and left[ENDED] is None:
            lost.append(row)
        else:
            kept.append(left)
    return kept, lost


def _is_gone(place: Any, gone: set[int]) -> bool:
    return place is not None and place >> OFFSET_BITS in gone
