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
import sys
from pathlib import Path
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import step
manager = RuntimeManager(settings=Settings(home=Path(sys.argv[1]), console="off", project="demo"), instrumentors=())
set_runtime_manager(manager)
for _ in range(int(sys.argv[2])):
    manager.start_request("busy")
    for _ in range(10):
        with step("work", inputs={"text": "x" * 200}):
            pass
    manager.end_request()
manager.shutdown()
"""

READER = """
import json, sys
from pathlib import Path
from gradient.store import SqliteStore
told = seen = 0
store = SqliteStore(Path(sys.argv[1]))
while not Path(sys.argv[2]).exists() or not told:
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


@pytest.fixture
def begin(home):
    """Return a function that runs a program with this test's home."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def start(program, argument):
        command = [sys.executable, "-c", program, str(home), str(argument)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return start


@pytest.mark.parametrize("runs", [100, pytest.param(1_500, marks=pytest.mark.slow)])
def test_writers_and_readers_at_once_lose_nothing_and_meet_no_lock(begin, home, tmp_path, runs):
    all_written = tmp_path / "all written"
    readers = [begin(READER, all_written) for _ in range(READERS)]
    writers = [begin(WRITER, runs) for _ in range(WRITERS)]

    complaints = [writer.communicate(timeout=PATIENCE_S)[1] for writer in writers]
    all_written.touch()
    told = [reader.communicate(timeout=PATIENCE_S) for reader in readers]

    complaints += [complaint for _, complaint in told]
    assert [complaint.decode() for complaint in complaints if complaint] == []
    answers = [json.loads(out) for out, _ in told]
    assert [answer["note"] for answer in answers] == [None] * READERS
    assert all(answer["asked"] for answer in answers), answers
    with SqliteStore(home) as store:
        assert store.count() == runs * WRITERS
        assert store.damaged == 0
        assert sum(group.count for group in store.stats("node")) == runs * WRITERS * 10
        assert all(run.executions == 10 and run.status == "completed" for run in store)
