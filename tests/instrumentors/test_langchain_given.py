"""The user's tags and metadata stand where they were given, once; LangChain's own stand nowhere."""

import gc
import random
import weakref
from typing import TypedDict

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableBranch, RunnableLambda, RunnableParallel
from langchain_core.tools import tool
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import START, StateGraph
from support.outlines import found
from support.scripted import ScriptedModel

from gradient.export.openinference import execution_attributes
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import entrypoint
from gradient.store import open as open_store

# What LangGraph's instrumentor itself tells of graphs and nodes.
_TOLD = {"step", "task_id", "triggers", "graph_id", "thread_id", "checkpoint_ns", "checkpoint_id", "tool_call_id"}
_MADE_UP = 25


class State(TypedDict, total=False):
    value: str


class Shelf(BaseRetriever):
    """Finds the one document that there is."""

    def _get_relevant_documents(self, query, *, run_manager):
        return [Document("By train.")]


@tool
def look_up(word: str) -> str:
    """Look a word up."""
    return word


CALLED = {
    "chain": (RunnableLambda(lambda told: told), "x"),
    "llm": (ScriptedModel(), "x"),
    "tool": (look_up, {"word": "x"}),
    "retriever": (Shelf(), "x"),
    "graph": (StateGraph(State).add_node("go", lambda state: state).add_edge(START, "go").compile(), {"value": "x"}),
}


def given(execution):
    """Return what an execution says of itself beside what the instrumentor tells."""
    return {key: value for key, value in execution["metadata"].items() if key not in _TOLD}


@pytest.mark.parametrize("kind", CALLED)
@pytest.mark.parametrize("way", ["config", "with_config"])
def test_what_a_run_is_given_stands_on_it_and_not_on_what_inherits_it(runtime, read_runs, kind, way):
    called, told = CALLED[kind]
    config = {"run_name": "mine", "tags": ["prod"], "metadata": {"tenant": "acme"}}

    if way == "config":
        called.invoke(told, config)
    else:
        called.with_config(**config).invoke(told)

    first, *below = read_runs()[0]["executions"]
    assert (first["kind"], first["name"], given(first)) == (kind, "mine", {"tags": ["prod"], "tenant": "acme"})
    assert [given(execution) for execution in below] == [{}] * len(below)


@pytest.mark.parametrize("own", [ScriptedModel, Shelf])
def test_what_a_model_or_retriever_carries_itself_stands_on_each_of_its_calls(runtime, read_runs, own):
    called = own(tags=["mine"], metadata={"version": 3})

    @entrypoint
    def agent():
        called.invoke("x")
        called.invoke("y")

    agent()

    assert [given(one) for one in read_runs()[0]["executions"]] == [{"tags": ["mine"], "version": 3}] * 2


def test_a_nodes_metadata_stands_on_the_node_and_its_models_on_the_model(runtime, read_runs):
    model = ScriptedModel()

    def plan(state):
        model.invoke("x", {"tags": ["inner", "prod"], "metadata": {"prompt": "v3", "tenant": "acme"}})
        model.invoke("x", {"metadata": {"tenant": "other"}})
        return state

    builder = StateGraph(State).add_node("plan", plan, metadata={"owner": "team-a"}).add_edge(START, "plan")
    graph = builder.compile(checkpointer=MemorySaver())
    thread = {"configurable": {"thread_id": "7"}}

    graph.invoke({"value": "x"}, {**thread, "tags": ["prod"], "metadata": {"tenant": "acme"}})

    assert [given(one) for one in read_runs()[0]["executions"]] == [
        {"tags": ["prod"], "tenant": "acme"},
        {"owner": "team-a"},
        {"tags": ["inner"], "prompt": "v3"},
        {"tenant": "other"},
    ]


def test_nothing_that_langchain_tells_itself_is_taken_for_the_users(runtime, read_runs):
    branch = RunnableBranch((lambda _: False, lambda told: told), lambda told: told)
    chain = branch | RunnableParallel(a=lambda told: told) | (lambda told: told["a"])
    graph = StateGraph(State).add_node("go", lambda state: {"value": chain.with_retry().invoke(state["value"])})
    graph = graph.add_node("ask", lambda _: {"value": ScriptedModel().invoke("x").content})
    graph = graph.add_edge(START, "go").add_edge("go", "ask").compile(checkpointer=MemorySaver())

    graph.invoke({"value": "x"}, {"configurable": {"thread_id": "7"}})

    executions = read_runs()[0]["executions"]
    assert len(executions) > 8
    assert [given(one) for one in executions] == [{}] * len(executions)


def test_a_name_that_the_instrumentor_uses_stands_apart(runtime, read_runs):
    RunnableLambda(lambda told: told, name="go").invoke("x", {"metadata": {"step": "second", "tags": "none"}})

    assert given(found(read_runs()[0], "go")) == {"given": {"step": "second", "tags": "none"}}


class Session:
    """Something of the program's that a configuration carries."""


def test_nothing_that_a_run_was_given_is_kept_once_it_is_over(runtime):
    session = Session()
    gone = weakref.ref(session)

    RunnableLambda(lambda told: told).invoke("x", {"metadata": {"db": session, "more": [{"db": session}]}})
    del session
    gc.collect()

    assert gone() is None


def test_metadata_that_is_large_or_holds_itself_is_told_in_part(runtime, read_runs):
    endless = [1]
    endless += [endless, {"of": endless}]

    RunnableLambda(lambda told: told, name="go").invoke("x", {"metadata": {"of": endless, "many": list(range(9_999))}})

    told = given(found(read_runs()[0], "go"))
    assert told["of"][:1] == [1]
    assert len(str(told)) < 20_000


def test_without_contents_the_instrumentors_own_metadata_stays(home, read_runs):
    manager = RuntimeManager(settings=Settings(home=home, console="off", content="none"))
    set_runtime_manager(manager)
    manager.install_instrumentation()
    graph = StateGraph(State).add_node("go", lambda state: state).add_edge(START, "go").compile()

    graph.invoke({"value": "x"}, {"tags": ["mine"], "metadata": {"tenant": "acme"}})
    manager.shutdown()

    (run,) = read_runs()
    assert found(run, "go")["metadata"]["step"] == 1
    assert "acme" not in str(run)


def test_secrets_in_metadata_and_tags_are_withheld(runtime, read_runs):
    key = "sk-proj-" + "a1B2" * 12
    config = {"tags": [f"of {key}"], "metadata": {"password": "correct horse", "note": f"with {key}"}}

    RunnableLambda(lambda told: told, name="go").invoke("x", config)

    told = str(read_runs()[0])
    assert "correct horse" not in told
    assert key not in told
    assert "note" in told


def test_tags_of_an_execution_are_those_of_its_span(runtime, read_runs):
    RunnableLambda(lambda told: told, name="go").invoke("x", {"tags": ["prod"]})

    assert execution_attributes(found(read_runs()[0], "go"))["tag.tags"] == ["prod"]


def test_tags_and_keys_that_are_no_text_cost_the_run_nothing(runtime, read_runs):
    config = {"tags": ["prod", 7, ("a", "b")], "metadata": {7: "seven", "tenant": "acme"}}

    assert RunnableLambda(lambda told: told, name="go").invoke("x", config) == "x"

    assert given(found(read_runs()[0], "go")) == {"tags": ["prod"], "tenant": "acme"}


def made_up(choose, depth, tags):
    """Return a made-up runnable, some of whose parts have a tag of their own; each tag is noted in `tags`."""
    made = RunnableLambda(lambda told: told)
    if depth:
        inner = [made_up(choose, depth - 1, tags) for _ in range(2)]
        made = choose.choice(
            [
                inner[0] | inner[1],
                RunnableParallel(a=inner[0]) | (lambda told: told["a"]) | inner[1],
                RunnableBranch((lambda _: True, inner[0]), inner[1]) | inner[1],
                RunnableLambda(inner[0].invoke) | inner[1],
                inner[0].with_retry() | inner[1],
                graph_of(inner[0]) | inner[1],
            ]
        )
    if choose.random() < 0.5:
        tag = f"tag {len(tags)}"
        tags.append(tag)
        return made.with_config(tags=[tag], metadata={tag: len(tags)})
    return made


def graph_of(runnable):
    go = RunnableLambda(lambda state: state["value"]) | runnable | (lambda told: {"value": told})
    return RunnableLambda(lambda told: {"value": told}) | (
        StateGraph(State).add_node("go", go).add_edge(START, "go").compile() | (lambda state: state["value"])
    )


@pytest.mark.parametrize("seed", range(_MADE_UP))
def test_of_made_up_runnables_each_tag_stands_on_one_execution(runtime, read_runs, seed):
    tags = []
    runnable = made_up(random.Random(seed), 3, tags)

    @entrypoint
    def agent():
        return runnable.invoke("x")

    assert agent() == "x"

    seen = [tag for one in read_runs()[0]["executions"] for tag in given(one).get("tags", [])]
    keys = [key for one in read_runs()[0]["executions"] for key in given(one) if key != "tags"]
    assert sorted(keys) == sorted(seen) == sorted(set(seen) & set(tags))


def test_a_run_is_found_by_the_tags_that_something_in_it_was_given(runtime):
    @entrypoint(tags=["outer"])
    def agent(tag):
        RunnableLambda(lambda told: told).invoke("x", {"tags": [tag]})
        with open_store() as store:  # while it is open, too
            seen.append((tag, store.count(f"tag:{tag}")))

    seen = []
    agent("beta")
    agent("gamma")

    with open_store() as store:
        counts = {tag: store.count(f"tag:{tag}") for tag in ("beta", "gamma", "outer", "none")}
        tags = {run.tags for run in store.list().runs}

    assert seen == [("beta", 1), ("gamma", 1)]
    assert counts == {"beta": 1, "gamma": 1, "outer": 2, "none": 0}
    assert tags == {("outer",)}
