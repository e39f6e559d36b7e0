"""Every error the store raises on purpose.

StoreError
├── Unreadable            the folder of the journals is there and cannot be read
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


class BadReference(StoreError):
    """A reference is written wrongly."""

    def __init__(self, reference: str, why: str) -> None:
        self.reference = reference
        super().__init__(
            f"{reference!r} is no reference to a run: {why}.\n"
            "Give an id, its first 4 or more characters, @last, @-2 (the one before) or @last-error."
        )


class RunNotFound(StoreError):
    """A reference names no run; `nearest` are the ids that look most like it, or the newest ones."""

    def __init__(self, reference: str, nearest: Sequence[str]) -> None:
        self.reference = reference
        self.nearest = list(nearest)
        hint = f"Nearest: {', '.join(nearest)}." if nearest else "There are no runs yet."
        super().__init__(f"No run is {reference!r}.\n{hint}")


class AmbiguousReference(RunNotFound):
    """A reference names more than one run; `nearest` are their ids."""

    def __init__(self, reference: str, matches: Sequence[str], count: int) -> None:
        self.reference = reference
        self.nearest = list(matches)
        more = f" and {count - len(matches)} more" if count > len(matches) else ""
        StoreError.__init__(
            self, f"{reference!r} is the beginning of {count} runs.\nGive more of one of: {', '.join(matches)}{more}."
        )
