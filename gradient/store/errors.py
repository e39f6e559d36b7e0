"""Every error the store raises on purpose.

StoreError
├── Unreadable            the folder of the journals is there and cannot be read
├── StoreClosed           the store was closed before it was asked
├── NewerIndex            a newer version of Gradient made the index
├── QueryError            a query is written wrongly
├── NotRemovable          what is to be removed cannot be
│   └── StillRunning        it is still being written
├── MediumNotFound        the bytes of an image or the like are not kept
├── BadReference          a reference is written wrongly
└── RunNotFound           a reference names no run
    └── AmbiguousReference  it names more than one
"""

from collections.abc import Sequence
from pathlib import Path


class StoreError(Exception):
    """Base class, so that one `except` clause catches whatever the store raises."""


class Unreadable(StoreError):
    """The folder of the journals is there and cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"Cannot read the journals in {path}: {reason}.\nChoose another home with --home PATH or GRADIENT_HOME."
        )


class StoreClosed(StoreError):
    """The store was closed before it was asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"The store of {path} is closed.\n"
            "Ask before it is closed, or open it again with gradient.store.open(). What was read of a run stays."
        )


class NewerIndex(StoreError):
    """A newer version of Gradient made the index; we cannot know what it means."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        self.path = path
        self.version = version
        super().__init__(
            f"The index {path} is of schema {version}; this version of Gradient knows {known}.\n"
            "Upgrade gradient-runtime, or delete the index: it is made anew from the journals."
        )


class QueryError(StoreError):
    """A query is written wrongly.

    Attributes:
        query: What was asked.
        column: Where it is wrong, from 1.
        found: What stands there.
        wanted: What should.
        nearest: The field that was probably meant, or None.
    """

    def __init__(self, query: str, column: int, found: str, wanted: str, nearest: str | None = None) -> None:
        self.query = query
        self.column = column
        self.found = found
        self.wanted = wanted
        self.nearest = nearest
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"In the query, at column {column}: found {found!r}, expected {wanted}.{hint}\n"
            f"  {query}\n  {' ' * (column - 1)}^"
        )


class NotRemovable(StoreError):
    """Runs cannot be removed, because the index or the journals cannot be written."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Nothing more can be removed: {reason}.\nTry again when that is over.")


class StillRunning(NotRemovable):
    """What is to be removed is in a file that a living process writes."""

    def __init__(self, run: str, process: str) -> None:
        self.run = run
        self.process = process
        self.reason = "its process still runs"
        StoreError.__init__(
            self,
            f"The run {run} cannot be removed yet: the process {process} that recorded it still runs and writes the"
            " file it is in.\nNothing was removed. Try again when that process has ended.",
        )


class MediumNotFound(StoreError):
    """The bytes of an image or the like are not kept with a run, or several digests begin so.

    `kept` are the digests of those that are.
    """

    def __init__(self, digest: str, kept: Sequence[str]) -> None:
        self.digest = digest
        self.kept = list(kept)
        having = f"Kept are: {', '.join(self.kept)}." if kept else 'None is: that is the setting media="keep".'
        super().__init__(f"No one medium of this run is kept under {digest!r}.\n{having}")


class BadReference(StoreError):
    """A reference is written wrongly."""

    def __init__(self, reference: str, why: str) -> None:
        self.reference = reference
        super().__init__(
            f"{reference!r} is no reference to a run: {why}.\n"
            "Give an id, its first 4 or more characters, @last, @-2 (the one before) or @last-error."
        )


class RunNotFound(StoreError):
    """A reference names no run; `nearest` are the ids that look most like it, or the newest ones.

    `project` is the one whose places were meant, or None.
    """

    def __init__(self, reference: str, nearest: Sequence[str], project: str | None = None) -> None:
        self.reference = reference
        self.nearest = list(nearest)
        self.project = project
        if project is not None:
            where, found = f" in the project {project}", f"The newest of all projects: {', '.join(nearest)}."
        else:
            where, found = "", f"Nearest: {', '.join(nearest)}."
        super().__init__(f"No run{where} is {reference!r}.\n{found if nearest else 'There are no runs yet.'}")


class AmbiguousReference(RunNotFound):
    """A reference names more than one run; `nearest` are their ids."""

    def __init__(self, reference: str, matches: Sequence[str], count: int) -> None:
        self.reference = reference
        self.nearest = list(matches)
        self.project = None
        more = f" and {count - len(matches)} more" if count > len(matches) else ""
        StoreError.__init__(
            self, f"{reference!r} is the beginning of {count} runs.\nGive more of one of: {', '.join(matches)}{more}."
        )
