"""Every scenario leaves the right trees with the right statuses, and nothing current."""

import contextlib
from contextvars import copy_context

import pytest
from conformance import expected, expected_graphs, failures, graphs, scenarios, streams
from conformance.naive import NaiveTracer
from conformance.playing import play, scenarios_of
from conformance.trees import draw, expected_trees, trees_of

import gradient.sdk
from gradient.runtime.context import current_scope

OF_CODE = scenarios_of(scenarios, failures, streams)
OF_GRAPHS = scenarios_of(graphs)
EXPECTED = {**expected.TREES, **expected_graphs.TREES}

# What the naive tracer gets wrong, and why. A status alone is wrong where everything that is raised is an error to it.
NAIVE_FAILS = {
    "threads lose their parent": """
        pool_submit pool_map pool_shared_by_requests thread thread_subclass timer thread_in_thread run_in_executor
        generator_starts_threads""",
    "an ended request is a parent": "task_outlives_request",
    "streams leak into their consumers": """
        generator generator_in_sync generator_outlives_request generator_delegated_to generators_interleaved
        generator_is_sent_to generator_read_by_threads async_generator async_generator_in_async
        async_generators_interleaved async_generator_abandoned async_generator_read_by_another_task
        async_generator_read_by_a_task_each""",
    "everything raised is an error": """
        cancelled_task cancelled_part keyboard_interrupt exit_without_error generator_closed_early generator_dropped
        async_generator_closed_early async_generator_left_to_the_loop async_generator_cancelled""",
}


@pytest.mark.parametrize("name", [*OF_CODE, *OF_GRAPHS])
def test_a_scenario_leaves_the_expected_trees(runtime, read_runs, name):
    play({**OF_CODE, **OF_GRAPHS}[name], gradient.sdk)

    assert trees_of(read_runs()) == expected_trees(EXPECTED[name])
    assert current_scope.get() is None
    assert runtime.tracking.unmatched == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("name", OF_CODE)
def test_the_naive_tracer_is_wrong_exactly_where_it_is_expected_to_be(name):
    tracer = NaiveTracer()

    with contextlib.suppress(ValueError):  # resetting a token in another context than it is of
        copy_context().run(play, OF_CODE[name], tracer)

    is_wrong = draw(tracer.forest) != expected_trees(EXPECTED[name])
    assert is_wrong == any(name in names.split() for names in NAIVE_FAILS.values())


def test_every_expected_tree_belongs_to_a_scenario():
    assert set(EXPECTED) == {*OF_CODE, *OF_GRAPHS}
