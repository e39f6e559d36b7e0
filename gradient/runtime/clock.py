"""Time and identity, in one place so that tests can replace both.

`monotonic_ns` orders and measures; `wall_ns` is for people. Only the first is ever subtracted.
"""

import os
import random
import time
from collections.abc import Callable
from uuid import UUID


class Clock:
    """The clocks of this machine."""

    def __init__(
        self,
        monotonic_ns: Callable[[], int] = time.perf_counter_ns,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.monotonic_ns = monotonic_ns
        self.wall_ns = wall_ns


class Identities:
    """Random request ids (UUID4) and execution ids (64 bits, never 0)."""

    def __init__(self) -> None:
        self._reseed()
        if hasattr(os, "register_at_fork"):  # a child must not draw its parent's numbers
            os.register_at_fork(after_in_child=self._reseed)

    def _reseed(self) -> None:
        # Our own generator: a user's `random.seed(0)` must not make two runs look like one.
        self._bits = random.Random(os.urandom(32)).getrandbits  # noqa: S311 - identifiers, not secrets

    def request_id(self) -> UUID:
        """Return a new random UUID4."""
        return UUID(int=self._bits(128), version=4)

    def execution_id(self) -> int:
        """Return a new random 64-bit number other than 0."""
        return self._bits(64) or 1
