"""What the disk had no room for is told by the runs that lost it, also when their process is dead."""

import signal

import pytest

from gradient.store import SqliteStore

pytest.importorskip("resource", reason="needs limits as POSIX has them")

PROGRAM = """
import os, resource, signal, sys
from gradient.runtime import get_runtime_manager
from gradient.sdk import entrypoint, step

def room(there_is):
    \"\"\"Let no file grow any more, as on a full disk, or let all grow again.\"\"\"
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if there_is else 80, hard))

@entrypoint
def agent(name, steps=20, after=None):
    for _ in range(steps):
        with step("work", inputs={"x": "y" * 3000}):
            pass
    if after is not None:
        after()
    return "z" * 30_000

def heavy():
    room(False)
    for _ in range(60):
        with step("heavy", inputs={"x": "y" * 30_000}):
            pass

def tell():
    print(get_runtime_manager().recorder.writer.lost, flush=True)

def fill():
    \"\"\"Use up what is left of the segments that are there.\"\"\"
    room(False)
    for _ in range(200):
        agent("filling", 3)

SCENARIO
tell()
END
"""
LATER = "agent('before')\nfill()\nroom(True)\n[agent('after') for _ in range(20)]"
NEVER = "agent('before')\nfill()"
ACROSS = "agent('across', 1, fill)\nroom(True)\n[agent('after') for _ in range(20)]"
ALONE = "agent('alone', 1, heavy)"
NO_END = ""
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
OPEN = f"agent('open', 1, lambda: (heavy(), tell(), {KILLED}))"


@pytest.fixture
def documents(home, run):
    """Return a function that runs a scenario; gives how many events were lost, and all runs, oldest first."""

    def play(scenario, end=NO_END):
        code, out, err = run(PROGRAM.replace("SCENARIO", scenario).replace("END", end))
        assert code == (-signal.SIGKILL if end == KILLED else 0), err
        assert err.count("Warning") == 1
        with SqliteStore(home) as store:
            return int(out), [store.run_document(one) for one in reversed(store.all_runs())]

    return play


def told(runs):
    return sum(run["loss"]["dropped"] for run in runs)


@pytest.mark.parametrize("scenario", [LATER, ACROSS])
def test_once_there_is_room_again_each_run_tells_what_it_lost(documents, scenario):
    lost, runs = documents(scenario)

    assert lost > 1_000
    assert told(runs) == pytest.approx(lost, abs=3)
    assert {run["status"] for run in runs} == {"completed"}
    assert any(run["loss"]["dropped"] and not run["executions"] for run in runs)


def test_without_room_to_the_end_runs_tell_of_losses_in_what_was_reserved_for_that(documents):
    lost, runs = documents(NEVER)

    assert lost > 1_000
    assert sum(run["loss"]["dropped"] > 0 for run in runs) > 10
    assert {run["status"] for run in runs} == {"completed"}


@pytest.mark.parametrize("end", [NO_END, KILLED])
def test_a_run_whose_end_had_no_room_is_not_aborted(documents, end):
    lost, (run,) = documents(ALONE, end)

    assert lost
    assert (run["status"], run["outputs"]) == ("completed", None)
    assert run["loss"]["dropped"] == lost


def test_of_a_run_that_was_open_when_its_process_lost_events_and_was_killed_nobody_can_say(documents):
    lost, (run,) = documents(OPEN, KILLED)

    assert lost
    assert run["status"] == "unknown"
    assert run["loss"] == {"dropped": 0, "truncated": 0, "process": lost}


def test_a_run_of_a_killed_process_that_lost_nothing_is_aborted(documents, run, home):
    code, _, _ = run("from gradient.sdk import entrypoint\nimport os\nentrypoint(lambda: os.kill(os.getpid(), 9))()")

    with SqliteStore(home) as store:
        document = store.run_document(store.find("@last"))
    assert (code, document["status"], document["loss"]) == (-9, "aborted", {"dropped": 0, "truncated": 0})
