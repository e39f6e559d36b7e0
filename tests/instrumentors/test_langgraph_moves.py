"""A run's moves are edges, also where nodes say themselves where to go on, and where conditions lead to subgraphs."""

import os
import random
import subprocess
import sys
from typing import TypedDict

import pytest

from gradient.analysis.routes import routes

pytest.importorskip("langgraph")

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

NAMES = "abcde"
MOST_STEPS = 8
DRAWN = """
from typing import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import Command
from gradient.instrumentors.langgraph.topology import drawn
builder = StateGraph(TypedDict("State", {"value": str}))
for name in "abcdefgh":
    builder.add_node(name, (lambda _: Command(goto="b")) if name == "a" else (lambda _: None))
for begin, end in zip("bcdefg", "cdefgh"):
    builder.add_edge(begin, end)
print(drawn(builder.add_edge(START, "a").compile(), "graph")[0])
"""


class State(TypedDict, total=False):
    value: str


def subgraph(chance, name, path):
    """Return a subgraph of two nodes, which may be a line, or one behind a condition."""
    inner = StateGraph(State)
    for part in "xy":
        inner.add_node(part, lambda _, part=part: path.append(f"{name}:{part}"))
    inner.add_edge(START, "x")
    if chance.random() < 0.5:
        inner.add_edge("x", "y")
    else:
        inner.add_conditional_edges("x", lambda _: "y")
    return inner.compile()


def hidden(goto):
    """Go on without the node's function naming what does so."""
    return Command(goto=goto)


def made_up(seed, path):
    """Return a graph whose nodes are left by a condition without a map, or a command, and may be subgraphs.

    Args:
        seed: Says which.
        path: Where the nodes note that they ran.
    """
    chance = random.Random(seed)
    builder = StateGraph(State)
    for name in NAMES:
        places = chance.sample(NAMES, 2)

        def leave(_, places=places):
            return END if len(path) >= MOST_STEPS else chance.choice(places)

        def note(_, name=name):
            path.append(name)

        way = chance.choice(["subgraph", "condition", "command", "hidden command"])
        if way == "subgraph":
            builder.add_node(name, subgraph(chance, name, path))
        elif way == "condition":
            builder.add_node(name, note)
        elif way == "command":
            builder.add_node(name, lambda _, note=note, leave=leave: note(_) or Command(goto=leave(_)))
        else:
            builder.add_node(name, lambda _, note=note, leave=leave: note(_) or hidden(leave(_)))
        if way in {"subgraph", "condition"}:
            builder.add_conditional_edges(name, leave)
    return builder.add_edge(START, "a").compile()


@pytest.mark.parametrize("seed", range(25))
def test_every_move_of_a_run_is_an_edge_that_is_shown(runtime, read_runs, seed):
    path = []
    made_up(seed, path).invoke({"value": "x"}, {"recursion_limit": 40})

    (run,) = read_runs()
    route, *_ = routes(run)

    # A subgraph whose parts no edge leads to is drawn as one node, and stands for what ran in it.
    shown = [node if node in route.nodes else node.partition(":")[0] for node in path if not node.endswith(":y")]
    left = [node.replace(":x", ":y") if node.replace(":x", ":y") in route.nodes else node for node in shown]
    assert set(zip([START, *left], shown, strict=False)) <= {edge for edge, taken in route.taken.items() if taken}
    assert set(route.taken) <= set(route.edges)


@pytest.mark.parametrize("target", ["line", "loop", "fork"])
def test_a_subgraph_behind_a_condition_without_a_map_is_among_the_recorded_edges(runtime, read_runs, target):
    path = []
    inner = StateGraph(State)
    for part in "xyz" if target == "fork" else "xy":
        inner.add_node(part, lambda _, part=part: path.append(part))
    inner.add_edge(START, "x").add_edge("x", "y")
    if target == "loop":
        inner.add_conditional_edges("y", lambda _: END if len(path) > 3 else "x", ["x", END])
    elif target == "fork":
        inner.add_edge(START, "z")
    builder = StateGraph(State).add_node("plan", lambda _: None).add_node("inner", inner.compile())
    builder.add_node("after", lambda _: None).add_edge("inner", "after").add_edge(START, "plan")
    builder.add_conditional_edges("plan", lambda _: "inner").compile().invoke({"value": "x"})

    (run,) = read_runs()
    route, *_ = routes(run)

    recorded = {(edge["source"], edge["target"]): edge["conditional"] for edge in run["graphs"][0]["edges"]}
    into = [edge for edge in recorded if edge[0] == "plan" and edge[1].startswith("inner")]
    out = [edge for edge in recorded if edge[0].startswith("inner") and edge[1] == "after"]
    assert into
    assert out
    assert all(recorded[edge] for edge in into)
    assert set(route.taken) <= set(recorded)
    assert set(into) & set(route.taken)
    assert set(out) & set(route.taken)


def test_a_command_that_does_not_say_where_it_goes_is_among_the_recorded_edges(runtime, read_runs):
    builder = StateGraph(State).add_node("a", lambda _: Command(goto="b")).add_node("b", lambda _: None)
    builder.add_node("c", lambda _: None).add_edge(START, "a").add_edge("b", "c").compile().invoke({"value": "x"})

    recorded = {(edge["source"], edge["target"]): edge["conditional"] for edge in read_runs()[0]["graphs"][0]["edges"]}
    assert recorded["a", "b"] is True
    assert recorded["b", "c"] is False
    assert recorded["c", END] is False


def test_a_graph_has_the_same_id_in_each_process():
    ids = {
        subprocess.run(
            [sys.executable, "-c", DRAWN],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in "12"
    }

    assert len(ids) == 1
