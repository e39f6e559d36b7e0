"""Eight processes that write at once into one home: the 99th percentile of one execution, start and end.

Run: python -m benchmarks.writers [STEPS]
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.graphs import first_state
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import step

_PROCESSES = 8


def _write(home: str, steps: int, answers: multiprocessing.Queue[list[int]]) -> None:
    manager = RuntimeManager(settings=Settings(home=Path(home), console="off"), instrumentors=())
    set_runtime_manager(manager)
    state, times = first_state(), []
    manager.start_request("benchmark")
    for _ in range(steps):
        started = time.thread_time_ns()
        with step("work", inputs=state):
            pass
        times.append(time.thread_time_ns() - started)
    manager.end_request()
    manager.shutdown()
    answers.put(times)


def main(steps: int) -> None:
    """Measure and print."""
    spawn = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[list[int]] = spawn.Queue()
    with tempfile.TemporaryDirectory() as home:
        writers = [spawn.Process(target=_write, args=(home, steps, answers)) for _ in range(_PROCESSES)]
        for writer in writers:
            writer.start()
        times = sorted(time_ns for _ in writers for time_ns in answers.get())
        for writer in writers:
            writer.join()
    print(f"{_PROCESSES} processes writing {steps} steps each, 1 KB payload, CPU of one step")
    for name, share in (("median", 0.5), ("p99", 0.99)):
        print(f"  {name:7} {times[int(len(times) * share)] / 1e3:6.1f} us")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
