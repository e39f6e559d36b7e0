"""What a store answers, whatever keeps the runs.

list, count      runs, by a query of `gradient.store.query`, newest first, page by page
find             the run that a reference names
run_document     one run whole, `gradient.run/1`
medium           the bytes of an image or the like in it
skeleton         its executions without payloads, by column
payloads         what one of them was given and gave
stats, errors    what many runs add up to
follow           what changed since
remove, prune    runs that shall be gone
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from gradient.documents.listed import Listed
from gradient.journal import Pruned

Skeleton = dict[str, list[Any]]
"""Executions by column, see `gradient.store.reading.skeletons`."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs of a list.

    Attributes:
        runs: The runs, newest first.
        cursor: What to give for the next page; None on the last one.
    """

    runs: tuple[Listed, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What executions or runs of one name add up to.

    Attributes:
        name: A node, a model, an entrypoint, or a day (2026-01-31).
        kind: The node's kind, or the model's provider, where there is one.
        count, errors: How many ended, and how many of them failed.
        p50_ms, p95_ms, p99_ms: Durations that so many percent of them do not exceed, right within 3.2 %; of few, exact.
        max_ms: The longest duration.
        total_ms: All durations.
        input_tokens, output_tokens, cost_usd: What its calls of models used; None where nothing is known.
        missing: How many of the calls the sums of tokens and of cost lack; None where they are whole.
    """

    name: str
    kind: str
    count: int
    errors: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    max_ms: float | None
    total_ms: float
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    missing: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Failures that are alike: of one type, with messages that differ in numbers and ids only.

    An exception that passes several executions on its way out failed once, where it was raised.

    Attributes:
        type: The type of the exception.
        message: The first line of the message of one of the newest.
        count: How often that was raised, in executions and requests.
        runs: In how many runs.
        completed_runs: How many of these completed all the same: they handled it.
        first_seen_ns, last_seen_ns: Start of the first and last of these runs, since the epoch.
        samples: The ids of the newest of these runs.
        nodes: The names of nodes that failed so, in the newest of these runs.
    """

    type: str
    message: str
    count: int
    runs: int
    first_seen_ns: int
    last_seen_ns: int
    samples: tuple[str, ...]
    nodes: tuple[str, ...] = ()
    completed_runs: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A run that changed, and its executions that did, as columns of a skeleton."""

    run: Listed
    executions: Skeleton


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, in the order in which the runs began.

    Attributes:
        cursor: What to give to `follow` the next time.
    """

    cursor: int
    changes: tuple[Change, ...]


class Erasure(NamedTuple):
    """What was removed.

    Attributes:
        runs: How many runs.
        frames: How many frames of journals.
        bytes: Their length.
        files: How many segments were written anew.
    """

    runs: int
    frames: int
    bytes: int
    files: int


Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is: runs; without a total, bytes more."""

S = TypeVar("S", bound="Store")


class Store(Protocol):
    """Runs, wherever they are kept. Whatever is asked is answered as of the last `refresh`.

    A context manager that closes it.

    Attributes:
        place: Where the runs are kept, as people read it.
        project: The project whose runs places such as `@last` mean; None for those of all.
        damaged: How many frames were skipped because they were broken or said nothing we understand.
        newer: How many journals were left out because a newer version of Gradient wrote them.
        note: Why answers are slower than they should be, as people read it, or None.
        is_empty: Whether there is no run at all, listed or not.
    """

    @property
    def place(self) -> str: ...

    @property
    def project(self) -> str | None: ...

    @property
    def damaged(self) -> int: ...

    @property
    def newer(self) -> int: ...

    @property
    def note(self) -> str | None: ...

    @property
    def is_empty(self) -> bool: ...

    def __enter__(self: S) -> S: ...  # noqa: PYI019 - Python 3.10 has no Self

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Let go of what is open; nothing can be asked any more."""
        ...

    def refresh(self) -> None:
        """See what was recorded since."""
        ...

    def list(self, query: str = "", *, project: str | None = None, limit: int = 50, cursor: str | None = None) -> Page:
        """Return the newest runs that a query selects; those that were not sampled are left out.

        Args:
            query: See `gradient.store.query`.
            project: Leave out those of other projects; None for all.
            limit: How many at most.
            cursor: Of the page before.

        Raises:
            QueryError: The query is written wrongly.
        """
        ...

    def each(self, query: str = "", *, project: str | None = None) -> Iterator[Listed]:
        """Yield all runs that a query selects, newest first; one that is removed meanwhile does not come."""
        ...

    def count(self, query: str = "", *, project: str | None = None) -> int:
        """Return how many runs a query selects."""
        ...

    def find(self, reference: str, *, project: str | None = None) -> Listed:
        """Return the run that a reference names, see `gradient.store.references`.

        Args:
            reference: An id, its beginning, or a place such as `@last`.
            project: Whose place is meant; None for the store's own project.

        Raises:
            BadReference: The reference is written wrongly.
            RunNotFound: It names no run, or (AmbiguousReference) more than one.
        """
        ...

    def is_unique(self, prefix: str) -> bool:
        """Tell whether no two runs' ids begin with these hexadecimal digits."""
        ...

    def needs_text(self, query: str) -> bool:
        """Tell whether a query looks for text, and `update_text` would make that quick."""
        ...

    def update_text(self, progress: Progress | None = None) -> None:
        """Prepare what is recorded for searches by text; that may take a while the first time."""
        ...

    def run_document(self, run: Listed) -> dict[str, Any]:
        """Return `gradient.run/1` of a run, payloads and all."""
        ...

    def medium(self, run: Listed, digest: str) -> bytes:
        """Return the bytes of an image or the like that were kept with a run.

        Args:
            run: A run that refers to it.
            digest: Its digest as the run has it, or the beginning of that.

        Raises:
            MediumNotFound: It is not kept.
        """
        ...

    def skeleton(self, run: Listed) -> Skeleton:
        """Return the executions of a run without payloads, ordered by start, a list for each column."""
        ...

    def payloads(self, run: Listed, execution_id: str) -> dict[str, Any] | None:
        """Return one execution as `gradient.run/1` describes it, payloads and all; None where there is none."""
        ...

    def stats(
        self, by: str, *, project: str | None = None, since_ns: int | None = None, query: str = ""
    ) -> Sequence[Group]:
        """Add up what ran, by "node", "model", "entrypoint" or "day".

        Args:
            by: What to group by.
            project: Leave out other projects; None for all.
            since_ns: Leave out runs that began before, to the hour; None: none, not even one before 1970.
            query: Only runs that it selects.
        """
        ...

    def errors(self, query: str = "", *, project: str | None = None, limit: int = 20) -> Sequence[ErrorGroup]:
        """Return the failures of runs that a query selects, grouped, the commonest first."""
        ...

    def follow(self, cursor: int | None = None) -> Changes:
        """Return what changed since a cursor; without one nothing, and where to begin."""
        ...

    def remove(self, runs: Sequence[Listed]) -> Erasure:
        """Remove runs for good.

        Raises:
            StillRunning: A living process still writes beside one of them; nothing was removed.
            NotRemovable: They cannot be removed now; what was not removed can be removed again.
        """
        ...

    def prune(self, *, max_age_s: float, max_bytes: float, dry_run: bool = False) -> Pruned:
        """Delete the oldest of what was recorded by processes that have ended.

        Args:
            max_age_s: What was written longer ago goes, in seconds.
            max_bytes: Then the oldest, until the rest fits.
            dry_run: Only tell what would be deleted.
        """
        ...
