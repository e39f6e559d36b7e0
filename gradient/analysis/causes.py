"""What an error came from, as text that people read."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from gradient.journal.vocabulary import RELATIONS

Error = dict[str, Any]
_BETWEEN = {
    "cause": "The above exception was the direct cause of the following exception:",
    "context": "During handling of the above exception, another exception occurred:",
}


def said(error: Error) -> str:
    """Return the type and the message of an error, or of what it came from."""
    parts: list[str] = [part for part in (error["type"], error["message"]) if part]
    return ": ".join(parts) or "no message"


def related(cause: Error) -> str:
    """Return how an exception has to do with the one before it."""
    relation: str = cause["relation"]
    return RELATIONS.get(relation, relation)


def whole_trace(error: Error) -> str | None:
    """Return the stack trace of an error with what it came from, in the order of Python's own account.

    Members of groups are indented behind a bar; without notes and causes it is the stack trace as it was recorded.
    """
    if not error["notes"] and not error["causes"]:
        trace: str | None = error["stacktrace"]
        return trace
    lines = list(_lines(error, error["causes"], 0))
    if error["causes_left_out"]:
        lines.append(f"and {error['causes_left_out']:,} more exceptions")
    return "\n".join(lines)


def _lines(error: Error, below: list[Error], depth: int) -> Iterator[str]:
    """Yield the account of an exception that is inside of `depth` groups; what came first stands first."""
    chain = list(_parted([error, *below], lambda one: one["depth"] <= depth))
    for at, (one, *inner) in reversed(list(enumerate(chain))):
        yield from (one["stacktrace"] or "").splitlines()
        if at or depth:  # of the error itself, the words stand elsewhere
            yield said(one)
        yield from one["notes"]
        for member, *rest in _parted(inner, lambda one: one["depth"] <= depth + 1 and one["relation"] == "member"):
            yield from (f"  | {line}" for line in _lines(member, rest, depth + 1))
        if at:
            yield from ("", _BETWEEN.get(one["relation"], ""), "")


def _parted(exceptions: list[Error], begins: Callable[[Error], bool]) -> Iterator[list[Error]]:
    """Part exceptions before each that begins a new part."""
    starts = [0, *(at for at, one in enumerate(exceptions) if at and begins(one)), len(exceptions)]
    return (exceptions[start:end] for start, end in pairwise(starts) if start < end)
