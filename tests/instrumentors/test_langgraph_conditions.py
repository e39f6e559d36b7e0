"""A graph whose conditions do not say where they lead is recorded with the edges that a run takes."""

import random
from itertools import pairwise
from typing import Annotated, TypedDict

import pytest

from gradient.analysis.routes import routes

pytest.importorskip("langgraph")

from langgraph.graph import END, START, StateGraph

NAMES = "abcde"
MOST_STEPS = 8


class State(TypedDict):
    path: Annotated[list, lambda old, new: old + new]


def made_up(seed):
    """Return a graph of random edges, some behind conditions without a map; each condition leads where chance says."""
    chance = random.Random(seed)
    builder = StateGraph(State)
    for name in NAMES:
        builder.add_node(name, lambda _, name=name: {"path": [name]})
    builder.add_edge(START, "a")
    for name in NAMES:
        if chance.random() < 0.3:
            builder.add_edge(name, chance.choice([*NAMES, END]))
        else:
            places = chance.sample(NAMES, 2)
            builder.add_conditional_edges(
                name,
                lambda state, places=places: END if len(state["path"]) >= MOST_STEPS else chance.choice(places),
            )
    return builder.compile()


@pytest.mark.parametrize("seed", range(12))
def test_every_move_of_a_run_is_an_edge_of_its_graph(runtime, read_runs, seed):
    graph = made_up(seed)
    try:
        path = graph.invoke({"path": []}, {"recursion_limit": 20})["path"]
    except Exception:  # noqa: BLE001 - a loop without any condition; what it did is told all the same
        path = None

    (run,) = read_runs()
    (route,) = routes(run)

    (walked,) = route.paths
    names = [*([START] if walked else []), *(name for group in walked for name in group), *([END] if path else [])]
    assert path in (None, names[1:-1])
    assert set(pairwise(names)) == {edge for edge, moves in route.taken.items() if moves}
    assert [edge for edge, moves in route.taken.items() if moves and edge not in route.edges] == []
    recorded = {(edge["source"], edge["target"]): edge["conditional"] for edge in run["graphs"][0]["edges"]}
    assert {edge: recorded[edge] for edge in route.edges} == route.edges
