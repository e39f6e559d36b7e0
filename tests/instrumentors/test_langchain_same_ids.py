"""Calls that their callers gave the same id, at the same time, are told apart."""

import asyncio
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, StateGraph
from support.patience import PATIENCE_S

from gradient.sdk import entrypoint, step

SAME = uuid.UUID(int=17)
PEOPLE = ("ada", "bob", "eve")


def work(state):
    with step("work", inputs={"who": state["who"]}):
        return state


def graph_of(meet):
    """Return a graph whose node is entered by all before anybody goes on; its last node works."""
    graph = StateGraph(dict).add_node("meet", meet).add_node("work", work)
    return graph.add_edge(START, "meet").add_edge("meet", "work").compile()


def everybody_async():
    arrived, all_there = [], asyncio.Event()

    async def meet(state):
        arrived.append(state["who"])
        if len(arrived) == len(PEOPLE):
            all_there.set()
        await all_there.wait()
        return state

    return meet


def everybody_in_threads():
    together = threading.Barrier(len(PEOPLE))

    def meet(state):
        together.wait(PATIENCE_S)
        return state

    return meet


def tree_of(run):
    """Return whose work is in a run, and its executions in the order of the tree, as depth and name."""
    executions = {e["execution_id"]: e for e in run["executions"]}

    def depth(execution):
        above = execution["parent_id"]
        return 0 if above is None else 1 + depth(executions[above])

    whose = {e["inputs"]["who"] for e in executions.values() if isinstance(e["inputs"], dict) and "who" in e["inputs"]}
    return whose, [(depth(e), e["kind"], e["name"], e["status"]) for e in executions.values()]


OF_ONE = [
    (0, "graph", "LangGraph", "completed"),
    (1, "node", "meet", "completed"),
    (1, "node", "work", "completed"),
    (2, "step", "work", "completed"),
]


def assert_nothing_is_mixed(runs):
    trees = [tree_of(run) for run in runs]
    assert sorted(whose.pop() for whose, _ in trees if len(whose) == 1) == sorted(PEOPLE)
    assert [tree for _, tree in trees] == [OF_ONE] * len(PEOPLE)


@pytest.mark.parametrize("has_entrypoint", [True, False])
async def test_tasks_with_the_same_run_id_do_not_mix(runtime, read_runs, has_entrypoint):
    graph = graph_of(everybody_async())

    async def ask(who):
        await graph.ainvoke({"who": who}, {"run_id": SAME})

    asks = entrypoint(ask) if has_entrypoint else ask
    await asyncio.gather(*map(asks, PEOPLE))

    assert_nothing_is_mixed(read_runs())
    assert runtime.tracking.unmatched == 0


@pytest.mark.parametrize("has_entrypoint", [True, False])
def test_threads_with_the_same_run_id_do_not_mix(runtime, read_runs, has_entrypoint):
    graph = graph_of(everybody_in_threads())

    def ask(who):
        graph.invoke({"who": who}, {"run_id": SAME})

    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        list(pool.map(entrypoint(ask) if has_entrypoint else ask, PEOPLE))

    assert_nothing_is_mixed(read_runs())
    assert runtime.tracking.unmatched == 0


async def test_calls_of_one_request_with_the_same_run_id_do_not_mix(runtime, read_runs):
    graph = graph_of(everybody_async())

    @entrypoint
    async def ask_for_all():
        await asyncio.gather(*(graph.ainvoke({"who": who}, {"run_id": SAME}) for who in PEOPLE))

    await ask_for_all()

    (run,) = read_runs()
    executions = {e["execution_id"]: e for e in run["executions"]}
    graphs = [e["execution_id"] for e in run["executions"] if e["kind"] == "graph"]
    for graph_id in graphs:
        nodes = [e for e in executions.values() if e["parent_id"] == graph_id]
        assert [node["name"] for node in nodes] == ["meet", "work"]
        assert {node["inputs"]["who"] for node in nodes} == {executions[graph_id]["inputs"]["who"]}


async def test_chains_with_the_same_run_id_do_not_mix(runtime, read_runs):
    meet = everybody_async()
    chain = RunnableLambda(meet) | RunnableLambda(work)

    @entrypoint
    async def ask(who):
        await chain.ainvoke({"who": who}, {"run_id": SAME})

    await asyncio.gather(*map(ask, PEOPLE))

    runs = read_runs()
    assert [sorted(tree_of(run)[0]) for run in runs] == [[run["inputs"]["who"]] for run in runs]
    assert {e["status"] for run in runs for e in run["executions"]} == {"completed"}


def test_an_id_may_be_used_again_after_a_call_is_over(runtime, read_runs):
    graph = graph_of(lambda state: state)

    for who in PEOPLE:
        graph.invoke({"who": who}, {"run_id": SAME})

    assert_nothing_is_mixed(read_runs())
