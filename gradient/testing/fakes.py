"""Time and ids that tests decide on."""

from __future__ import annotations

import itertools
from datetime import datetime, timezone
from uuid import UUID

from gradient.runtime.clock import Clock, Identities

_NS_PER_MS = 1_000_000
_NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)


class FakeClock(Clock):
    """A clock that stands still until it is told to advance.

    Args:
        start: Time of day when the test begins, aware.
    """

    def __init__(self, start: datetime = _NEW_YEAR) -> None:
        self._elapsed_ns = 0
        started_ns = int(start.timestamp()) * 1_000 * _NS_PER_MS + start.microsecond * 1_000
        super().__init__(lambda: self._elapsed_ns, lambda: started_ns + self._elapsed_ns)

    def advance(self, ms: float) -> None:
        """Let so many milliseconds pass."""
        self._elapsed_ns += round(ms * _NS_PER_MS)


class CountingIdentities(Identities):
    """Ids that count from 1: the first request is `00000000-0000-4000-8000-000000000001`, the first execution 1."""

    def __init__(self) -> None:  # not the base's: nothing is random here, and a forked child may count on
        self._requests = itertools.count(1)
        self._executions = itertools.count(1)

    def request_id(self) -> UUID:
        """Return the next request id."""
        return UUID(int=next(self._requests), version=4)

    def execution_id(self) -> int:
        """Return the next execution id."""
        return next(self._executions)
