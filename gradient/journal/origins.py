"""Where a failure began: one exception passes what it is raised in, and each of those ends with it.

The process that records knows which exceptions are one and the same, and says so with each of them. Older journals, and
programs that tell a text instead of an exception, leave it open; then an execution whose child failed with the same
words is taken to pass on what its child failed with.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

REQUEST = 0
"""Stands for the request itself among the numbers of executions."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Failed(Generic[K]):
    """What is known of one end with an error.

    Attributes:
        id, parent: The execution, and what it is inside of, or the request.
        said: What is equal where the words of two failures are.
        origin: The execution that the same exception ended first, as it was told; None where it was not.
    """

    id: K
    parent: K | None
    said: Hashable
    origin: K | None


def origins(failed: Iterable[Failed[K]]) -> dict[K, K]:
    """Return for each execution that failed the one in which that began: itself, or one that is among them.

    Args:
        failed: All that failed in one request, in the order in which they began.
    """
    every = {one.id: one for one in failed}
    handed_up = {(one.parent, one.said): one.id for one in every.values()}
    # Where retention took the one that it began in, the last that began stands for it.
    latest = {one.origin: one.id for one in every.values() if one.origin is not None}
    found: dict[K, K] = {}
    for one in every.values():
        at, seen = one, {one.id}
        while at.origin is None:
            below = handed_up.get((at.id, at.said))
            if below is None or below in seen:
                break
            seen.add(below)
            at = every[below]
        found[one.id] = at.id if at.origin is None else at.origin if at.origin in every else latest[at.origin]
    return found
