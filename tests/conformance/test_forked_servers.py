"""Servers fork: what a child does is recorded in a folder of its own, and what its parent began stays the parent's."""

import multiprocessing
import os
import threading

import pytest
from conformance.trees import expected_trees, trees_of
from support.patience import PATIENCE_S

from gradient.sdk import current_request, entrypoint, step

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")


class Left(BaseException):
    """Unwinds a child out of what its parent had entered."""


def fork(work):
    """Run `work` in a forked child until it is over, and return the child's process id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    return child


@entrypoint
def serve(name):
    with step(name):
        pass


def test_workers_of_a_preloaded_server_record_their_own_requests(runtime, read_runs, home):
    """gunicorn --preload: the application is imported, and may have answered, before the workers are forked."""
    serve("warm up")

    workers = [fork(lambda number=number: serve(f"worker {number}")) for number in range(2)]
    serve("parent again")

    runs = {run["executions"][0]["name"]: run for run in read_runs()}
    assert {name: run["process"]["pid"] for name, run in runs.items()} == {
        "warm up": os.getpid(),
        "worker 0": workers[0],
        "worker 1": workers[1],
        "parent again": os.getpid(),
    }
    assert {run["status"] for run in runs.values()} == {"completed"}
    assert len(list((home / "journal").iterdir())) == 3


def test_children_of_one_parent_draw_different_ids(runtime, read_runs):
    serve("parent")

    for _ in range(3):
        fork(lambda: serve("child"))

    runs = read_runs()
    assert len({run["request_id"] for run in runs}) == 4
    assert len({run["executions"][0]["execution_id"] for run in runs}) == 4


def test_a_worker_that_is_forked_before_anything_is_traced_records_too(runtime, read_runs):
    fork(lambda: serve("worker"))

    assert trees_of(read_runs()) == "request serve: completed\n  step worker: completed\n"


def test_a_child_that_unwinds_ends_nothing_of_its_parent(runtime, read_runs):
    seen_meanwhile = []

    @entrypoint
    def agent():
        with step("outer"):
            child = os.fork()
            if child == 0:
                raise Left
            assert os.waitpid(child, 0)[1] == 0
            seen_meanwhile.append(trees_of(read_runs()))
            with step("later"):
                pass

    try:
        agent()
    except Left:
        os._exit(0)

    assert seen_meanwhile == ["request agent: running\n  step outer: running\n"]
    assert trees_of(read_runs()) == expected_trees("""
        request agent: completed
          step outer: completed
            step later: completed
    """)


def test_a_child_that_dies_leaves_its_parent_running(runtime, read_runs):
    seen_meanwhile = []

    @entrypoint
    def agent():
        with step("outer"):
            child = os.fork()
            if child == 0:
                os._exit(3)
            os.waitpid(child, 0)
            seen_meanwhile.append(trees_of(read_runs()))

    agent()

    assert seen_meanwhile == ["request agent: running\n  step outer: running\n"]
    assert trees_of(read_runs()) == "request agent: completed\n  step outer: completed\n"


def test_what_a_child_does_in_its_parents_request_is_part_of_it(runtime, read_runs):
    """`multiprocessing` with fork, in the middle of a request."""

    def work():
        with step("in the child"):
            pass

    @entrypoint
    def agent():
        with step("outer"):
            fork(work)

    agent()

    assert trees_of(read_runs()) == expected_trees("""
        request agent: completed
          step outer: completed
            step in the child: completed
    """)


def test_a_request_that_a_child_begins_inside_its_parents_is_a_step_of_that(runtime, read_runs):
    @entrypoint
    def agent():
        fork(lambda: serve("work"))

    agent()

    assert trees_of(read_runs()) == expected_trees("""
        request agent: completed
          step serve: completed
            step work: completed
    """)


def test_a_fork_while_other_threads_trace_harms_neither(runtime, read_runs):
    inside, forked = threading.Event(), threading.Event()

    @entrypoint
    def long():
        with step("work"):
            inside.set()
            forked.wait(PATIENCE_S)

    thread = threading.Thread(target=long)
    thread.start()
    inside.wait(PATIENCE_S)
    fork(lambda: serve("worker"))
    forked.set()
    thread.join()

    assert trees_of(read_runs()) == expected_trees("""
        request long: completed
          step work: completed
        request serve: completed
          step worker: completed
    """)


def test_the_workers_of_a_prefork_pool_record_each_task(runtime, read_runs):
    """Celery's prefork pool is billiard, a fork of this one."""
    serve("in the parent")

    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(serve, [f"task {number}" for number in range(6)], chunksize=1)
        pool.close()
        pool.join()

    runs = read_runs()
    assert sorted(run["executions"][0]["name"] for run in runs) == ["in the parent", *(f"task {n}" for n in range(6))]
    assert {run["status"] for run in runs} == {"completed"}
    assert current_request() is None
