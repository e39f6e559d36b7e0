"""A run lasts until the stream that its entrypoint gave back is read, and the caller cannot tell the difference."""

import asyncio
import gc
import inspect
import itertools
import types
from itertools import count

import pytest
from conformance.returning import agent_that_returns, answer_to, async_items, closed, collected, items, tree, work
from conformance.trees import trees_of

pytestmark = pytest.mark.usefixtures("nothing_is_closed")
LAZY = {
    map: lambda: map(answer_to, [1]),
    filter: lambda: filter(lambda _: work(), [1]),
    itertools.chain: lambda: itertools.chain(items()),
    itertools.islice: lambda: itertools.islice(items(), 1),
    itertools.takewhile: lambda: itertools.takewhile(lambda _: work(), [1]),
    itertools.dropwhile: lambda: itertools.dropwhile(lambda _: not work(), [1]),
    itertools.filterfalse: lambda: itertools.filterfalse(lambda _: not work(), [1]),
    enumerate: lambda: enumerate(items(), 7),
    zip: lambda: zip(items(), "ab", count(), strict=False),
    type(iter(int, 1)): lambda: iter(items().__next__, None),
    itertools.accumulate: lambda: itertools.accumulate(items()),
    itertools.compress: lambda: itertools.compress(items(), [0, 1]),
    itertools.starmap: lambda: itertools.starmap(answer_to, [(1,)]),
}


@pytest.mark.parametrize("kind", [types.GeneratorType, *LAZY])
def test_the_work_of_what_is_lazy_is_in_the_run(read_runs, kind):
    make = LAZY.get(kind, items)
    stream = agent_that_returns(make)()

    assert type(stream) is kind
    read = list(stream)
    assert trees_of(read_runs()) == tree("completed")
    assert read == list(make())


class Item:
    """Wants nobody to look at it."""

    def __eq__(self, other):
        raise AssertionError

    __hash__ = None

    def __bool__(self):
        raise AssertionError


def same(item):
    return item


ITEMS = [Item(), Item()]
OF_ITEMS = {
    "enumerate": lambda: enumerate(iter(ITEMS), 2**70),
    "zip": lambda: zip(iter(ITEMS), ITEMS, strict=True),
    "zip of one": lambda: zip(iter(ITEMS), strict=False),
    "zip of none": lambda: zip(strict=False),
    "accumulate": lambda: itertools.accumulate(ITEMS, lambda _, item: item),
    "compress": lambda: itertools.compress(iter(ITEMS), [True, True]),
    "starmap": lambda: itertools.starmap(same, [(item,) for item in ITEMS]),
    "map": lambda: map(same, ITEMS),
}


@pytest.mark.parametrize("of", OF_ITEMS)
def test_the_items_of_what_is_lazy_are_the_very_same(read_runs, of):
    read, bare = list(agent_that_returns(OF_ITEMS[of])()), list(OF_ITEMS[of]())

    assert [told(item) for item in read] == [told(item) for item in bare]
    assert [run["status"] for run in read_runs()] == ["completed"]


def told(item):
    """Return items by identity, and numbers by value."""
    return [told(part) for part in item] if type(item) is tuple else item if type(item) is int else id(item)


def test_the_error_of_a_strict_zip_is_the_same_and_its_run_has_it(read_runs):
    stream = agent_that_returns(lambda: zip([1, 2], "a", strict=True))()

    assert next(stream) == (1, "a")
    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is shorter than argument 1"):
        next(stream)
    assert [run["status"] for run in read_runs()] == ["error"]


def test_half_an_enumeration_goes_on_where_it_is(read_runs):
    def half():
        numbered = enumerate("abc")
        next(numbered)
        return numbered

    assert list(agent_that_returns(half)()) == [(1, "b"), (2, "c")]


def test_an_async_stream_is_of_its_kind_and_its_work_is_in_the_run(read_runs):
    stream = agent_that_returns(async_items)()

    assert inspect.isasyncgen(stream)
    assert asyncio.run(collected(stream)) == ["done", "more"]
    assert trees_of(read_runs()) == tree("completed")


@pytest.mark.parametrize("make", [items, async_items])
def test_a_stream_has_the_name_of_the_one_that_does_the_work(make):
    stream = agent_that_returns(make)()

    assert (stream.__name__, stream.__qualname__) == (make.__name__, make.__qualname__)


def test_what_is_sent_and_thrown_into_a_stream_arrives_and_it_returns_what_it_returns():
    def conversation():
        heard = yield
        try:
            yield heard
        except KeyError:
            return "end"

    stream = agent_that_returns(conversation)()
    next(stream)

    assert stream.send("hello") == "hello"
    with pytest.raises(StopIteration, match="end"):
        stream.throw(KeyError)


def test_a_stream_that_is_closed_early_is_abandoned_and_closes_the_one_that_does_the_work(read_runs):
    stream = agent_that_returns(items)()
    next(stream)

    stream.close()

    assert closed == ["closed"]
    assert trees_of(read_runs()) == tree("abandoned")


async def test_an_async_stream_that_is_closed_early_has_closed_the_one_that_does_the_work(read_runs):
    stream = agent_that_returns(async_items)()
    await anext(stream)

    await stream.aclose()

    assert closed == ["closed"]
    assert trees_of(read_runs()) == tree("abandoned")


@pytest.mark.parametrize("make", [items, async_items, *LAZY.values()])
def test_a_stream_that_nobody_reads_is_abandoned(read_runs, make):
    agent_that_returns(make)()
    gc.collect()

    assert [run["status"] for run in read_runs()] == ["abandoned"]


def test_a_stream_that_others_hold_stays_theirs(read_runs):
    kept = items()
    agent = agent_that_returns(lambda: kept)

    assert agent() is kept
    assert [next(agent()), next(agent())] == ["done", "more"]
    assert closed == []


def test_a_stream_that_has_begun_goes_on(read_runs):
    def begun():
        stream = items()
        next(stream)
        return stream

    assert list(agent_that_returns(begun)()) == ["more"]
