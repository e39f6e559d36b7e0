"""A run is checked against what is expected of it, and says what it has instead."""

from contextlib import suppress

import pytest

from gradient.analysis import checks
from gradient.sdk import step


def test_a_limit_is_kept_up_to_its_last_unit(studio):
    run = studio.shop()

    assert checks.max_duration(run, 1_000).passed
    assert checks.max_tokens(run, 1_515).passed
    assert checks.max_cost(run, 0.0041).passed


def test_what_is_beyond_a_limit_is_told_with_what_was_expected(studio):
    run = studio.shop()

    assert checks.max_duration(run, 999) == ("max-duration", False, "at most 999 ms", "1.00 s")
    assert checks.max_tokens(run, 1_514) == ("max-tokens", False, "at most 1,514", "1,515")
    assert checks.max_cost(run, 0.004) == ("max-cost", False, "at most $0.0040", "$0.0041")


def test_what_is_not_known_keeps_no_limit(studio):
    unpriced = studio.record(lambda: studio.work("gpt", kind="llm"))
    running = studio.shop() | {"duration_ms": None}

    assert not checks.max_cost(unpriced, 9).passed
    assert not checks.max_tokens(unpriced, 9).passed
    assert checks.max_duration(running, 9).seen == "unknown: it has not ended"


def test_a_run_that_goes_on_may_cost_more_and_keeps_a_limit_of_cost_only_once_it_has_ended(studio):
    running = studio.shop() | {"status": "running"}

    assert checks.max_cost(running, 9) == ("max-cost", False, "at most $9.00", "$0.0041 so far: it has not ended")
    assert checks.max_tokens(running, 9_000).seen == "1,515 so far: it has not ended"
    assert not checks.max_tokens(running, 9_000).passed


def test_a_run_that_calls_no_model_costs_nothing(studio):
    run = studio.steps("a")

    assert checks.max_cost(run, 0) == ("max-cost", True, "at most $0.00", "$0.00")
    assert checks.max_tokens(run, 0).passed


def test_an_error_is_told_where_it_began(studio):
    checked = checks.no_error(studio.shop(fails=True))

    assert checked == ("no-error", False, "no error", "shop > writer: ValueError: no stock")


def test_an_execution_without_a_name_may_have_failed(studio):
    run = studio.steps("a")
    (only,) = run["executions"]
    nameless = run | {"executions": [only | {"name": "", "status": "error"}]}

    assert checks.no_error(nameless) == ("no-error", False, "no error", "")


def test_a_handled_error_is_an_error(studio):
    def agent():
        with suppress(ConnectionError), step("search", kind="tool"):
            raise ConnectionError("dead\nline")
        return "survived"

    run = studio.record(agent)

    assert run["status"] == "completed"
    assert checks.no_error(run).seen == "search: ConnectionError: dead"


def test_a_failure_outside_of_all_executions_is_an_error(studio):
    def agent():
        raise KeyError("k")

    assert checks.no_error(studio.record(agent)).seen == "error: KeyError: 'k'"


def test_no_error_passes_where_there_is_none(studio):
    assert checks.no_error(studio.shop()).passed


@pytest.mark.parametrize(
    ("pattern", "passes"),
    [
        (["a", "b", "c"], True),
        (["a", "b"], False),
        (["b", "a", "c"], False),
        (["a", ..., "c"], True),
        ([..., "c"], True),
        (["a", ...], True),
        ([..., "b", ...], True),
        ([...], True),
        (["a", ..., "b", ..., "c"], True),
        ([..., "c", ..., "a"], False),
        (["a", "b", "c", ...], True),
        (["a", "b", "c", ..., "c"], False),
        ([], False),
    ],
)
def test_dots_in_a_path_stand_for_any_number_of_others(studio, pattern, passes):
    run = studio.steps("a", "b", "c")

    assert checks.follows_path(run, pattern).passed is passes


def test_a_path_counts_nodes_and_what_the_pattern_names(studio):
    run = studio.shop()

    assert checks.follows_path(run, ["planner", "writer"]).passed
    assert checks.follows_path(run, ["planner", "search", "writer"]).passed
    assert checks.follows_path(run, ["planner", "search"]).seen == "planner, search, writer"


def test_what_ran_at_the_same_time_may_stand_in_either_order(studio):
    run = studio.record(lambda: studio.side_by_side("weather", "hotels"))
    for execution in run["executions"]:
        execution["parent_id"] = None

    assert checks.follows_path(run, ["hotels", "weather"]).passed
    assert checks.follows_path(run, ["weather", "hotels"]).passed


def test_a_long_path_is_told_in_short(studio):
    loop = studio.steps(*["a"] * 40, "b")
    many = studio.steps(*(f"s{number}" for number in range(40)))

    assert checks.follows_path(loop, ["b"]).seen == "a x40, b"
    assert "(28 more)" in checks.follows_path(many, ["b"]).seen


@pytest.mark.parametrize(("name", "times"), [("search", 2), ("tool", 2), ("tool_search", 2), ("gpt", 1), ("nobody", 0)])
def test_calls_are_counted_by_name_node_id_or_kind(studio, name, times):
    run = studio.shop(searches=2)

    assert checks.calls(run, name, times).passed
    assert checks.calls(run, name, times + 1) == ("calls", False, f"{name}={times + 1}", f"{name}={times}")
