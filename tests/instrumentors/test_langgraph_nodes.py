"""Nodes of LangGraph graphs are recorded: once each, under their graph, with what they were given and wrote."""

import operator
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]
    item: Any


def logs(name):
    def node(state):
        return {"log": [name]}

    return node


def chain_of(*names):
    builder = StateGraph(State)
    previous = START
    for name in names:
        builder.add_node(name, logs(name))
        builder.add_edge(previous, name)
        previous = name
    return builder


def test_three_nodes_are_three_executions_under_their_graph(runtime, read_runs):
    graph = chain_of("plan", "act", "report").compile()

    @entrypoint
    def agent():
        return graph.invoke({"log": ["start"]})

    agent()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          graph LangGraph
            node plan
            node act
            node report
    """)
    act = found(run, "act")
    assert act["inputs"] == {"log": ["start", "plan"]}
    assert act["outputs"] == {"log": ["act"]}
    assert act["node_id"] == "node_act"
    assert act["framework"] == "langgraph"
    assert act["metadata"]["step"] == 2
    assert act["metadata"]["triggers"]
    assert found(run, "LangGraph")["inputs"] == {"log": ["start"]}
    assert found(run, "LangGraph")["outputs"] == {"log": ["start", "plan", "act", "report"]}


def test_a_conditional_edge_is_no_node(runtime, read_runs):
    builder = chain_of("plan")
    builder.add_node("left", logs("left"))
    builder.add_node("right", logs("right"))

    def choose(state) -> str:
        return "right"

    builder.add_conditional_edges("plan", choose, ["left", "right"])

    builder.compile().invoke({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node plan
              chain choose
            node right
    """)


def test_parallel_nodes_are_siblings(runtime, read_runs):
    builder = StateGraph(State)
    for name in ("a", "b", "c"):
        builder.add_node(name, logs(name))
        builder.add_edge(START, name)

    builder.compile().invoke({"log": []})

    (run,) = read_runs()
    assert outline(run, by_name=True) == tree("""
        request LangGraph
          graph LangGraph
            node a
            node b
            node c
    """)


async def test_parallel_nodes_are_siblings_under_asyncio(runtime, read_runs):
    builder = StateGraph(State)
    for name in ("a", "b", "c"):

        async def node(state, name=name):
            return {"log": [name]}

        builder.add_node(name, node)
        builder.add_edge(START, name)

    await builder.compile().ainvoke({"log": []})

    (run,) = read_runs()
    assert outline(run, by_name=True) == tree("""
        request LangGraph
          graph LangGraph
            node a
            node b
            node c
    """)


def test_each_send_is_an_execution_of_the_same_node(runtime, read_runs):
    builder = StateGraph(State)
    builder.add_node("plan", logs("plan"))
    builder.add_node("work", lambda state: {"log": [f"did {state['item']}"]})
    builder.add_edge(START, "plan")
    builder.add_conditional_edges("plan", lambda state: [Send("work", {"item": n}) for n in (1, 2, 3)], ["work"])

    builder.compile().invoke({"log": []})

    (run,) = read_runs()
    works = [execution for execution in run["executions"] if execution["name"] == "work"]
    assert sorted(work["inputs"]["item"] for work in works) == [1, 2, 3]
    assert {work["node_id"] for work in works} == {"node_work"}
    assert len({work["metadata"]["task_id"] for work in works}) == 3
    assert {send["fields"]["node"] for send in found(run, "plan")["outputs"]["sends"]} == {"work"}


def test_a_loop_visits_the_same_node_id_again(runtime, read_runs):
    builder = chain_of("work")
    builder.add_conditional_edges("work", lambda state: END if len(state["log"]) == 3 else "work", ["work", END])

    builder.compile().invoke({"log": []})

    (run,) = read_runs()
    works = [execution for execution in run["executions"] if execution["kind"] == "node"]
    assert [work["node_id"] for work in works] == ["node_work"] * 3
    assert [work["metadata"]["step"] for work in works] == [1, 2, 3]


def test_a_failing_node_makes_its_graph_and_the_request_fail(runtime, read_runs):
    builder = chain_of("plan")
    error = ValueError("no such tool")

    def act(state):
        raise error

    builder.add_node("act", act)
    builder.add_edge("plan", "act")

    @entrypoint
    def agent():
        return builder.compile().invoke({"log": []})

    with pytest.raises(ValueError, match="no such tool") as raised:
        agent()

    assert raised.value is error
    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent [error]
          graph LangGraph [error]
            node plan
            node act [error]
    """)
    assert found(run, "act")["error"]["type"] == "ValueError"
    assert found(run, "act")["error"]["message"] == "no such tool"
    assert "in act" in found(run, "act")["error"]["stacktrace"]
