"""What a stream was made of is let go of as soon as the stream has ended, without the garbage collector."""

import asyncio
import gc
from weakref import ref

import pytest

from gradient.sdk import entrypoint, step


class Resource:
    """Something that a stream reads from, and that is given back when nobody holds it."""


def numbers(resource):
    for number in range(3):
        yield number
    raise LookupError(number)


async def async_numbers(resource):
    for number in range(3):
        yield number
    raise LookupError(number)


def as_it_is(function):
    return function


async def read_to_its_end(stream):
    with pytest.raises(LookupError):
        async for _ in stream:
            pass


async def drop(stream):
    await stream.__anext__()


async def close(stream):
    await stream.__anext__()
    await stream.aclose()


async def throw(stream):
    await stream.__anext__()
    with pytest.raises(KeyError):
        await stream.athrow(KeyError("thrown"))


class AsAsync:
    """A generator, with the methods of an async one."""

    def __init__(self, items):
        self._items = items

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return next(self._items)
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self):
        self._items.close()

    async def athrow(self, error):
        try:
            self._items.throw(error)
        finally:
            del error  # which would hold this frame, and so the stream


@pytest.fixture
def without_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("leave", [read_to_its_end, drop, close, throw])
@pytest.mark.parametrize("kind", [numbers, async_numbers])
@pytest.mark.parametrize("traced", [as_it_is, entrypoint, step("numbers")], ids=["bare", "entrypoint", "step"])
def test_a_stream_that_was_left_holds_nothing(runtime, without_collector, traced, kind, leave):
    async def read():
        resource = Resource()
        stream = traced(kind)(resource)
        await leave(stream if kind is async_numbers else AsAsync(stream))
        held = ref(resource)
        del stream, resource
        for _ in range(20):  # the loop closes what was dropped, in tasks of its own
            await asyncio.sleep(0)
        return held()

    assert asyncio.run(read()) is None
