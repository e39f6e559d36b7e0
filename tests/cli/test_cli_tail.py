"""`gradient tail` tells what happens in other processes while it happens."""

import json
import signal
import subprocess
import sys

import pytest
from support.patience import PATIENCE_S


@pytest.fixture
def tail(commands):
    """Return a function that begins to follow; gives the process, once it follows."""
    started = []

    def begin(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "gradient.cli", "tail", *arguments],
            cwd=commands.folder,
            env=commands.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        started.append(process)
        assert "Following" in process.stderr.readline()
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def read_until(stream, end):
    """Return the lines of a stream up to one that has `end` in it."""
    lines = []
    while not lines or end not in lines[-1]:
        lines.append(stream.readline())
        assert lines[-1], lines
    return lines


def test_runs_and_what_ends_in_them_are_told_in_order(commands, tail):
    process = tail("--format", "jsonl")

    commands.agent("bad")
    events = [json.loads(line) for line in read_until(process.stdout, "run_ended")]

    ended = [event["execution"]["name"] for event in events if event["event"] == "execution_ended"]
    assert {event["schema"] for event in events} == {"gradient.tail/1"}
    assert events[0]["event"] == "run_started"
    assert sorted(ended) == ["gpt", "graph", "planner", "search", "writer"]
    assert (events[-1]["run"]["status"], events[-1]["run"]["errors"]) == ("error", 2)


def test_only_runs_where_only_runs_are_wanted(commands, tail):
    process = tail("--runs")

    commands.agent("fine")
    lines = read_until(process.stdout, "✓")

    assert all("shop_agent" in line for line in lines)


def test_what_was_recorded_before_is_not_told_again(commands, tail):
    commands.agent("fine")
    process = tail("--format", "jsonl", "--runs")

    commands.agent("bad")
    events = [json.loads(line) for line in read_until(process.stdout, "run_ended")]

    assert {event["run"]["status"] for event in events} <= {"running", "error"}


def test_ctrl_c_ends_it(tail):
    process = tail()

    process.send_signal(signal.SIGINT)

    assert process.wait(PATIENCE_S) == 130
