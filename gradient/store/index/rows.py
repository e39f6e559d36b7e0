"""The rows of the index as the indexer holds them, and what their columns are."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeAlias

from gradient.documents.heads import EndedHead
from gradient.journal.failures import Failure
from gradient.journal.vocabulary import ENDS, USAGE

# fmt: off
(RUN, ID, PROCESS, PARENT, NODE, MODEL, STATUS, STARTED_AT, DURATION, FIRST_TOKEN, ATTEMPT, CACHED, INPUT, OUTPUT,
 CACHE_READ, CACHE_WRITE, REASONING, COST, ERROR, ORIGIN, BEGAN, ENDED, CHANGED) = range(23)
# fmt: on
"""Places of the columns of `executions`."""

_AMOUNTS = tuple(name.removesuffix("_usd") for name in USAGE)
EXECUTION_COLUMNS = [
    *("run", "id", "process", "parent", "node", "model", "status", "started_at", "duration", "first_token", "attempt"),
    *("cached", *_AMOUNTS, "error", "origin", "began", "ended", "changed"),
]
TOTALS = ("executions", "errors", *_AMOUNTS, "untold", "unpriced")

OF_PROJECT = "project = (SELECT id FROM names WHERE sort = 'project' AND text = ?)"
"""A condition on `runs`."""

CODES = {status: code for code, status in enumerate(ENDS)}
ERROR_STATUS = CODES["error"]
INTERRUPTED_STATUS = CODES["interrupted"]
Pair: TypeAlias = tuple[int, int, int, EndedHead]
"""An execution: the places of its start and its end, the number of the process that wrote both, and the end."""

SIGN, WRAP = 1 << 63, 1 << 64
_OF_BATCH = ("new", "just_ended", "segment", "pairs", "rows")


def origin_of(error: Failure | None) -> int | None:
    """Return the number, as it is stored, of the execution that a failure says it began in."""
    told = None if error is None else error.origin
    return signed(told) if told is not None and is_execution(told) else None


def signed(number: int) -> int:
    """Return the number of an execution as it is stored: SQLite has no more than 63 bits and a sign."""
    return number if number < SIGN else number - WRAP


def is_execution(number: int) -> bool:
    """Tell whether a number can be that of an execution, or 0."""
    return 0 <= number < WRAP


def status_code(status: str) -> int | str:
    """Return how a status is stored: a later version's stays text."""
    return CODES.get(status, status)


def status_text(code: int | str) -> str:
    """Return the status that is stored as `code`."""
    return ENDS[code] if isinstance(code, int) and 0 <= code < len(ENDS) else str(code)


@dataclass(slots=True)
class RunRow:
    """A row of `runs`; what the columns mean is told in `gradient.store.index.schema`.

    Attributes:
        inner_tags: The tags of its executions, as JSON like its own.
        new: Whether the index does not have it yet.
        just_ended: Whether this batch has its end.
        segment: The segment that its last event was in, in this batch.
        pairs: Its executions whose start and end this batch found together, by their number.
        rows: Its other executions as far as this batch knows them, by their number as it is stored.
    """

    id: int
    request: bytes
    process: int
    entrypoint: int | None = None
    project: int | None = None
    status: int | str | None = None
    wall: int | None = None
    started_at: int | None = None
    duration: int | None = None
    session: int | None = None
    user: int | None = None
    tags: str | None = None
    inner_tags: str | None = None
    sampled: int = 1
    error: int | None = None
    origin: int | None = None
    began: int | None = None
    ended: int | None = None
    changed: int = 0
    executions: int | None = None
    errors: int | None = None
    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    cost: float | None = None
    untold: int | None = None
    unpriced: int | None = None
    new: bool = True
    just_ended: bool = False
    segment: int = 0
    pairs: dict[int, Pair] = field(default_factory=dict[int, "Pair"])
    rows: dict[int, list[Any]] = field(default_factory=dict[int, list[Any]])

    @classmethod
    def stored(cls, values: Sequence[Any]) -> "RunRow":
        """Return a row as the index has it."""
        row = cls(*values)
        row.new = False
        return row

    def values(self) -> tuple[Any, ...]:
        """Return the columns."""
        return _run_values(self)


RUN_COLUMNS = [column.name for column in fields(RunRow) if column.name not in _OF_BATCH]
_run_values = attrgetter(*RUN_COLUMNS)


class ProcessRow:
    """A row of `processes`.

    Attributes:
        id: Its number.
        folder: Name of its folder.
        state: What became of it ("dead") once all that it wrote is indexed; None before.
        project, place, wall, at: What it said of itself, where that stands, and both clocks at that moment.
        last_at: Time of its last event, on its monotonic clock.
    """

    __slots__ = ("at", "folder", "id", "last_at", "newer", "place", "project", "state", "wall")

    def __init__(self, number: int, folder: str) -> None:
        self.id = number
        self.folder = folder
        self.state: str | None = None
        self.newer = 0
        self.project: int | None = None
        self.place: int | None = None
        self.wall: int | None = None
        self.at: int | None = None
        self.last_at = 0

    def wall_at(self, at: int) -> int | None:
        """Return the time of day at a moment of its monotonic clock, in nanoseconds since the epoch."""
        return None if self.wall is None or self.at is None else self.wall + at - self.at
