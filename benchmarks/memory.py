"""Whether a process that serves requests for ever stays as large as it is: anonymous memory over 20,000 requests.

Run: python -m benchmarks.memory [REQUESTS]
"""

from __future__ import annotations

import gc
import sys
import tempfile
from pathlib import Path

from benchmarks.graphs import first_state, line_of_nodes
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager

_NODES = 3
_MARKS = 5


def _anonymous_kb() -> int:
    """Return the memory of this process that no file stands behind, in KB (Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


def main(requests: int) -> None:
    """Serve, and print the memory at a few marks."""
    graph = line_of_nodes(_NODES)
    with tempfile.TemporaryDirectory() as home:
        manager = RuntimeManager(settings=Settings(home=Path(home), console="off"))
        set_runtime_manager(manager)
        manager.install_instrumentation()
        print(f"anonymous memory over {requests} requests of {_NODES} nodes, 1 KB state")
        for served in range(1, requests + 1):
            manager.start_request("benchmark")
            graph.invoke(first_state())
            manager.end_request()
            if served % (requests // _MARKS) == 0:
                gc.collect()
                print(f"  after {served:6} requests  {_anonymous_kb() / 1024:7.1f} MB")
        manager.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
