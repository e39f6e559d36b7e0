"""What is done when something dies is in the run of whoever asked for it, never in that of whoever let it go."""

import gc
import weakref

import pytest
from conformance.whose import whose
from langgraph.graph import START, StateGraph

from gradient.sdk import entrypoint, session, step

references = []


class Thing:
    """What dies."""


class Speaking:
    """What works when it dies."""

    def __init__(self, who):
        self.who = who

    def __del__(self):
        work(self.who)


def work(who):
    with step("work", inputs={"who": who}):
        pass


def with_a_finalizer(who):
    thing = Thing()
    weakref.finalize(thing, work, who)
    return thing


def with_a_callback(who):
    thing = Thing()
    references.append(weakref.ref(thing, lambda _: work(who)))
    return thing


def links(runs):
    """Return for each run that follows another who asked for both."""
    asked = {run["request_id"]: run["inputs"]["who"] for run in runs}
    return sorted((run["inputs"]["who"], asked[link["request_id"]]) for run in runs for link in run["links"])


def lets_go_in_the_next_request(make, *, cycle):
    """Have ada make something, and bob let it go, with a step before and one after."""
    held = []

    @entrypoint(name="ask")
    def ask(who):
        if who == "ada":
            held.append(make(who))
            if cycle:
                held.append(held)
            return
        work(who)
        thing = held.pop(0)
        if cycle:
            cyclic = [thing]
            cyclic.append(cyclic)
            del cyclic
        del thing
        held.clear()
        gc.collect()
        work(who)

    ask("ada")
    ask("bob")


@pytest.mark.parametrize("cycle", [False, True], ids=["dropped", "collected"])
def test_a_finalizer_works_for_the_request_that_registered_it(runtime, read_runs, cycle):
    lets_go_in_the_next_request(with_a_finalizer, cycle=cycle)

    runs = read_runs()
    assert whose(runs) == [("ada", []), ("ada", ["ada"]), ("bob", ["bob", "bob"])]
    assert links(runs) == [("ada", "ada")]


@pytest.mark.parametrize("make", [Speaking, with_a_callback])
def test_what_is_collected_works_for_nobody_who_happens_to_run(runtime, read_runs, make):
    lets_go_in_the_next_request(make, cycle=True)

    runs = read_runs()
    assert whose(runs) == [("ada", []), ("ada", ["ada"]), ("bob", ["bob", "bob"])]
    assert links(runs) == []


def test_what_is_dropped_works_for_whoever_drops_it(runtime, read_runs):
    @entrypoint
    def ask(who):
        Speaking(who)

    ask("ada")

    assert whose(read_runs()) == [("ada", ["ada"])]


def test_a_finalizer_that_is_called_by_hand_works_for_whoever_calls_it(runtime, read_runs):
    thing, called = Thing(), []

    @entrypoint
    def ask(who):
        if not called:
            called.append(weakref.finalize(thing, work, "bob"))
            return
        called[0]()

    ask("ada")
    ask("bob")

    assert whose(read_runs()) == [("ada", []), ("bob", ["bob"])]


def test_what_is_collected_within_a_node_is_not_in_it_and_the_node_goes_on(runtime, read_runs):
    def node(state):
        cycle = [Speaking("ada")]
        cycle.append(cycle)
        del cycle
        gc.collect()
        work("bob")
        return state

    graph = StateGraph(dict).add_node("node", node).add_edge(START, "node").compile()

    @entrypoint
    def ask(who):
        with session("of bob"):
            graph.invoke({"who": who})

    ask("bob")

    by_who = {(run["inputs"]["who"], run["session_id"]): run["executions"] for run in read_runs()}
    assert sorted(by_who) == [("ada", None), ("bob", None)]
    assert [e["name"] for e in by_who["bob", None]] == ["LangGraph", "node", "work"]


def test_a_finalizer_shows_its_function_and_arguments_as_they_are(runtime):
    thing = Thing()

    finalizer = weakref.finalize(thing, work, "ada", key=1)

    assert finalizer.peek() == (thing, work, ("ada",), {"key": 1})
    assert finalizer.detach() == (thing, work, ("ada",), {"key": 1})
    assert not finalizer.alive


def test_without_the_runtime_finalizers_and_collections_are_pythons_own(runtime):
    finalizer = weakref.finalize(Thing, work, "ada")
    runtime.uninstall_instrumentation()

    assert not [told for told in gc.callbacks if type(told).__module__.startswith("gradient")]
    assert weakref.finalize._Info.__module__ == weakref.finalize.__call__.__module__ == "weakref"
    assert finalizer.detach()[1] is work
