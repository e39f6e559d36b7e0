"""Time alternatives against each other: shuffled rounds in one process, minima, CPU of the calling thread.

The minimum is what the work costs when nothing disturbs it; shuffling lets a slow minute hit all alternatives alike.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable


def minima(
    alternatives: dict[str, Callable[[], object]],
    rounds: int,
    prepare: dict[str, Callable[[], object]] | None = None,
    seed: int = 7,
) -> dict[str, float]:
    """Return the least CPU microseconds of each alternative over many rounds in random order.

    `prepare` names what is done before an alternative and not measured.
    """
    prepare = prepare or {}
    order = list(alternatives)
    shuffle = random.Random(seed).shuffle
    best = dict.fromkeys(order, float("inf"))
    for name in order * 3:  # warm up
        prepare.get(name, _nothing)()
        alternatives[name]()
    gc.collect()
    for _ in range(rounds):
        shuffle(order)
        for name in order:
            run = alternatives[name]
            prepare.get(name, _nothing)()
            run()  # what `prepare` changed must be warm again: the interpreter specialises code anew
            started = time.thread_time_ns()
            run()
            best[name] = min(best[name], (time.thread_time_ns() - started) / 1e3)
    return best


def _nothing() -> None:
    """Nothing to prepare."""
