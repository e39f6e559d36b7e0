"""Graphs inside graphs: as a node, called in a node, several levels deep, and Commands that leave or steer them."""

import operator
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from support.outlines import found, outline, tree


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


def logs(name):
    return lambda state: {"log": [name]}


def graph_of(name, node, **options):
    builder = StateGraph(State)
    builder.add_node(name, node, **options)
    builder.add_edge(START, name)
    return builder


def test_a_subgraph_that_is_a_node_is_a_graph_under_that_node(runtime, read_runs):
    inner = graph_of("search", logs("search")).compile()
    graph = graph_of("team", inner).compile()

    graph.invoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node team
              graph LangGraph
                node search
    """)


def test_a_subgraph_that_a_node_calls_is_a_graph_under_that_node(runtime, read_runs):
    inner = graph_of("search", logs("search")).compile()

    def team(state):
        return inner.invoke(state)

    graph = graph_of("team", team).compile()

    graph.invoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node team
              graph LangGraph
                node search
    """)


async def test_an_async_subgraph_that_a_node_calls_without_config_keeps_its_parent(runtime, read_runs):
    """On Python 3.10 LangChain loses the parent here, and our own context has to know it."""

    async def search(state):
        return {"log": ["search"]}

    inner = graph_of("search", search).compile()

    async def team(state):
        return await inner.ainvoke(state)

    await graph_of("team", team).compile().ainvoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node team
              graph LangGraph
                node search
    """)


def test_three_levels_keep_their_order(runtime, read_runs):
    lowest = graph_of("c", logs("c")).compile()
    middle = graph_of("b", lowest).compile()
    highest = graph_of("a", middle).compile()

    highest.invoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node a
              graph LangGraph
                node b
                  graph LangGraph
                    node c
    """)


def test_an_error_in_a_subgraph_goes_up_through_every_level(runtime, read_runs):
    def search(state):
        raise ValueError("nothing found")

    graph = graph_of("team", graph_of("search", search).compile()).compile()

    try:
        graph.invoke({"log": []})
    except ValueError:
        pass

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph [error]
          graph LangGraph [error]
            node team [error]
              graph LangGraph [error]
                node search [error]
    """)


def test_a_command_to_the_parent_graph_is_no_error_anywhere(runtime, read_runs):
    inner = graph_of("leave", lambda state: Command(graph=Command.PARENT, goto="after", update={"log": ["left"]}))
    outer = graph_of("team", inner.compile())
    outer.add_node("after", logs("after"))

    result = outer.compile().invoke({"log": []})

    assert result["log"] == ["left", "after"]
    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node team
              graph LangGraph
                node leave
            node after
    """)
    assert all(execution["error"] is None for execution in run["executions"])


def test_a_command_steers_to_the_next_node_and_its_update_is_the_output(runtime, read_runs):
    def plan(state) -> Command:
        return Command(goto="act", update={"log": ["planned"]})

    builder = graph_of("plan", plan)
    builder.add_node("act", logs("act"))
    builder.add_node("never", logs("never"))

    builder.compile().invoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node plan
            node act
    """)
    assert found(run, "plan")["outputs"] == {"log": ["planned"]}


def test_the_topology_of_all_levels_is_recorded_with_the_run(runtime, read_runs):
    inner = graph_of("search", logs("search"))
    inner.add_node("read", logs("read"))
    inner.add_edge("search", "read")
    inner.add_edge("read", END)
    builder = graph_of("plan", logs("plan"))
    builder.add_node("team", inner.compile())
    builder.add_conditional_edges("plan", lambda state: "team", ["team"])

    builder.compile().invoke({"log": []})

    (run,) = read_runs()
    outermost = run["graphs"][0]
    assert outermost["name"] == "LangGraph"
    assert {node["id"] for node in outermost["nodes"]} >= {"__start__", "plan", "team:search", "team:read"}
    (edge,) = [edge for edge in outermost["edges"] if edge["source"] == "plan"]
    assert edge["conditional"] is True
    assert edge["target"].startswith("team")


def test_graphs_that_are_built_alike_share_one_graph_id(runtime, read_runs):
    def build():
        return graph_of("plan", logs("plan")).compile()

    first, second = build(), build()

    for graph in (first, first, second):
        graph.invoke({"log": []})

    runs = read_runs()
    ids = {found(run, "LangGraph")["metadata"]["graph_id"] for run in runs}
    assert len(ids) == 1
    assert {graph["graph_id"] for run in runs for graph in run["graphs"]} == ids


def test_graphs_that_are_built_differently_have_different_graph_ids(runtime, read_runs):
    graph_of("plan", logs("plan")).compile().invoke({"log": []})
    graph_of("act", logs("act")).compile().invoke({"log": []})

    first, second = read_runs()
    assert first["graphs"][0]["graph_id"] != second["graphs"][0]["graph_id"]


def test_a_graph_that_cannot_be_drawn_runs_and_is_recorded_all_the_same(runtime, read_runs):
    graph = graph_of("plan", logs("plan")).compile()

    class Undrawable(type(graph)):
        def get_graph(self, *args, **kwargs):
            raise RuntimeError("no picture")

    graph.__class__ = Undrawable

    assert graph.invoke({"log": []}) == {"log": ["plan"]}

    (run,) = read_runs()
    assert run["graphs"] == []
    assert found(run, "plan")["status"] == "completed"
