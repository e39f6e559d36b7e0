"""Journals older or larger than settings allow go when a new one is begun."""

import os

import pytest

from gradient.runtime import RuntimeManager, Settings
from gradient.testing import FakeClock

LONG_AGO_S = 1_000_000_000


def run(home, name, **settings):
    """Record one request and close its journal, as a process does at its end."""
    manager = RuntimeManager(settings=Settings(home=home, console="off", **settings), instrumentors=[])
    manager.start_request(name)
    manager.end_request()
    manager.shutdown()


def make_old(home):
    for segment in home.glob("journal/*/*.seg"):
        os.utime(segment, (LONG_AGO_S, LONG_AGO_S))


@pytest.mark.parametrize(("days", "left"), [(1, ["new"]), (100_000, ["old", "new"])])
def test_journals_past_the_age_go_and_others_stay(home, read_runs, days, left):
    run(home, "old")
    make_old(home)

    run(home, "new", retention_days=days)

    assert [document["entrypoint"] for document in read_runs()] == left


def test_the_oldest_journals_go_where_all_are_larger_than_allowed(home, read_runs):
    run(home, "old")

    run(home, "new", retention_bytes=1)

    assert [document["entrypoint"] for document in read_runs()] == ["new"]


def test_a_process_that_goes_on_looks_again_when_an_hour_has_passed(home, read_runs):
    clock = FakeClock()
    settings = Settings(home=home, console="off", retention_days=1)
    manager = RuntimeManager(settings=settings, clock=clock, instrumentors=[])
    manager.start_request("first")
    manager.end_request()
    manager.recorder.close()
    run(home, "old", retention_days=100_000)
    make_old(home)

    manager.start_request("second")
    manager.recorder.close()
    within_the_hour = len(read_runs())
    clock.advance(ms=3_600_000)
    manager.end_request()
    manager.shutdown()

    assert within_the_hour == 3
    assert [document["entrypoint"] for document in read_runs()] == ["second"]
