"""An exception as it is recorded: its type, its words and its stack trace, and the exceptions that it came from.

Those are one flat list, in the order in which they are read, so that nothing that reads them goes down a depth that a
file chooses. `depth` says how many groups one is inside of. A member belongs to the last exception before it that is
one less deep; a cause, and what was being handled, to the last one before it that is as deep; at depth 0 that may be
the error itself.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

MOST_DEPTH = 32


class Cause(msgspec.Struct, array_like=True, frozen=True):
    """An exception that another one came from: its `cause`, its `context`, or the `member` of a group."""

    relation: str
    depth: Annotated[int, msgspec.Meta(ge=0, le=MOST_DEPTH)]
    type: str
    message: str
    stacktrace: str | None = None
    notes: list[str] = []


class Failure(msgspec.Struct, array_like=True, frozen=True):
    """An exception as text: its qualified type, its message and its stack trace, redacted and cut.

    Attributes:
        origin: The execution that the same exception ended first, 0 for the request; None where nobody knows.
        notes: What was added to it by `add_note`.
        causes: What it came from.
        causes_left_out: How many more of those there were, at least.
    """

    type: str
    message: str
    stacktrace: str | None = None
    origin: int | None = None
    notes: list[str] = []
    causes: list[Cause] = []
    causes_left_out: int = 0

    def with_texts(self, redact: Callable[[str], str]) -> "Failure":
        """Return it with all texts but the names of types as `redact` returns them."""
        causes = [Cause(one.relation, one.depth, one.type, *_texts(one, redact)) for one in self.causes]
        message, stacktrace, notes = _texts(self, redact)
        return Failure(self.type, message, stacktrace, self.origin, notes, causes, self.causes_left_out)

    def texts(self) -> list[str]:
        """Return what can be searched for."""
        told: list[Failure | Cause] = [self, *self.causes]
        return [f"{one.type} {one.message} {' '.join(one.notes)}" for one in told]


def document_of(failure: Failure) -> dict[str, Any]:
    """Return a failure as `gradient.run/1` tells it, but for where it began."""
    return {
        "type": failure.type,
        "message": failure.message,
        "stacktrace": failure.stacktrace,
        "notes": failure.notes,
        "causes": [msgspec.structs.asdict(cause) for cause in failure.causes],
        "causes_left_out": failure.causes_left_out,
    }


def _texts(one: Failure | Cause, redact: Callable[[str], str]) -> tuple[str, str | None, list[str]]:
    stacktrace = None if one.stacktrace is None else redact(one.stacktrace)
    return redact(one.message), stacktrace, list(map(redact, one.notes))
