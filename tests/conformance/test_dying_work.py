"""What a finalizer does is in the run of whoever registered it, and `__del__` works for whoever drops a thing."""

import gc
import weakref
from contextvars import ContextVar

import pytest
from conformance.whose import whose

from gradient.sdk import entrypoint, step


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


def test_finalizers_that_the_collector_calls_in_the_middle_of_anything_break_nothing(runtime, read_runs):
    variables = [ContextVar(str(number)) for number in range(200)]

    @entrypoint
    def ask(who):
        for number, variable in enumerate(variables * 20):
            thing = Thing()
            thing.itself = thing
            weakref.finalize(thing, int)
            variable.set(number)
        work(who)

    before = gc.get_threshold()
    gc.set_threshold(1)  # it collects within almost each allocation, that of a context's own parts included
    try:
        ask("ada")
    finally:
        gc.set_threshold(*before)

    assert whose(read_runs()) == [("ada", ["ada"])]


def test_a_finalizer_shows_its_function_and_arguments_as_they_are(runtime):
    thing = Thing()

    finalizer = weakref.finalize(thing, work, "ada", key=1)

    assert finalizer.peek() == (thing, work, ("ada",), {"key": 1})
    assert finalizer.detach() == (thing, work, ("ada",), {"key": 1})
    assert not finalizer.alive


def test_without_the_runtime_finalizers_are_pythons_own(runtime):
    finalizer = weakref.finalize(Thing, work, "ada")
    runtime.uninstall_instrumentation()

    assert weakref.finalize._Info.__module__ == weakref.finalize.__call__.__module__ == "weakref"
    assert finalizer.detach()[1] is work
