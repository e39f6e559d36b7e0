"""Whoever indexes may be killed at any moment: nothing is lost, nothing is counted twice."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from gradient.journal.events import Usage
from gradient.store import SqliteStore, ls_document

ROOT = Path(__file__).parents[2]
RUNS, EXECUTIONS = 400, 6

INDEXER = """
import sys
from pathlib import Path
import gradient.store.index.indexer as indexer
from gradient.store import SqliteStore
indexer.FRAMES_PER_BATCH = 60
store = SqliteStore(Path(sys.argv[1]))
store.compact()
store.update_text()
print("done", flush=True)
"""


@pytest.fixture
def journals(process):
    """Write runs of three processes, interleaved, in many small segments."""
    several = [process(first_segment_bytes=32_768, largest_segment_bytes=32_768, mapped=False) for _ in range(3)]
    for number in range(RUNS):
        one, key = several[number % 3], number % 250 + 1 if number < 250 else None
        if key is None:
            break
        one.request(key, at_ms=number, inputs={"question": f"word{number}"})
        for execution in range(EXECUTIONS):
            usage = Usage(7, 3, None, None, None, 0.5)
            one.start(key, execution + 1, at_ms=number, kind="llm", inputs="x" * 40)
            one.end(key, execution + 1, at_ms=number + 1, started_ms=number, kind="llm", usage=usage, model="gpt")
        one.end_request(key, at_ms=number + 2, started_ms=number)
    for one in several:
        one.die()


def index_and_kill(home, after_s):
    """Let a process index, and kill it after a while; tell whether it was done by then."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", INDEXER, str(home)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as indexer:
        try:
            out, err = indexer.communicate(timeout=after_s)
        except subprocess.TimeoutExpired:
            indexer.kill()
            return False
    assert (out, err) == (b"done\n", b"")
    return True


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_an_indexer_that_is_killed_loses_nothing_and_doubles_nothing(journals, home, kills):
    moments = random.Random(kills)

    for _ in range(kills):
        if index_and_kill(home, moments.uniform(0.15, 1.0)) and kills > 5:
            for path in (home / "index").iterdir():
                path.unlink()

    with SqliteStore(home) as store:
        listed = ls_document(store)
        (node,) = store.stats("node")
        (model,) = store.stats("model")
        store.update_text()
        found = [store.count(f"word{number}") for number in (0, 100, 249)]
        documents = [len(store.run_document(run)["executions"]) for run in store]

    assert [run["executions"] for run in listed["runs"]] == documents == [EXECUTIONS] * 250
    assert {run["usage"]["input_tokens"] for run in listed["runs"]} == {7 * EXECUTIONS}
    assert node.count == model.count == 250 * EXECUTIONS
    assert model.cost_usd == 250 * EXECUTIONS * 0.5
    assert found == [1, 1, 1]
    for path in (home / "index").iterdir():
        path.unlink()
    with SqliteStore(home) as anew:
        assert ls_document(anew) == listed
