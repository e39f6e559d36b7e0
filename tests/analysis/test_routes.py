"""The way that a run took through its graph is found from what followed what, on graphs of the real framework."""

import operator
from typing import Annotated, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph

from gradient.analysis.routes import routes


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


def logs(name):
    return lambda state: {"log": [name]}


def fails(state):
    raise ValueError("no")


def graph(*edges, conditions=None, nodes=None):
    """Compile a graph of edges such as "a b"; a node of `nodes` does what that says, any other logs its name."""
    builder = StateGraph(State)
    pairs = [edge.split() for edge in edges]
    names = dict.fromkeys(name for pair in pairs for name in pair if name not in (START, END))
    for name in names:
        builder.add_node(name, (nodes or {}).get(name, logs(name)))
    for source, target in pairs:
        builder.add_edge(source, target)
    for source, (choose, targets) in (conditions or {}).items():
        builder.add_conditional_edges(source, choose, targets)
    return builder


def taken(route):
    return {f"{source} {target}": moves for (source, target), moves in sorted(route.taken.items()) if moves}


@pytest.fixture
def route(runtime, read_runs):
    """Return a function that runs a graph and gives the route of its run."""

    def run(compiled):
        try:
            compiled.invoke({"log": []})
        except ValueError:
            pass
        (found,) = routes(read_runs()[-1])
        return found

    return run


def test_a_straight_graph_is_gone_from_start_to_end(route):
    went = route(graph(f"{START} a", "a b", f"b {END}").compile())

    assert taken(went) == {"__start__ a": [1], "a b": [2], "b __end__": [3]}
    assert [list(group) for group in went.paths[0]] == [["a"], ["b"]]
    assert (went.visits["a"].count, went.visits["a"].status) == (1, "completed")


def test_an_edge_that_was_not_taken_is_there_and_has_no_moves(route):
    went = route(graph(f"{START} a", f"b {END}", f"c {END}", conditions={"a": (lambda _: "b", ["b", "c"])}).compile())

    assert taken(went) == {"__start__ a": [1], "a b": [2], "b __end__": [3]}
    assert went.edges["a", "c"] is True
    assert "c" not in went.visits


def test_a_loop_counts_its_visits_and_numbers_its_moves(route):
    def choose(state):
        return "a" if len(state["log"]) < 3 else END

    went = route(graph(f"{START} a", conditions={"a": (choose, ["a", END])}).compile())

    assert taken(went) == {"__start__ a": [1], "a a": [2, 3], "a __end__": [4]}
    assert went.visits["a"].count == 3


def test_nodes_of_one_step_are_one_move(route):
    went = route(graph(f"{START} a", "a b", "a c", "b d", "c d", f"d {END}").compile())

    assert [sorted(group) for group in went.paths[0]] == [["a"], ["b", "c"], ["d"]]
    assert taken(went) == {"__start__ a": [1], "a b": [2], "a c": [2], "b d": [3], "c d": [3], "d __end__": [4]}


def test_what_waits_for_several_is_reached_from_all_of_them(route):
    builder = graph(f"{START} a", f"{START} b", "b c", f"d {END}")
    builder.add_edge(["a", "c"], "d")

    went = route(builder.compile())

    assert taken(went) == {"__start__ a": [1], "__start__ b": [1], "a d": [3], "b c": [2], "c d": [3], "d __end__": [4]}


def test_a_subgraph_is_gone_through_inside_of_its_graph(route):
    inner = graph(f"{START} x", "x y", f"y {END}").compile()

    went = route(graph(f"{START} a", "a team", f"team {END}", nodes={"team": inner}).compile())

    assert taken(went) == {
        "__start__ a": [1],
        "a team:x": [2],
        "team:x team:y": [3],
        "team:y __end__": [4],
    }
    assert went.place("team:x") == (["team"], "x")
    assert [list(group) for group in went.paths[0]] == [["a"], ["team"]]


def test_a_graph_that_failed_did_not_reach_its_end(route):
    went = route(graph(f"{START} a", "a b", f"b {END}", nodes={"b": fails}).compile())

    assert taken(went) == {"__start__ a": [1], "a b": [2]}
    assert went.visits["b"].status == "error"


def test_runs_of_the_same_graph_are_counted_together(runtime, read_runs):
    hidden = [graph(f"{START} a", f"a {END}").compile()]  # from LangGraph, which would make it a part of its caller

    def caller(state):
        hidden[0].invoke({"log": []})
        hidden[0].invoke({"log": []})
        return {"log": []}

    graph(f"{START} caller", f"caller {END}", nodes={"caller": caller}).compile().invoke({"log": []})

    outer, inner = routes(read_runs()[-1])
    assert list(outer.visits) == ["caller"]
    assert len(inner.paths) == 2
    assert taken(inner) == {"__start__ a": [1, 3], "a __end__": [2, 4]}


def test_a_subgraph_that_its_node_calls_twice_is_visited_twice(runtime, read_runs):
    inner = graph(f"{START} x", f"x {END}").compile()

    def team(state):
        inner.invoke({"log": []})
        inner.invoke({"log": []})
        return {"log": []}

    graph(f"{START} team", f"team {END}", nodes={"team": team}).compile().invoke({"log": []})

    went, *_ = routes(read_runs()[-1])
    if "team:x" not in went.nodes:
        pytest.skip("this LangGraph does not see subgraphs that functions call")
    assert went.visits["team:x"].count == 2
    assert taken(went) == {"__start__ team:x": [1], "team:x __end__": [2]}


def test_a_run_without_a_graph_has_the_graph_of_its_calls(studio):
    (went,) = routes(studio.shop(searches=2))

    assert (went.name, went.is_recorded) == ("shop_agent", False)
    assert went.nodes == ["shop_agent", "shop", "planner", "gpt", "search", "writer"]
    assert taken(went) == {
        "planner gpt": [3],
        "shop planner": [2],
        "shop search": [4, 5],
        "shop writer": [6],
        "shop_agent shop": [1],
    }


def test_a_run_in_which_nothing_ran_has_no_route(studio):
    assert routes(studio.record(lambda: None)) == []
