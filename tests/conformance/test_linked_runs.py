"""Runs that belong together say so: resumed ones, work that outlived its request, attempts of one node."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conformance import graphs, scenarios, streams
from conformance.playing import play
from conformance.trees import expected_trees, trees_of

import gradient.sdk


def by_entrypoint(runs):
    return {run["entrypoint"]: run for run in runs}


@pytest.mark.parametrize(
    ("scenario", "late"),
    [
        (scenarios.thread_outlives_request, "late"),
        (scenarios.task_outlives_request, "late"),
        (streams.generator_outlives_request, "item 1"),
    ],
)
def test_work_that_outlives_its_request_follows_it(runtime, read_runs, scenario, late):
    play(scenario, gradient.sdk)

    runs = by_entrypoint(read_runs())
    assert runs[late]["links"] == [{"request_id": runs["agent"]["request_id"], "relation": "follows"}]
    assert runs["agent"]["links"] == []


def test_work_outside_of_any_request_follows_nothing(runtime, read_runs):
    play(scenarios.pool_shared_by_requests, gradient.sdk)

    assert by_entrypoint(read_runs())["of nobody"]["links"] == []


def test_a_resumed_run_is_linked_to_the_interrupted_one(runtime, read_runs):
    play(graphs.interrupted_and_resumed, gradient.sdk)

    interrupted, resumed = read_runs()
    assert resumed["links"] == [{"request_id": interrupted["request_id"], "relation": "resumes"}]
    assert interrupted["links"] == [{"request_id": resumed["request_id"], "relation": "resumed_by"}]


def test_a_run_that_resumes_itself_is_linked_to_no_other(runtime, read_runs):
    play(graphs.interrupted_and_resumed_in_one_request, gradient.sdk)

    assert [run["links"] for run in read_runs()] == [[]]


def test_a_run_that_another_process_resumes_is_linked_to_it(read_runs, tmp_path):
    database = tmp_path / "checkpoints.sqlite"

    run_agent(database)
    run_agent(database, "yes")

    interrupted, resumed = read_runs()
    assert interrupted["process"]["pid"] != resumed["process"]["pid"]
    assert resumed["links"] == [{"request_id": interrupted["request_id"], "relation": "resumes"}]
    assert interrupted["links"] == [{"request_id": resumed["request_id"], "relation": "resumed_by"}]
    assert trees_of([interrupted]) == expected_trees("""
        request agent: interrupted
          graph LangGraph: interrupted
            node ask: interrupted
            node draft: completed
    """)
    assert trees_of([resumed]) == expected_trees("""
        request agent: completed
          graph LangGraph: completed
            node ask: completed
    """)


def run_agent(database, *answer):
    script = Path(__file__).with_name("asking_agent.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, script, database, *answer], check=True, env=environment)


@pytest.mark.parametrize(
    ("scenario", "attempt", "failed"),
    [(graphs.retry_that_succeeds, 3, 2), (graphs.retry_that_gives_up, 2, 2), (graphs.exception_in_node, None, 1)],
)
def test_a_node_tells_which_attempt_it_was(runtime, read_runs, scenario, attempt, failed):
    play(scenario, gradient.sdk)

    (run,) = read_runs()
    node = run["executions"][-1]
    assert node["attempt"] == attempt
    assert [event["name"] for event in node["events"]] == ["attempt failed"] * failed


def test_the_first_attempt_that_succeeds_is_no_attempt(runtime, read_runs):
    play(graphs.graph_invoked, gradient.sdk)

    (run,) = read_runs()
    assert {execution["attempt"] for execution in run["executions"]} == {None}


def test_a_node_that_was_done_before_the_interrupt_is_restored(runtime, read_runs):
    play(graphs.interrupted_beside_a_node_that_is_done, gradient.sdk)

    _, resumed = read_runs()
    restored = {e["name"]: e["metadata"].get("restored", False) for e in resumed["executions"] if e["kind"] == "node"}
    assert restored == {"ask": False, "work": True}
