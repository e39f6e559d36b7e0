"""A graph that waits for a human is interrupted, not failed; the run that goes on is linked to the one that waited."""

import operator
import sys
from typing import Annotated, TypedDict

import pytest
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from support.old_langgraph import LOSES_UPDATES
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint, step

THREAD = {"configurable": {"thread_id": "thread-7"}}


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


def ask(state):
    answer = interrupt({"question": "go on?"})
    return {"log": [f"heard {answer}"]}


def asking_graph(**options):
    builder = StateGraph(State)
    builder.add_node("ask", ask)
    builder.add_node("act", lambda state: {"log": ["acted"]})
    builder.add_edge(START, "ask")
    builder.add_edge("ask", "act")
    return builder.compile(checkpointer=MemorySaver(), **options)


@pytest.fixture
def agent():
    graph = asking_graph()

    @entrypoint
    def agent(command):
        return graph.invoke(command, THREAD)

    return agent


def test_node_graph_and_request_are_interrupted(runtime, read_runs, agent):
    agent({"log": []})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent [interrupted]
          graph LangGraph [interrupted]
            node ask [interrupted]
    """)
    assert all(execution["error"] is None for execution in run["executions"])
    assert run["error"] is None


@pytest.mark.parametrize("kind", ["agent", "workflow", "graph", "step"])
def test_a_graph_that_waits_in_a_step_of_the_users_own_interrupts_the_request(runtime, read_runs, kind):
    graph = asking_graph()

    @entrypoint
    def agent():
        with step("traveller", kind=kind):
            return graph.invoke({"log": []}, THREAD)

    agent()

    (run,) = read_runs()
    assert (run["status"], found(run, "traveller")["status"]) == ("interrupted", "completed")


def test_the_graph_tells_what_it_waits_for(runtime, read_runs, agent):
    agent({"log": []})

    (run,) = read_runs()
    (event,) = found(run, "LangGraph")["events"]
    assert event["name"] == "interrupt"
    assert event["attributes"]["node"] == "ask"
    (asked,) = event["attributes"]["interrupts"]
    assert asked["value"] == {"question": "go on?"}


def test_a_resumed_run_completes_and_is_linked_to_the_one_that_waited(runtime, read_runs, agent):
    agent({"log": []})
    agent(Command(resume="yes"))

    first, second = read_runs()
    assert outline(second) == tree("""
        request agent
          graph LangGraph
            node ask
            node act
    """)
    assert second["links"] == [{"request_id": first["request_id"], "relation": "resumes"}]
    assert first["links"] == [{"request_id": second["request_id"], "relation": "resumed_by"}]
    assert found(second, "LangGraph")["metadata"]["resume"] is True


@pytest.mark.skipif(sys.version_info < (3, 11), reason="interrupts in async graphs need Python 3.11")
async def test_async_graphs_are_interrupted_and_resumed_alike(runtime, read_runs):
    async def plan(state):
        return {"log": ["planned"]}

    builder = StateGraph(State)
    builder.add_node("plan", plan)
    builder.add_node("ask", ask)
    builder.add_edge(START, "plan")
    builder.add_edge("plan", "ask")
    graph = builder.compile(checkpointer=MemorySaver())

    await graph.ainvoke({"log": []}, THREAD)
    await graph.ainvoke(Command(resume="yes"), THREAD)

    first, second = read_runs()
    assert outline(first) == tree("""
        request LangGraph [interrupted]
          graph LangGraph [interrupted]
            node plan
            node ask [interrupted]
    """)
    assert outline(second) == tree("""
        request LangGraph
          graph LangGraph
            node ask
    """)
    assert [link["relation"] for link in second["links"]] == ["resumes"]


def test_the_thread_is_the_session_and_the_checkpoint_is_told(runtime, read_runs, agent):
    agent({"log": []})

    (run,) = read_runs()
    assert run["session_id"] == "thread-7"
    metadata = found(run, "LangGraph")["metadata"]
    assert metadata["thread_id"] == "thread-7"
    assert metadata["checkpoint_id"]


def test_a_session_of_the_users_own_is_not_replaced_by_the_thread(runtime, read_runs):
    graph = asking_graph()

    @entrypoint(session_id="mine")
    def agent():
        graph.invoke({"log": []}, THREAD)

    agent()

    assert read_runs()[0]["session_id"] == "mine"


@pytest.mark.parametrize(
    ("option", "nodes"), [("interrupt_before", []), ("interrupt_after", ["ask"])], ids=["before", "after"]
)
def test_a_breakpoint_interrupts_the_graph_and_no_node(runtime, read_runs, option, nodes):
    builder = StateGraph(State)
    builder.add_node("ask", lambda state: {"log": ["asked"]})
    builder.add_node("act", lambda state: {"log": ["acted"]})
    builder.add_edge(START, "ask")
    builder.add_edge("ask", "act")
    graph = builder.compile(checkpointer=MemorySaver(), **{option: ["ask"]})

    @entrypoint
    def agent(inputs):
        return graph.invoke(inputs, THREAD)

    agent({"log": []})
    agent(None)

    first, second = read_runs()
    assert first["status"] == "interrupted"
    assert found(first, "LangGraph")["status"] == "interrupted"
    assert [execution["name"] for execution in first["executions"]] == ["LangGraph", *nodes]
    assert second["status"] == "completed"
    assert [link["relation"] for link in second["links"]] == ["resumes"]


def test_an_interrupt_in_a_subgraph_interrupts_every_level(runtime, read_runs):
    inner = StateGraph(State)
    inner.add_node("ask", ask)
    inner.add_edge(START, "ask")
    outer = StateGraph(State)
    outer.add_node("team", inner.compile())
    outer.add_edge(START, "team")
    graph = outer.compile(checkpointer=MemorySaver())

    graph.invoke({"log": []}, THREAD)
    graph.invoke(Command(resume="yes"), THREAD)

    first, second = read_runs()
    assert outline(first) == tree("""
        request LangGraph [interrupted]
          graph LangGraph [interrupted]
            node team [interrupted]
              graph LangGraph [interrupted]
                node ask [interrupted]
    """)
    assert outline(second) == tree("""
        request LangGraph
          graph LangGraph
            node team
              graph LangGraph
                node ask
    """)
    assert [link["relation"] for link in second["links"]] == ["resumes"]


@pytest.mark.skipif(LOSES_UPDATES, reason="this LangGraph may lose what the sibling wrote")
def test_a_sibling_that_was_done_before_the_interrupt_is_restored_when_the_graph_goes_on(runtime, read_runs):
    calls = []

    def sibling(state):
        calls.append(1)
        return {"log": ["sibling"]}

    builder = StateGraph(State)
    builder.add_node("ask", ask)
    builder.add_node("sibling", sibling)
    builder.add_edge(START, "ask")
    builder.add_edge(START, "sibling")
    graph = builder.compile(checkpointer=MemorySaver())

    graph.invoke({"log": []}, THREAD)
    graph.invoke(Command(resume="yes"), THREAD)

    assert calls == [1]
    second = read_runs()[1]
    assert outline(second, by_name=True) == tree("""
        request LangGraph
          graph LangGraph
            node ask
            node sibling [restored]
    """)
    assert found(second, "sibling")["outputs"] == {"log": ["sibling"]}
    assert found(second, "sibling")["cached"] is False


def test_an_interrupt_that_the_agent_recovers_from_leaves_the_request_completed(runtime, read_runs):
    """A request takes the status of the last top-level graph: one that is resumed at once waits for nobody."""
    graph = asking_graph()

    @entrypoint
    def agent():
        graph.invoke({"log": []}, THREAD)
        return graph.invoke(Command(resume="yes"), THREAD)

    agent()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          graph LangGraph [interrupted]
            node ask [interrupted]
          graph LangGraph
            node ask
            node act
    """)
