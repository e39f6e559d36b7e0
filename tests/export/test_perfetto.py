"""A trace for Perfetto shows each execution inside of what it is below, on tracks where nothing overlaps by half."""

import json
from collections import defaultdict
from itertools import pairwise

import pytest

from gradient.export.formats import FORMATS
from gradient.sdk import step


def trace(*runs):
    return json.loads(b"".join(FORMATS["perfetto"].write(runs)))["traceEvents"]


def slices(events, process=1):
    return [event for event in events if event["ph"] == "X" and event["pid"] == process]


def tracks(events):
    """Return the slices of each track as (begin, end, name), in whole nanoseconds."""
    found = defaultdict(list)
    for each in slices(events):
        begins = round(each["ts"] * 1000)
        found[each["tid"]].append((begins, begins + round(each["dur"] * 1000), each["name"]))
    return found


def overlaps_by_half(track):
    """Return pairs of slices of which neither is inside of the other nor apart from it."""
    ordered = sorted(track, key=lambda each: (each[0], -each[1]))
    open_slices, found = [], []
    for begins, ends, name in ordered:
        while open_slices and open_slices[-1][1] <= begins:
            open_slices.pop()
        if open_slices and ends > open_slices[-1][1]:
            found.append((open_slices[-1][2], name))
        open_slices.append((begins, ends, name))
    return found


def moved(run, **times):
    """Give executions other times, by name: their start and how long they took, in milliseconds."""
    for execution in run["executions"]:
        start_ms, duration_ms = times[execution["name"]]
        execution |= {"start_offset_ms": start_ms, "duration_ms": duration_ms}
    run["executions"].sort(key=lambda each: each["start_offset_ms"])
    return run


def test_a_run_one_after_the_other_is_one_track_below_its_request(studio):
    found = tracks(trace(studio.shop()))

    assert [name for *_, name in found[0]] == ["shop_agent"]
    assert [name for *_, name in found[1]] == ["shop", "planner", "gpt", "search", "writer"]
    assert len(found) == 2


def test_times_are_microseconds_with_their_nanoseconds(studio):
    run = moved(studio.steps("a"), a=(1.000001, 2.000003))

    (_, only) = slices(trace(run))

    assert (only["ts"], only["dur"]) == (1000.001, 2000.003)


def test_what_runs_at_the_same_time_stands_on_another_track(studio):
    run = moved(studio.steps("a", "b", "c"), a=(0, 10), b=(5, 10), c=(11, 2))

    found = tracks(trace(run))

    assert [name for *_, name in found[1]] == ["a", "c"]
    assert [name for *_, name in found[2]] == ["b"]


def test_what_outlives_its_parent_does_not_stand_inside_of_it(studio):
    def agent():
        with step("parent"):
            studio.work("child")

    run = moved(studio.record(agent), parent=(0, 10), child=(5, 10))

    assert [[name for *_, name in track] for track in tracks(trace(run)).values()] == [
        ["agent"],
        ["parent"],
        ["child"],
    ]


def test_what_is_not_below_another_does_not_stand_inside_of_it(studio):
    run = moved(studio.steps("a", "b"), a=(0, 10), b=(2, 3))

    assert len(tracks(trace(run))) == 3


@pytest.mark.parametrize("seed", range(20))
def test_whatever_ran_when_no_track_has_slices_that_overlap_by_half(studio, seed):
    import random

    dice = random.Random(seed)

    def grow(depth):
        for _ in range(dice.randrange(4)):
            with step(f"{depth}"):
                if depth < 4:
                    grow(depth + 1)

    run = studio.record(lambda: [grow(0) for _ in range(5)])
    for execution in run["executions"]:
        execution |= {"start_offset_ms": dice.randrange(50), "duration_ms": dice.choice([0, 1, 5, 20, 80, None])}
    run["executions"].sort(key=lambda each: each["start_offset_ms"])

    found = tracks(trace(run))

    assert sum(map(len, found.values())) == len(run["executions"]) + 1
    assert [overlaps_by_half(track) for track in found.values()] == [[] for _ in found]


def test_tracks_and_processes_have_names(studio):
    run = studio.shop()

    named = {(each["pid"], each["tid"], each["name"]): each["args"]["name"] for each in trace(run) if each["ph"] == "M"}

    assert named == {
        (1, 0, "process_name"): f"shop_agent {run['request_id']}",
        (1, 0, "thread_name"): "request",
        (1, 1, "thread_name"): "executions",
    }


def test_events_are_moments_on_the_track_of_their_execution(studio):
    def agent():
        with step("a") as handle:
            studio.clock.advance(2)
            handle.event("cache miss", shard=3)

    (moment,) = [each for each in trace(studio.record(agent)) if each["ph"] == "i"]

    assert (moment["name"], moment["ts"], moment["tid"], moment["args"]) == ("cache miss", 2000, 1, {"shard": 3})


def test_several_runs_are_processes_at_their_distance_in_time(studio):
    first = studio.steps("a", ms=3)
    studio.clock.advance(7)

    events = trace(first, studio.steps("b"))

    assert [each["ts"] for each in slices(events, process=2)] == [10_000, 10_000]
    assert all(one <= other for one, other in pairwise(sorted({each["pid"] for each in events})))
