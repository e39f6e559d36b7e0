"""The least that recording costs: what is left when a tracer knows no request, no tree, no limit and no secret.

A recorder that does nothing but encode the start and the end of a node with its payload, sum it up and copy it into a
map. What a tracer costs above this is its own; what is asked of it below this cannot be had.
"""

from __future__ import annotations

import mmap
import tempfile
import time
from collections.abc import Callable
from typing import Any
from zlib import crc32

import langgraph.pregel._runner as runner
import msgspec
from langchain_core.callbacks import BaseCallbackHandler

_MAP_BYTES = 16 * 1024 * 1024
_original = runner.run_with_retry
_encode = msgspec.json.Encoder().encode
_now = time.perf_counter_ns


class Nothing(BaseCallbackHandler):
    """Hears of every chain and does nothing."""

    run_inline = True

    def on_chain_start(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def on_chain_end(self, *_: Any, **__: Any) -> None:
        """Do nothing."""


class LeastRecorder:
    """Writes starts and ends of nodes, and nothing else that a tracer must do."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(_MAP_BYTES))
            file.flush()
            self._map = mmap.mmap(file.fileno(), _MAP_BYTES)
        self._used = 0

    def write(self, *event: Any) -> None:
        """Encode an event and copy it."""
        body = _encode(event)
        crc32(body)
        start = self._used
        self._used = end = start + len(body)
        if end > _MAP_BYTES:
            start, self._used = 0, len(body)
        self._map[start : start + len(body)] = body

    def install(self) -> None:
        """Take the place of LangGraph's function for a node."""

        def run_with_retry(task: Any, *args: Any, **kwargs: Any) -> Any:
            self.write(4, task.id, _now(), task.name, "node", task.input)
            result = _original(task, *args, **kwargs)
            self.write(5, task.id, _now(), task.name, "node", dict(task.writes))
            return result

        runner.run_with_retry = run_with_retry

    def uninstall(self) -> None:
        """Put LangGraph's function back."""
        runner.run_with_retry = _original


def best_us(function: Callable[[], object], rounds: int = 200) -> float:
    """Return the least CPU microseconds of a call."""
    best = float("inf")
    for _ in range(rounds):
        started = time.thread_time_ns()
        function()
        best = min(best, (time.thread_time_ns() - started) / 1e3)
    return best
