"""Run every benchmark, one after the other."""

from __future__ import annotations

import subprocess
import sys

_ALL = (
    "node_overhead",
    "conversation",
    "step_cost",
    "import_cost",
    "memory",
    "writers",
    "client_overhead",
    "shipper",
    "store",
)


def main() -> int:
    """Return 0 when all of them ran."""
    return max(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode for name in _ALL)


if __name__ == "__main__":
    sys.exit(main())
