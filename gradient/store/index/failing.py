"""Which of a run's executions failed by themselves: what only passes on an exception is not counted again."""

from collections.abc import Sequence
from typing import Any

from gradient.journal.origins import REQUEST, Failed, origins
from gradient.store.index.rows import ERROR, ERROR_STATUS, ID, ORIGIN, PARENT, STATUS
from gradient.store.index.trees import Columns, columns_of


def with_origins(columns: Columns, of: Columns | None = None) -> Columns:
    """Return columns in which each execution that failed says where that began.

    Args:
        columns: Executions of a run.
        of: All of them, where `columns` are some.
    """
    every = columns if of is None else of
    if columns[ERROR].count(None) == len(columns[ERROR]):
        return columns
    rows = zip(every[ID], every[PARENT], every[ERROR], every[ORIGIN], strict=True)
    found = origins(Failed(*row) for row in rows if row[2] is not None)
    return [*columns[:ORIGIN], [found.get(own) for own in columns[ID]], *columns[ORIGIN + 1 :]]


def rows_with_origins(rows: Sequence[Any]) -> list[Any]:
    """Return all executions of a run as rows, as `with_origins` does."""
    return list(zip(*with_origins(columns_of(rows)), strict=True)) if rows else []


def failed_here(columns: Columns) -> list[bool]:
    """Tell of each execution whether it failed, and not only passed on what failed inside of it."""
    rows = zip(columns[STATUS], columns[ORIGIN], columns[ID], strict=True)
    return [status == ERROR_STATUS and origin in (None, own) for status, origin, own in rows]


def request_failed_here(error: Any, origin: Any, columns: Columns) -> bool:
    """Tell whether what a request ended with began in itself, and in none of its executions.

    Args:
        error: The number of the name of what it ended with, or None.
        origin: Where that began, as it is stored.
        columns: Its executions, with their origins.
    """
    if error is None or origin == REQUEST:
        return error is not None
    rows = zip(columns[ERROR], columns[ORIGIN], columns[ID], strict=True)
    return origin not in columns[ID] and not any(name == error and began in (None, own) for name, began, own in rows)


def is_own_failure(row: Any) -> bool:
    """Tell of a row whether it failed, and that began in it."""
    return row[STATUS] == ERROR_STATUS and row[ORIGIN] in (None, row[ID])
