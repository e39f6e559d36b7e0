"""From the terms of a query to SQL over the tables of the index. Values are parameters, always."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradient.journal.vocabulary import ENDS, LEFT_OPEN, STATUSES
from gradient.store.index.names import generalised
from gradient.store.index.rows import status_code
from gradient.store.query.fields import Field
from gradient.store.query.parsing import Query, Term, Value

_FEW = 2_000
_NOTHING = "0"


@dataclass(slots=True)
class Conditions:
    """What follows WHERE.

    Attributes:
        parts: Conditions on `runs`, all of which must hold.
        values: Their parameters, in order.
        texts: The terms that look for text; they are the text index's business.
    """

    parts: list[str] = field(default_factory=list[str])
    values: list[Any] = field(default_factory=list[Any])
    texts: list[Term] = field(default_factory=list[Term])

    def add(self, part: str, values: Sequence[Any] = ()) -> None:
        """Add a condition."""
        self.parts.append(part)
        self.values += values

    @property
    def where(self) -> str:
        """All of them in one."""
        return " AND ".join(f"({part})" for part in self.parts) or "1"


def conditions(
    query: Query, connection: sqlite3.Connection, open_processes: Mapping[str, Sequence[int]], now_ns: int
) -> Conditions:
    """Return a query as conditions on the table `runs`.

    Args:
        query: The query.
        connection: The index, asked for the numbers of names.
        open_processes: The processes that left work open, by the status that it has.
        now_ns: The time now, in nanoseconds since the epoch.
    """
    found = Conditions()
    for term in query.terms:
        if term.field.sort == "text":
            found.texts.append(term)
            continue
        if term.field.sort == "name":
            part, values = _named(term, connection)
        elif term.field.sort == "status":
            part, values = _status(term, open_processes)
        elif term.field.sort == "id":
            part, values = _id(term)
        else:
            part, values = _measured(term, now_ns)
        # An unknown duration or cost satisfies neither a condition nor its opposite.
        found.add(f"NOT ({part})" if term.negated else part, values)
    return found


def _named(term: Term, connection: sqlite3.Connection) -> tuple[str, list[Any]]:
    numbers = [number for value in term.values for number in _numbers(term.field, value, connection)]
    if not numbers:
        return _NOTHING, []
    marks = ", ".join("?" * len(numbers))
    some = f"SELECT count(*) FROM (SELECT 1 FROM facets WHERE name IN ({marks}) LIMIT {_FEW})"  # noqa: S608 - marks
    if connection.execute(some, numbers).fetchone()[0] < _FEW:
        return f"runs.id IN (SELECT run FROM facets WHERE name IN ({marks}))", numbers  # noqa: S608 - marks
    # Where most runs have it, asking run by run finds the newest fifty sooner.
    return f"EXISTS (SELECT 1 FROM facets WHERE name IN ({marks}) AND run = runs.id)", numbers  # noqa: S608 - marks


def _numbers(asked: Field, value: Value, connection: sqlite3.Connection) -> list[int]:
    """Return the numbers of the names that a value means."""
    if asked.column == "kind":
        return _select(connection, "sort = 'node' AND detail LIKE ? ESCAPE '\\'", f'["{_like(value)}",%')
    if asked.kind is not None:
        pattern = f'["{asked.kind}",%'
        return _select(
            connection, f"sort = 'node' AND detail LIKE ? AND {_match(value, 'text')}", pattern, _given(value)
        )
    if asked.column == "error":
        either = f"sort = 'error' AND ({_match(value, 'text')} OR {_match(value, 'text')} OR {_match(value, 'detail')})"
        return _select(connection, either, _given(value), generalised(_given(value)), _given(value))
    return _select(connection, f"sort = ? AND {_match(value, 'text')}", asked.column, _given(value))


def _select(connection: sqlite3.Connection, where: str, *values: Any) -> list[int]:
    return [number for (number,) in connection.execute(f"SELECT id FROM names WHERE {where}", values)]  # noqa: S608 - ours


def _match(value: Value, column: str) -> str:
    return f"{column} GLOB ?" if value.is_pattern else f"{column} = ?"


def _given(value: Value) -> str:
    """Return a value as GLOB takes it, where only the star stands for anything."""
    return value.text.replace("[", "[[]").replace("?", "[?]") if value.is_pattern else value.text


def _like(value: Value) -> str:
    escaped = value.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%") if value.is_pattern else escaped


def _status(term: Term, open_processes: Mapping[str, Sequence[int]]) -> tuple[str, list[Any]]:
    wanted = {status for value in term.values for status in STATUSES if _is_meant(value, status)}
    ended = [status_code(status) for status in sorted(wanted & set(ENDS))]
    parts, values = ([f"coalesce(status, -1) IN ({', '.join('?' * len(ended))})"], list(ended)) if ended else ([], [])
    processes = [
        process for status in LEFT_OPEN.values() if status in wanted for process in open_processes.get(status, ())
    ]
    if processes:
        parts.append(f"status IS NULL AND runs.process IN ({', '.join('?' * len(processes))})")
        values += processes
    return " OR ".join(f"({part})" for part in parts) or _NOTHING, values


def _is_meant(value: Value, status: str) -> bool:
    if not value.is_pattern:
        return value.text == status
    start, _, end = value.text.partition("*")
    return status.startswith(start) and status.endswith(end)


def _id(term: Term) -> tuple[str, list[Any]]:
    digits = [value.text.lower().replace("-", "") for value in term.values]
    bounds = [bytes.fromhex(one[:32].ljust(32, end)) for one in digits for end in "0f"]
    return " OR ".join(["request BETWEEN ? AND ?"] * len(digits)), bounds


def _measured(term: Term, now_ns: int) -> tuple[str, list[Any]]:
    operator = {"since": ">=", "until": "<"}.get(term.field.name, term.operator)
    operator = "=" if operator == ":" else operator
    numbers = [now_ns - value.number if value.ago else value.number for value in term.values]
    if operator == "=" and term.field.lacks:
        both = f"({_compared(term.field, '<=')} AND {_compared(term.field, '>=')})"
        return " OR ".join([both] * len(numbers)), [number for number in numbers for _ in "<>"]
    return " OR ".join([_compared(term.field, operator)] * len(numbers)), numbers


def _compared(asked: Field, operator: str) -> str:
    """Return a comparison, which is NULL where it is not known.

    A sum that lacks a part is a lower bound: that it is more than something is certain, that it is not is unknown.
    """
    comparison = f"{asked.column} {operator} ?"
    if not asked.lacks:
        return comparison
    uncertain = 0 if operator.startswith(">") else 1
    return f"nullif({comparison}, CASE WHEN {asked.lacks} > 0 THEN {uncertain} END)"
