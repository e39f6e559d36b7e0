"""Processes that work for a request are told which trace they are part of, however they are started."""

import concurrent.futures
import multiprocessing
import os
import pickle
import subprocess
import sys
from multiprocessing.pool import ThreadPool

import pytest
from support.sent import told_here, under

from gradient.sdk import entrypoint, step

_CHILD = "import os; print(os.environ.get('TRACEPARENT', ''))"


def test_a_child_process_is_told_in_its_environment(runtime, read_runs):
    def run(**more):
        program = [sys.executable, "-c", _CHILD]
        return subprocess.run(program, capture_output=True, text=True, check=True, **more).stdout

    told = entrypoint(lambda: (run(), run(env={**os.environ, "MINE": "1"}), run(env={"TRACEPARENT": "mine"})))()

    (request,) = read_runs()
    assert [under({"TRACEPARENT": each.strip()}) for each in told[:2]] == [
        (request["trace_id"], request["span_id"]),
        (request["trace_id"], request["span_id"]),
    ]
    assert told[2].strip() == "mine"
    assert run().strip() == ""


def test_a_spawned_process_goes_on_with_the_trace(runtime, read_runs):
    context = multiprocessing.get_context("spawn")

    @entrypoint(capture_outputs=False)
    def agent():
        queue = context.SimpleQueue()
        child = context.Process(target=told_here, args=(queue,))
        child.start()
        child.join()
        return queue.get()

    told = agent()

    (run,) = read_runs()
    assert told == (run["trace_id"], run["span_id"])


def test_work_of_a_process_pool_goes_on_with_the_trace_that_submitted_it(runtime, read_runs):
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:

        @entrypoint
        def agent():
            return pool.submit(told_here).result()

        told = [agent(), agent()]

    assert told == [(run["trace_id"], run["span_id"]) for run in read_runs()]


def told_with(number):
    return number, told_here()


def two_told(one, two):
    return one + two, told_here()


WAYS = {
    "apply": lambda pool: [pool.apply(told_with, (1,))],
    "apply_async": lambda pool: [pool.apply_async(func=told_with, args=(1,)).get()],
    "map": lambda pool: pool.map(told_with, [1]),
    "map_async": lambda pool: pool.map_async(told_with, [1]).get(),
    "starmap": lambda pool: pool.starmap(two_told, [(1, 0)]),
    "starmap_async": lambda pool: pool.starmap_async(two_told, [(1, 0)]).get(),
    "imap": lambda pool: list(pool.imap(told_with, [1])),
    "imap in chunks": lambda pool: list(pool.imap(told_with, [1], chunksize=2)),
    "imap_unordered": lambda pool: list(pool.imap_unordered(told_with, [1])),
}


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_tasks_of_a_pool_go_on_with_the_step_that_handed_them_out(runtime, read_runs, method):
    @entrypoint(capture_outputs=False)
    def agent():
        found = {}
        with multiprocessing.get_context(method).Pool(1) as pool:
            for name, way in WAYS.items():
                with step(name):
                    found[name] = way(pool)
        return found

    told = agent()

    (run,) = read_runs()
    assert told == {each["name"]: [(1, (run["trace_id"], each["execution_id"]))] for each in run["executions"]}
    assert len(told) == len(WAYS)


@entrypoint
def traced_work(number):
    return number * 2


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("kind", ["Pool", "ProcessPoolExecutor"])
def test_requests_in_workers_are_below_the_request_that_handed_them_out(runtime, read_runs, kind, method):
    context = multiprocessing.get_context(method)

    @entrypoint
    def agent():
        if kind == "Pool":
            with context.Pool(1) as pool:
                found = pool.map(traced_work, [1, 2])
                pool.close()
                pool.join()
            return found
        with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
            return list(pool.map(traced_work, [1, 2]))

    assert agent() == [2, 4]

    runs = read_runs()
    (root,) = [run for run in runs if run["entrypoint"] == "agent"]
    below = [run for run in runs if run is not root]
    assert [(run["trace_id"], run["remote_parent"]) for run in below] == [(root["trace_id"], root["span_id"])] * 2


def test_a_pool_of_threads_works_in_the_request_itself(runtime, read_runs):
    @entrypoint
    def agent():
        with ThreadPool(1) as pool, step("outer"):
            return pool.map(told_with, [1])

    assert agent() == [(1, None)]


def test_what_cannot_be_handed_to_a_worker_fails_as_it_would_without_us(runtime):
    def fails(pool):
        with pytest.raises((AttributeError, pickle.PicklingError)) as caught:
            pool.apply(lambda: 1)
        return type(caught.value)

    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert entrypoint(fails, capture_inputs=False)(pool) is fails(pool)
