"""The least that recording costs, twice.

`LeastRecorder` knows no request, tree, limit or secret: it encodes the start and the end of a node with its payload,
sums it up and copies it into a map. `StepInOnePiece` does for a step all that is promised of one, as two functions that
know each other: no settings, listeners, trackers, failures, forks, other segments. What is asked of a tracer written in
Python below these cannot be had; what ours costs above them is its own.
"""

from __future__ import annotations

import mmap
import random
import tempfile
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from threading import RLock
from typing import Any, ClassVar
from zlib import crc32

import msgspec

from gradient.journal.events import ExecutionEnded, ExecutionStarted
from gradient.runtime.values.glance import is_plain
from gradient.runtime.values.redaction import Redactor

_MAP_BYTES = 16 * 1024 * 1024
_LIMITS = 10_000, 50, 1024 * 1024, 32 * 1024, 512
_encode = msgspec.json.Encoder().encode
_now = time.perf_counter_ns
_current: ContextVar[Any] = ContextVar("current", default=None)
_redactor = Redactor()
_is_plain = partial(is_plain, _redactor.ordinary_keys, _redactor.is_ordinary, *_LIMITS)
_random_bits = random.Random(1).getrandbits
_REQUEST = bytes(16)


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
        self.write_body(_encode(event))

    def write_body(self, body: bytes) -> None:
        """Copy an encoded event."""
        crc32(body)
        start = self._used
        self._used = end = start + len(body)
        if end > _MAP_BYTES:
            start, self._used = 0, len(body)
        self._map[start : start + len(body)] = body


class StepInOnePiece:
    """A step: looked over, searched for secrets, encoded, written, kept, and the parent of what runs inside."""

    __slots__ = ("_before", "_execution", "_inputs", "_name", "outputs")

    kept: ClassVar[list[_Execution]] = []
    _lock = RLock()
    _written = LeastRecorder()

    def __init__(self, name: str, *, inputs: Any = None) -> None:
        self._name = name
        self._inputs = inputs
        self.outputs: Any = None

    def __enter__(self):
        self._before = parent = _current.get()
        self._execution = new = _Execution()
        new.name, new.kind, new.framework = name, kind, framework = self._name, "step", "custom"
        new.node_id = node_id = f"step_{name}"
        new.parent, new.error, new.usage = parent, None, None
        new.id, new.started_ns = number, now = _random_bits(64), _now()
        inputs = self._inputs
        if not _is_plain(inputs):
            raise ValueError(inputs)
        event = ExecutionStarted(_REQUEST, number, 0, now, name, kind, framework, node_id, None, None, None, inputs)
        new.started = body = _encode(event)
        if _redactor.holds_secret(body):
            raise ValueError(body)
        self.kept.append(new)
        with self._lock:
            self._written.write_body(body)
        _current.set(new)
        return self

    def __exit__(self, *_: object) -> None:
        """Write the end."""
        own = self._execution
        _current.set(self._before)
        own.ended_ns = now = _now()
        own.status = "completed"
        outputs = self.outputs
        if outputs is not None and not _is_plain(outputs):
            raise ValueError(outputs)
        event = ExecutionEnded(
            *(_REQUEST, own.id, 0, now, own.started_ns, own.name, own.kind, own.framework, own.node_id, own.status),
            outputs=outputs,
        )
        own.ended = body = _encode(event)
        if _redactor.holds_secret(body):
            raise ValueError(body)
        with self._lock:
            self._written.write_body(body)


class _Execution:
    __slots__ = (
        *("ended", "ended_ns", "error", "framework", "id", "kind", "name", "node_id", "parent", "started"),
        *("started_ns", "status", "usage"),
    )


def best_us(function: Callable[[], object], rounds: int = 200) -> float:
    """Return the least CPU microseconds of a call."""
    best = float("inf")
    for _ in range(rounds):
        started = time.thread_time_ns()
        function()
        best = min(best, (time.thread_time_ns() - started) / 1e3)
    return best
