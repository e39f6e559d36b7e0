"""Objects that can do more than be called, coroutines of the old kind, and methods of uncommon classes."""

import asyncio
import copy
import dataclasses
import enum
import functools
import inspect
import pickle
import types
import typing
import weakref

from probe import entrypoint, step


class Search:
    """Finds, and counts what it found."""

    def __init__(self):
        self.found = 0

    def __call__(self, word):
        self.found += 1
        return word.upper()

    def forget(self):
        self.found = 0

    def count(self):
        return self.found

    @classmethod
    def named(cls):
        return cls.__name__

    @property
    def no_method(self):
        print("a property runs")

    @functools.cached_property
    def once(self):
        print("a cached property runs")


def use_objects(decorate):
    cached = decorate(functools.lru_cache(str.upper))
    print(cached("a"), cached("a"), cached.cache_info(), cached.cache_parameters(), cached.cache_clear())
    outside = functools.lru_cache(decorate(str.lower))
    print(outside("A"), outside("A"), outside.cache_info())
    single = decorate(functools.singledispatch(repr))
    single.register(int, lambda number: f"the number {number}")
    print(single(1), single("1"), single.dispatch(int).__name__)
    search = decorate(Search())
    print(search("a"), search("b"), search.count(), search.forget(), search.count(), search.named())


def use_old_coroutines(decorate):
    @decorate
    @types.coroutine
    def wait(seconds):
        got = yield from asyncio.sleep(seconds, "waited").__await__()
        return got

    async def main():
        return await wait(0), await asyncio.wait_for(wait(0), 9)

    print(asyncio.run(main()), inspect.isgeneratorfunction(wait), inspect.isawaitable(wait(0)))


@entrypoint
def picked(number):
    return number * 2


class Base:
    __slots__ = ("__weakref__", "number")

    def __init__(self, number):
        self.number = number

    @property
    @step
    def double(self):
        return self.number * 2

    @double.setter
    @step
    def double(self, to):
        self.number = to / 2

    @step
    def add(self, other):
        return self.number + other


class Derived(Base):
    __slots__ = ()

    @step
    def add(self, other):
        return super().add(other), __class__.__name__


@dataclasses.dataclass(frozen=True)
class Order:
    items: tuple = ()

    @step
    def total(self):
        return sum(self.items)


class Colour(enum.Enum):
    RED = 1

    @step
    def described(self):
        return self.name

    @classmethod
    @step
    def default(cls):
        return cls.RED


class Pair(typing.NamedTuple):
    left: int

    @step
    def both(self):
        return self.left, self.left


def use_classes():
    derived = Derived(1)
    derived.double = 8
    print(derived.add(2), derived.double, hasattr(derived, "__dict__"), weakref.ref(derived)() is derived)
    order = Order((1, 2))
    print(
        order,
        order.total(),
        dataclasses.replace(order, items=(3,)).total(),
        [f.name for f in dataclasses.fields(Order)],
    )
    print(Colour.RED.described(), Colour.default(), list(Colour), Pair(2).both(), Pair._fields)
    print(pickle.loads(pickle.dumps(picked))(2), copy.deepcopy(picked) is picked)
    print(pickle.loads(pickle.dumps(functools.partial(picked, 3)))(), inspect.signature(Derived.add))


for decorate in (entrypoint, step, step("named")):
    use_objects(decorate)
    use_old_coroutines(decorate)
use_classes()
