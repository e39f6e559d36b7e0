"""Whatever was acknowledged before a SIGKILL is on disk, byte for byte."""

import random
import sys
from pathlib import Path

import pytest
from busy_agent import payload_of

PROGRAM = Path(__file__).with_name("busy_agent.py")
WAYS = ["mapped", "written"] if sys.platform == "linux" else ["written"]


@pytest.fixture
def kill_busy_agent(start):
    """Return a function that kills a busy agent at a random moment, and gives all that it had said by then."""

    def kill(seed, way):
        said = []
        wanted = random.Random(f"moment {seed}").randrange(20, 300)
        process = start(PROGRAM, seed, way)
        while len(said) < wanted or "O" not in said:
            line = process.stdout.readline().decode()
            assert line, process.stderr.read().decode()
            said.append(line.strip())
        process.kill()
        rest, complaints = process.communicate()
        assert complaints == b""
        return said + [line for line in rest.decode().split("\n")[:-1] if line]

    return kill


def numbers(said, letter):
    return {int(line[2:]) for line in said if line.startswith(letter + " ")}


def check_a_kill(seed, way, kill_busy_agent, read_runs):
    said = kill_busy_agent(seed, way)

    runs = read_runs()

    busy = {run["inputs"]["given"]["number"]: run for run in runs if run["entrypoint"] != "endless"}
    for number in numbers(said, "S"):
        graph, node = busy[number]["executions"]
        given = {"number": number, "text": payload_of(seed, number, "in")}
        assert busy[number]["inputs"] == {"given": given}
        assert graph["inputs"] == node["inputs"] == {"value": given}
        assert node["parent_id"] == graph["execution_id"]
    for number in numbers(said, "E"):
        returned = {"number": number, "text": payload_of(seed, number, "out")}
        graph, node = busy[number]["executions"]
        assert busy[number]["outputs"] == returned
        assert graph["outputs"] == node["outputs"] == {"value": returned}
        assert {busy[number]["status"], graph["status"], node["status"]} == {"completed"}
    check_what_was_open(runs)


def check_what_was_open(runs):
    (endless,) = [run for run in runs if run["entrypoint"] == "endless"]
    assert endless["status"] == "aborted"
    assert [(execution["name"], execution["status"]) for execution in endless["executions"]] == [
        ("LangGraph", "aborted"),
        ("wait", "aborted"),
    ]
    assert {run["status"] for run in runs} <= {"completed", "aborted"}
    for run in runs:
        ended = {execution["status"] for execution in run["executions"]}
        assert ended <= {"completed", run["status"]}
        assert run["duration_ms"] is not None


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_kill_loses_nothing_that_was_acknowledged(seed, kill_busy_agent, read_runs):
    check_a_kill(seed, WAYS[seed % len(WAYS)], kill_busy_agent, read_runs)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(100, 125))
def test_many_kills_lose_nothing_that_was_acknowledged(seed, way, kill_busy_agent, read_runs):
    check_a_kill(seed, way, kill_busy_agent, read_runs)
