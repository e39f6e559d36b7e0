"""A store, asked from a thread of its own: reading may take a while, and the server goes on meanwhile."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from gradient.store import Store, StoreError

T = TypeVar("T")

_FRESH_S = 0.2


class Reader:
    """Answers questions about one home, one after the other.

    Args:
        open_store: Opens the store; called when the first question comes, and again after it failed.
        clock_s: Tells the time, to know when to look for what is new.
    """

    def __init__(self, open_store: Callable[[], Store], clock_s: Callable[[], float] = time.monotonic) -> None:
        self._open = open_store
        self._clock_s = clock_s
        self._thread = ThreadPoolExecutor(1, "gradient-store")
        self._store: Store | None = None
        self._fresh_until_s = 0.0

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Return the answer as of now, or of a fifth of a second ago.

        Raises:
            StoreError: The store cannot be read, or there is no answer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def close(self) -> None:
        """Let go of the store."""
        self._thread.submit(self._forget)
        self._thread.shutdown()

    def _answer(self, question: Callable[[Store], T]) -> T:
        if self._store is None:
            self._store = self._open()
            self._fresh_until_s = self._clock_s() + _FRESH_S
        elif self._clock_s() >= self._fresh_until_s:
            try:
                self._store.refresh()
            except StoreError:
                self._forget()
                raise
            self._fresh_until_s = self._clock_s() + _FRESH_S
        return question(self._store)

    def _forget(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(OSError):
                store.close()
