"""Functions of the four colours, as functions, methods and static methods: what they give, raise and warn of."""

import asyncio
import functools
import inspect
import logging
import sys
import warnings

from probe import entrypoint, hold, step

logging.basicConfig(stream=sys.stdout, format="%(filename)s %(funcName)s %(message)s", force=True)


def warn_of(what):
    warnings.warn(f"{what} is deprecated", DeprecationWarning, stacklevel=3)


def add(a, b=2, *rest, c, **more):
    """Add numbers."""
    warn_of("add")
    return a + b + sum(rest) + c + sum(more.values())


async def add_later(a, *, self=0, args=0, site=0):
    warnings.warn("add_later is deprecated", DeprecationWarning, stacklevel=1)
    await asyncio.sleep(0)
    return a + self + args + site


def count(to):
    warn_of("count")
    for number in range(to):
        got = yield number
        if got:
            print("sent", got)
    return "counted"


async def count_later(to):
    for number in range(to):
        await asyncio.sleep(0)
        yield number


def fails(kind):
    raise kind("on purpose")


class Agent:
    def __init__(self, name):
        self.name = name

    def ask(self, question):
        return f"{self.name}: {question}"

    @staticmethod
    def whisper(text):
        return text.lower()

    @classmethod
    def called(cls, name):
        return cls(name).name


def delegate(to):
    got = yield from count(to)
    print("delegated", got)


async def collect(stream):
    return [item async for item in stream]


def use(how, decorate):
    """Call everything once, decorated."""
    print(decorate(add)(1, 2, 3, c=4, d=5), decorate(add)(a=1, c=2, self=3, args=4, kwargs=5, function=6, opened=7))
    print(asyncio.run(decorate(add_later)(1, self=2, args=3, site=4)))
    print(list(decorate(count)(3)), list(decorate(delegate)(2)))
    running = decorate(count)(3)
    print(next(running), running.send("hello"), running.close())
    print(asyncio.run(collect(decorate(count_later)(3))))
    for kind in (ValueError, KeyboardInterrupt, StopIteration, GeneratorExit):
        try:
            decorate(fails)(kind)
        except BaseException as error:  # noqa: BLE001 - it must be the same one
            print(type(error).__name__, error, len(error.args), error.__cause__, error.__context__)
    for function in (add, add_later, count, count_later):
        hold(f"{how} {function.__name__}", decorate(function))
    kind = type("Decorated", (Agent,), {name: decorate(vars(Agent)[name]) for name in ("ask", "whisper", "called")})
    print(kind("Ann").ask("why?"), kind.whisper("LOUD"), kind.called("Bob"), kind("Ann").whisper("LOUD"))
    print(inspect.signature(kind.ask), [type(vars(kind)[name]).__name__ for name in ("ask", "whisper", "called")])


use("entrypoint", entrypoint)
use("entrypoint with arguments", entrypoint(name="named", tags=["a tag"]))
use("step", step)
use("step with a name", step("named"))
for nested in (lambda f: entrypoint(step(f)), lambda f: step(entrypoint(f))):
    print(nested(functools.partial(add, 1))(c=2))
