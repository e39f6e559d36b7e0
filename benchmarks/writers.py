"""Processes that write at once into one home: what one execution takes, start and end, and why some take long.

One, two and eight processes write; beside each, as many that only copy two bodies of the same length into a mapped
file. CPU is what the thread was given; wall is what the agent waits, and with more writers than cores it includes
being set aside for others.

Run: python -m benchmarks.writers [STEPS]
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.graphs import first_state
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import step

if TYPE_CHECKING:
    from collections.abc import Callable

_PROCESSES = (1, 2, 8)
_WARMING = 300
_BODIES = (b"s" * 1_500, b"e" * 300)
_MAP_BYTES = 16 * 1024 * 1024


class Times(NamedTuple):
    """What one writer measured: nanoseconds of each execution, and how often it was set aside against its will."""

    cpu: list[int]
    wall: list[int]
    preempted: int


def _measure(work: Callable[[], None], steps: int) -> Times:
    for _ in range(_WARMING):
        work()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    cpu, wall = [], []
    for _ in range(steps):
        began_wall, began = time.perf_counter_ns(), time.thread_time_ns()
        work()
        cpu.append(time.thread_time_ns() - began)
        wall.append(time.perf_counter_ns() - began_wall)
    return Times(cpu, wall, resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw - before)


def _record(home: str, steps: int, ready: Any, answers: Any) -> None:
    manager = RuntimeManager(settings=Settings(home=Path(home), console="off"), instrumentors=())
    set_runtime_manager(manager)
    state = first_state()

    def work() -> None:
        with step("work", inputs=state):
            pass

    manager.start_request("benchmark")
    ready.wait()
    times = _measure(work, steps)
    manager.end_request()
    manager.shutdown()
    answers.put(times)


def _copy(home: str, steps: int, ready: Any, answers: Any) -> None:
    with (Path(home) / f"{os.getpid()}.map").open("w+b") as file:
        os.posix_fallocate(file.fileno(), 0, _MAP_BYTES)
        room = mmap.mmap(file.fileno(), _MAP_BYTES)
    at = 0

    def work() -> None:
        nonlocal at
        for body in _BODIES:
            at = 0 if at + len(body) > _MAP_BYTES else at
            room[at : at + len(body)] = body
            at += len(body)

    ready.wait()
    answers.put(_measure(work, steps))


def _run(target: Callable[..., None], processes: int, steps: int) -> Times:
    spawn = multiprocessing.get_context("spawn")
    answers, ready = spawn.Queue(), spawn.Barrier(processes)
    with tempfile.TemporaryDirectory() as home:
        writers = [spawn.Process(target=target, args=(home, steps, ready, answers)) for _ in range(processes)]
        for writer in writers:
            writer.start()
        times: list[Times] = [answers.get() for _ in writers]
        for writer in writers:
            writer.join()
    cpu, wall = (sorted(time_ns for one in times for time_ns in one[at]) for at in (0, 1))
    return Times(cpu, wall, sum(one.preempted for one in times))


def main(steps: int) -> None:
    """Measure and print."""
    print(f"{steps} steps of 1 KB in each process, us; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':24}{'CPU median':>12}{'CPU p99':>10}{'wall median':>13}{'wall p99':>10}{'preempted':>22}")
    for processes in _PROCESSES:
        for name, target in (("step, journal", _record), ("least writer", _copy)):
            cpu, wall, preempted = _run(target, processes, steps)
            shares = [times[int(len(times) * share)] / 1e3 for times in (cpu, wall) for share in (0.5, 0.99)]
            columns = f"{shares[0]:12.1f}{shares[1]:10.1f}{shares[2]:13.1f}{shares[3]:10.1f}"
            print(f"{processes} x {name:20}{columns}{preempted:>10,} of {len(cpu):,}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
