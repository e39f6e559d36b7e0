"""What `import gradient.sdk` costs beside an interpreter that imports nothing, and that it loads no framework.

Run: python -m benchmarks.import_cost [RUNS]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_FRAMEWORKS = ("langgraph", "langchain_core", "langchain", "openai")
_PROGRAM = "import sys, gradient.sdk; sys.exit(any(name in sys.modules for name in {names!r}))"
_THEIRS = "import msgspec, wrapt, platformdirs, ahocorasick_rs, asyncio, dataclasses, importlib.metadata, uuid"


def _cpu_ms(program: str, runs: int) -> float:
    best = float("inf")
    for _ in range(runs):
        before = os.times()
        subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[1])
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        best = min(best, spent * 1e3)
    return best


def main(runs: int) -> None:
    """Measure and print."""
    bare = _cpu_ms("pass", runs)
    theirs = _cpu_ms(_THEIRS, runs)
    ours = _cpu_ms(_PROGRAM.format(names=_FRAMEWORKS), runs)
    print(f"CPU of `import gradient.sdk`, minima of {runs} processes; no framework is loaded by it")
    print(f"  interpreter alone            {bare:6.0f} ms")
    print(f"  libraries that it needs     +{theirs - bare:6.0f} ms")
    print(f"  gradient.sdk with these     +{ours - bare:6.0f} ms, of which ours {ours - theirs:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
