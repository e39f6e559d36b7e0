"""The tracer that everybody writes first: one context variable, set at the start and reset at the end.

It is held across every `yield`, and nobody carries it into threads. `test_naive.py` says which scenarios it gets wrong,
which shows that the scenarios can tell a right tracer from this one.
"""

import functools
import inspect
from contextlib import contextmanager
from contextvars import ContextVar


class NaiveTracer:
    """Has the two words that scenarios use, `entrypoint` and `step`, and keeps its forest in memory."""

    def __init__(self):
        self.forest = []
        self._children = ContextVar("naive_children", default=self.forest)

    @contextmanager
    def step(self, name, kind="step"):
        children, node = self._children.get(), [kind, name, "running", []]
        if children is self.forest and kind == "step":
            with self.step(name, "request"), self.step(name):
                yield
            return
        children.append(node)
        token = self._children.set(node[3])
        try:
            yield
        except BaseException:
            node[2] = "error"
            raise
        else:
            node[2] = "completed"
        finally:
            self._children.reset(token)

    def entrypoint(self, function):
        def opened():
            return self.step(function.__name__, "request" if self._children.get() is self.forest else "step")

        def plain(*args):
            with opened():
                return function(*args)

        async def coroutine(*args):
            with opened():
                return await function(*args)

        def generator(*args):
            with opened():
                return (yield from function(*args))

        async def async_generator(*args):
            with opened():
                async for item in function(*args):
                    yield item

        colours = [
            (inspect.isasyncgenfunction, async_generator),
            (inspect.isgeneratorfunction, generator),
            (inspect.iscoroutinefunction, coroutine),
        ]
        wrapper = next((wrapper for is_of, wrapper in colours if is_of(function)), plain)
        return functools.wraps(function)(wrapper)
