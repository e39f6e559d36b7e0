"""Many processes write while one indexes and others read: nothing is lost, and nobody waits for a lock for long."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.patience import PATIENCE_S

from gradient.store import SqliteStore

ROOT = Path(__file__).parents[2]
WRITERS, READERS = 8, 3

WRITER = """
import sys, time
from pathlib import Path
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import step
manager = RuntimeManager(settings=Settings(home=Path(sys.argv[1]), console="off", project="demo"), instrumentors=())
set_runtime_manager(manager)
until, runs = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < until:
    manager.start_request("busy")
    for _ in range(10):
        with step("work", inputs={"text": "x" * 200}):
            pass
    manager.end_request()
    runs += 1
    time.sleep(0.01)  # an agent waits for its model; without this, two cores do nothing but write
manager.shutdown()
print(runs)
"""

READER = """
import json, sys, time
from pathlib import Path
from gradient.store import SqliteStore
until, cursor, told, seen = time.monotonic() + float(sys.argv[2]), None, 0, 0
store = SqliteStore(Path(sys.argv[1]))
while time.monotonic() < until or not told:
    store.refresh()
    for run in store.list(limit=5).runs:
        document = store.run_document(run)
        assert run.status == "running" or len(document["executions"]) == 10, document
    now = store.count()
    assert now >= seen, (now, seen)
    seen = now
    store.stats("node")
    told += 1
print(json.dumps({"asked": told, "note": store.note}))
"""


@pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_writers_and_readers_at_once_lose_nothing_and_meet_no_lock(home, seconds):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    programs = [WRITER] * WRITERS + [READER] * READERS
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(home), str(seconds)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for program in programs
    ]
    told = [process.communicate(timeout=seconds + PATIENCE_S) for process in running]

    assert [err.decode() for _, err in told if err] == []
    written = sum(int(out) for out, _ in told[:WRITERS])
    readers = [json.loads(out) for out, _ in told[WRITERS:]]
    assert [reader["note"] for reader in readers] == [None] * READERS
    assert all(reader["asked"] for reader in readers), readers
    with SqliteStore(home) as store:
        assert store.count() == written
        assert store.damaged == 0
        assert sum(group.count for group in store.stats("node")) == written * 10
        assert all(run.executions == 10 and run.status == "completed" for run in store)
