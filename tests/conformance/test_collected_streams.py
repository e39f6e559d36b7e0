"""A stream that only a cycle still holds: the collector closes what we drive and what drives it in any order."""

import asyncio
import gc
import sys

import pytest

from gradient.sdk import entrypoint


@pytest.fixture
def unraisable(no_garbage, monkeypatch):
    """What was raised where nobody could catch it."""
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(what.exc_value))
    return told


def age():
    """Have the collector come to the objects that exist later than to those that are made from now on."""
    gc.collect()


def collect():
    """Collect garbage, newest objects first: `freeze` puts the generations into one list, the youngest before."""
    gc.freeze()
    gc.unfreeze()
    gc.collect()


def test_a_stream_whose_body_is_collected_first_is_abandoned(runtime, read_runs, unraisable):
    @entrypoint
    def agent(held):
        try:
            yield 1
        finally:
            held.clear()  # nothing else refers to the stream

    held = {}
    held["stream"] = stream = agent(held)
    age()
    next(stream)
    del held, stream
    collect()

    assert unraisable == []
    assert read_runs()[0]["status"] == "abandoned"


async def test_an_async_stream_whose_body_is_collected_first_is_abandoned(runtime, read_runs, no_garbage):
    loop, told = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, what: told.append(what))

    @entrypoint
    async def agent(held):
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            held.clear()

    held = {}
    held["stream"] = stream = agent(held)
    age()
    await anext(stream)
    del held, stream
    collect()
    for _ in range(5):  # until the loop has closed both
        await asyncio.sleep(0)

    assert told == []
    assert read_runs()[0]["status"] == "abandoned"
