"""Durations and offsets are exact, which a clock that only tests move can show."""

import asyncio
import contextlib
import threading

import pytest
from langgraph.graph import START, StateGraph
from support.patience import PATIENCE_S

from gradient.runtime import RuntimeManager
from gradient.runtime.clock import Clock
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import annotate, entrypoint, step

NOON = 1_700_000_000_000_000_000  # 2023-11-14T22:13:20Z


class HandMoved(Clock):
    """Stands still until it is moved, and says which time of day it is meanwhile."""

    def __init__(self):
        self.now_ns = 5_000_000
        super().__init__(lambda: self.now_ns, lambda: NOON + self.now_ns - 5_000_000)

    def move(self, milliseconds):
        self.now_ns += int(milliseconds * 1_000_000)


@pytest.fixture
def clock(nothing_is_left):
    moved = HandMoved()
    manager = RuntimeManager(clock=moved)
    set_runtime_manager(manager)
    manager.install_instrumentation()
    return moved


@pytest.fixture
def read_times(read_runs):
    """Return a function that gives duration of the only run, and (offset, duration) of its executions by name."""

    def read():
        (run,) = read_runs()
        spans = {e["name"]: (e["start_offset_ms"], e["duration_ms"]) for e in run["executions"]}
        return run["duration_ms"], spans

    return read


def test_a_step_lasts_as_long_as_its_block(clock, read_times):
    @entrypoint
    def agent():
        clock.move(1)
        with step("outer"):
            clock.move(10)
            with step("inner"):
                clock.move(100.25)
            clock.move(1000)
        clock.move(10_000)

    agent()

    assert read_times() == (11_111.25, {"outer": (1.0, 1110.25), "inner": (11.0, 100.25)})


def test_a_run_says_at_which_time_of_day_it_started(clock, read_runs):
    clock.move(1.5)

    entrypoint(lambda: None)()

    assert [run["started_at"] for run in read_runs()] == ["2023-11-14T22:13:20.001500Z"]


def test_a_time_of_day_that_jumps_changes_no_duration(clock, read_times):
    @entrypoint
    def agent():
        with step("work"):
            clock.move(5)
            clock.wall_ns = lambda: 0

    agent()

    assert read_times() == (5.0, {"work": (0.0, 5.0)})


def test_a_step_that_fails_lasts_until_it_fails(clock, read_times):
    @entrypoint
    def agent():
        with contextlib.suppress(KeyError), step("work"):
            clock.move(3)
            raise KeyError
        clock.move(4)

    agent()

    assert read_times() == (7.0, {"work": (0.0, 3.0)})


def test_a_stream_lasts_from_its_first_item_to_its_end(clock, read_times):
    @entrypoint
    def agent():
        for name in ("first", "second"):
            with step(name):
                clock.move(1)
                yield name

    stream = agent()
    clock.move(1000)  # nobody reads yet
    for _ in stream:
        clock.move(10)

    assert read_times() == (22.0, {"first": (0.0, 11.0), "second": (11.0, 11.0)})


def test_a_stream_that_is_closed_early_lasts_until_then(clock, read_times):
    @entrypoint
    def agent():
        clock.move(1)
        yield 1
        clock.move(100)
        yield 2

    stream = agent()
    next(stream)
    clock.move(10)
    stream.close()

    assert read_times() == (11.0, {})


def test_tasks_side_by_side_are_timed_each_by_itself(clock, read_times):
    @entrypoint
    async def agent():
        first_moved, second_moved = asyncio.Event(), asyncio.Event()

        async def first():
            with step("first"):
                clock.move(1)
                first_moved.set()
                await second_moved.wait()
                clock.move(100)

        async def second():
            await first_moved.wait()
            with step("second"):
                clock.move(10)
                second_moved.set()

        await asyncio.gather(first(), second())

    asyncio.run(agent())

    assert read_times() == (111.0, {"first": (0.0, 111.0), "second": (1.0, 10.0)})


def test_threads_side_by_side_are_timed_each_by_itself(clock, read_times):
    begun, moved = threading.Event(), threading.Event()

    def work():
        with step("in the thread"):
            begun.set()
            moved.wait(PATIENCE_S)

    @entrypoint
    def agent():
        worker = threading.Thread(target=work)
        worker.start()
        begun.wait(PATIENCE_S)
        clock.move(1)
        with step("beside it"):
            clock.move(10)
            moved.set()
            worker.join()
            clock.move(100)

    agent()

    assert read_times() == (111.0, {"in the thread": (0.0, 11.0), "beside it": (1.0, 110.0)})


def test_executions_are_listed_in_the_order_in_which_they_began(clock, read_times):
    @entrypoint
    def agent():
        for name in ("c", "a", "b"):
            with step(name):
                clock.move(1)

    agent()

    assert list(read_times()[1]) == ["c", "a", "b"]


def test_events_tell_when_they_happened(clock, read_runs):
    @entrypoint
    def agent():
        clock.move(1)
        with step("work") as work:
            clock.move(2)
            annotate("noted")
            clock.move(3)
            work.event("told")

    agent()

    ((execution,),) = [run["executions"] for run in read_runs()]
    assert [(event["name"], event["offset_ms"]) for event in execution["events"]] == [("noted", 3.0), ("told", 6.0)]


def test_the_nodes_of_a_graph_are_timed_by_what_they_do(clock, read_times):
    def node(milliseconds):
        def run(state):
            clock.move(milliseconds)
            return state

        return run

    builder = StateGraph(dict)
    builder.add_node("first", node(10))
    builder.add_node("second", node(100))
    builder.add_edge(START, "first")
    builder.add_edge("first", "second")
    graph = builder.compile()

    @entrypoint
    def agent():
        clock.move(1)
        graph.invoke({})
        clock.move(1000)

    agent()

    assert read_times() == (1111.0, {"LangGraph": (1.0, 110.0), "first": (1.0, 10.0), "second": (11.0, 100.0)})
