"""What a `step` with a 1 KB payload costs, which part of that is the journal, and what recording it costs at least.

Run: python -m benchmarks.step_cost [ROUNDS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.floor import LeastRecorder, StepInOnePiece
from benchmarks.graphs import first_state
from benchmarks.rounds import minima
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import step

_STEPS = 200


def main(rounds: int) -> None:
    """Measure and print."""
    state = first_state()

    def steps() -> None:
        for _ in range(_STEPS):
            with step("work", inputs=state) as work:
                work.outputs = None

    with tempfile.TemporaryDirectory() as home:
        recording = RuntimeManager(settings=Settings(home=Path(home), console="off"), instrumentors=())
        in_memory = RuntimeManager(settings=Settings(console="off"), record=False, instrumentors=())

        def inside(manager: RuntimeManager) -> None:
            set_runtime_manager(manager)
            manager.start_request("benchmark")
            steps()
            manager.end_request()

        ours = {"in memory": lambda: inside(in_memory), "journal": lambda: inside(recording)}
        best = minima({**ours, **_floors(state)}, rounds)
        recording.shutdown()
    print(f"caller CPU per step with a 1 KB payload, minima of {rounds} rounds of {_STEPS}")
    for name, words in (
        ("in memory", "in memory"),
        ("journal", "journal"),
        ("in one piece", "all that is promised of a step in one piece, see benchmarks/floor.py"),
        ("least", "the least recorder: encoding, CRC, copy, likewise"),
    ):
        print(f"  {(best[name] - best['nothing']) / _STEPS:6.1f} us   {words}")


def _floors(state: dict[str, Any]) -> dict[str, Callable[[], None]]:
    """Return what is below: nothing at all, and what records as little as can be."""
    recorder = LeastRecorder()

    def nothing() -> None:
        for _ in range(_STEPS):
            with _Nothing() as work:
                work.outputs = None

    def least() -> None:
        for number in range(_STEPS):
            with _Nothing() as work:
                recorder.write(4, number, time.perf_counter_ns(), "work", "step", state)
                work.outputs = None
            recorder.write(5, number, time.perf_counter_ns(), "work", "step", None)

    def in_one_piece() -> None:
        StepInOnePiece.kept.clear()
        for _ in range(_STEPS):
            with StepInOnePiece("work", inputs=state) as work:
                work.outputs = None

    return {"nothing": nothing, "least": least, "in one piece": in_one_piece}


class _Nothing:
    """An empty block."""

    outputs: object = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Do nothing."""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
