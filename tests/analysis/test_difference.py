"""The comparison of two runs says what changed, by how much, and where they part first."""

import io

import pytest

from gradient.analysis.difference import compare
from gradient.cli.drawing.comparison import comparison_rows
from gradient.cli.drawing.page import Page
from gradient.cli.drawing.signs import signs
from gradient.sdk import step


def changes(difference):
    return [(each["change"], each["path"][-1]) for each in difference["executions"] if each["change"] != "same"]


def test_two_runs_of_the_same_do_not_differ_however_long_they_took(studio):
    difference = compare(studio.steps("a", "b", ms=1), studio.steps("a", "b", ms=900))

    assert difference["first_divergence"] is None
    assert [each["change"] for each in difference["executions"]] == ["same", "same"]
    assert difference["totals"]["duration_ms"] == {"a": 2, "b": 1_800, "delta": 1_798}


def test_totals_have_both_sides_and_their_difference(studio):
    totals = compare(studio.shop(tokens=1_000), studio.shop(tokens=1_500, searches=2))["totals"]

    assert totals["tokens"] == {"a": 1_311, "b": 1_811, "delta": 500}
    assert totals["executions"] == {"a": 5, "b": 6, "delta": 1}
    assert totals["tool_calls"] == {"a": 1, "b": 2, "delta": 1}
    assert totals["cost_usd"]["delta"] == pytest.approx(0)


def test_an_unknown_number_has_no_difference(studio):
    assert compare(studio.steps("a"), studio.shop())["totals"]["tokens"] == {"a": None, "b": 1_515, "delta": None}


def test_the_runs_part_where_the_first_output_differs_not_where_that_is_passed_on(studio):
    first = compare(studio.shop(), studio.shop(found="a red lamp"))["first_divergence"]

    assert (first["what"], first["path"], first["kind"]) == ("outputs", ["shop", "search"], "tool")
    assert (first["at"], first["value"]) == ("", {"a": "a green lamp", "b": "a red lamp"})


def test_other_inputs_of_the_request_are_the_first_divergence_of_all(studio):
    first = compare(studio.shop("a lamp"), studio.shop("a chair"))["first_divergence"]

    assert (first["what"], first["path"], first["kind"]) == ("inputs", [], "request")
    assert (first["at"], first["value"]) == ("question", {"a": "a lamp", "b": "a chair"})


def test_an_execution_that_only_one_run_has_is_where_they_part(studio):
    a, b = studio.shop(), studio.shop(searches=2)

    difference = compare(a, b)

    assert changes(difference) == [("added", "search")]
    first = difference["first_divergence"]
    assert (first["what"], first["path"]) == ("added", ["shop", "search"])
    assert first["execution_id"] == {"b": b["executions"][4]["execution_id"]}
    assert compare(b, a)["first_divergence"]["what"] == "removed"


def test_another_order_is_a_divergence(studio):
    difference = compare(studio.steps("a", "b"), studio.steps("b", "a"))

    assert difference["first_divergence"]["what"] == "moved"
    assert [each["moved"] for each in difference["executions"]] == [False, True]


def test_a_failure_changes_what_failed_and_what_it_failed(studio):
    difference = compare(studio.shop(), studio.shop(fails=True))

    assert changes(difference) == [("changed", "shop"), ("changed", "writer")]
    first = difference["first_divergence"]
    assert (first["what"], first["path"], first["value"]) == (
        "status",
        ["shop", "writer"],
        {"a": "completed", "b": "error"},
    )


def test_an_outcome_that_differs_outside_of_all_executions_is_told(studio):
    def agent(answer):
        studio.work("a")
        return answer

    first = compare(studio.record(agent, 1), studio.record(agent, 1) | {"outputs": 2})["first_divergence"]

    assert (first["what"], first["kind"], first["value"]) == ("outputs", "request", {"a": 1, "b": 2})


def test_values_are_told_where_they_are_asked_for(studio):
    a, b = studio.shop(), studio.shop(found="a red lamp")

    assert "differences" not in compare(a, b)["executions"][0]
    search = compare(a, b, values=True)["executions"][3]
    assert search["differences"] == [{"in": "outputs", "at": "", "value": {"a": "a green lamp", "b": "a red lamp"}}]


def test_by_name_a_step_that_was_wrapped_is_the_same_step(studio):
    def wrapped():
        with step("wrapper"):
            studio.work("search")

    a, b = studio.steps("search"), studio.record(wrapped)

    assert changes(compare(a, b)) == [("removed", "search"), ("added", "wrapper"), ("added", "search")]
    assert changes(compare(a, b, by="name")) == [("added", "wrapper")]


def test_every_execution_of_both_runs_is_in_the_comparison_once(studio):
    a, b = studio.shop(searches=3), studio.shop(searches=1, fails=True)

    compared = compare(a, b)["executions"]

    for side, run in (("a", a), ("b", b)):
        ids = [each["execution_id"][side] for each in compared if side in each["execution_id"]]
        assert sorted(ids) == sorted(each["execution_id"] for each in run["executions"])


def test_each_side_says_what_its_sums_lack(studio):
    told, untold = studio.shop(), studio.shop()
    untold["usage"]["missing"] = {"tokens": 1, "cost": 2}

    difference = compare(told, untold)

    assert difference["a"]["missing"] is None
    assert difference["b"]["missing"] == {"tokens": 1, "cost": 2}
    (row,) = (row for row in _texts(difference) if row[0].startswith("cost"))
    assert [cell.strip()[:1] for cell in row[1:3]] == ["$", ">"]


def _texts(difference):
    rows = comparison_rows(difference, signs(ascii_only=True), Page(io.StringIO(), terminal=False))
    return [[cell.text for cell in row] for row in rows if row]
