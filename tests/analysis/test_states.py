"""What a node changed in the state is found from what it was given, what it wrote, and what came of it."""

import operator
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from gradient.analysis.states import Change, node_changes
from gradient.analysis.values import ABSENT


class State(TypedDict, total=False):
    found: Annotated[list[str], operator.add]
    count: Annotated[int, operator.add]
    plan: Any


@pytest.fixture
def changes(runtime, read_runs):
    """Return a function that runs nodes one after the other, and gives what each changed, by channel."""

    def run(given, *writes):
        builder = StateGraph(State)
        names = [f"n{number}" for number in range(len(writes))]
        for name, written in zip(names, writes, strict=True):
            builder.add_node(name, lambda _, written=written: written)
        for source, target in zip([START, *names], [*names, END], strict=True):
            builder.add_edge(source, target)
        builder.compile().invoke(given)
        return [{change.channel: change for change in node.changes} for node in node_changes(read_runs()[-1])]

    return run


def test_a_channel_that_is_replaced_has_a_before_and_an_after(changes):
    (only,) = changes({"plan": "go"}, {"plan": "stay"})

    assert only == {"plan": Change("plan", "go", "stay", "stay", appended=False)}


def test_a_list_that_a_reducer_adds_to_was_appended_to(changes):
    first, second = changes({"found": ["a"], "count": 1}, {"found": ["b"]}, {"found": ["c"], "count": 2})

    assert first["found"] == Change("found", ["a"], ["b"], ["a", "b"], appended=True)
    assert second["found"] == Change("found", ["a", "b"], ["c"], ["a", "b", "c"], appended=True)
    assert second["count"] == Change("count", 1, 2, 3, appended=False)


def test_a_list_that_is_replaced_was_not_appended_to(changes):
    (only,) = changes({"plan": ["a"]}, {"plan": ["a", "b"]})

    assert only["plan"].appended is True  # nobody can tell: what came of it is what was there and more
    (other,) = changes({"plan": ["a"]}, {"plan": ["b"]})
    assert other["plan"].appended is False


def test_a_channel_that_was_not_there_has_no_before(changes):
    (only,) = changes({"count": 0}, {"plan": "go"})

    assert only["plan"] == Change("plan", ABSENT, "go", "go", appended=False)


def test_what_nodes_were_sent_tells_nothing_of_the_state(runtime, read_runs):
    builder = StateGraph(State)
    builder.add_node("planner", lambda _: {"found": ["plan"]})
    builder.add_node("work", lambda state: {"found": [state["plan"]]})
    builder.add_node("sum", lambda _: {})
    builder.add_edge(START, "planner")
    builder.add_conditional_edges(
        "planner", lambda _: [Send("work", {"found": [], "plan": each}) for each in "ab"], ["work"]
    )
    builder.add_edge("work", "sum")

    builder.compile().invoke({"found": []})

    planner, *work, _ = node_changes(read_runs()[-1])
    (written,) = [change for change in planner.changes if change.channel == "found"]
    assert (written.after, written.appended) == (["plan", "a", "b"], True)
    assert [[change.written for change in node.changes] for node in work] == [[["a"]], [["b"]]]
    assert all(change.appended for node in work for change in node.changes)


def test_a_node_that_failed_changed_nothing(studio):
    *_, writer = node_changes(studio.shop(fails=True))

    assert (writer.node["status"], writer.changes) == ("error", [])


def test_a_node_that_wrote_a_lone_value_has_one_channel(studio):
    run = studio.record(lambda: studio.work("double", kind="node", inputs=2, outputs=4))

    (node,) = node_changes(run)

    assert node.changes == [Change("value", 2, 4, ABSENT, appended=False)]


def test_nodes_of_a_subgraph_are_told_with_the_node_they_are_inside_of(runtime, read_runs):
    inner = StateGraph(State)
    inner.add_node("x", lambda _: {"found": ["x"]})
    inner.add_edge(START, "x")
    outer = StateGraph(State)
    outer.add_node("team", inner.compile())
    outer.add_edge(START, "team")

    outer.compile().invoke({"found": []})

    assert [node.path for node in node_changes(read_runs()[-1])] == [["team"], ["team", "x"]]
