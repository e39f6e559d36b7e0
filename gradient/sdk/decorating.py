"""Put a trace around whatever can be called, and give the same kind of thing back."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from gradient.runtime.calls import traced
from gradient.runtime.errors import NotTraceable

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.calls import CallSite


def decorate(target: Any, decorator: str, site_for: Callable[[Callable[..., Any]], CallSite]) -> Any:
    """Return `target` with its calls traced: a function stays a function of its colour, a method a method.

    Raises:
        NotTraceable: `target` cannot be called.
    """
    if isinstance(target, staticmethod | classmethod):
        return type(target)(decorate(target.__func__, decorator, site_for))
    if isinstance(target, functools.partialmethod | property) or not callable(target):
        raise NotTraceable(decorator, target)
    if inspect.isroutine(target):
        return traced(target, site_for(target))
    if isinstance(target, type):
        raise NotTraceable(decorator, target)
    return _callable_object(target, site_for)


def _callable_object(target: Any, site_for: Callable[[Callable[..., Any]], CallSite]) -> Callable[..., Any]:
    """Trace an object with `__call__`, or a `functools.partial`: what comes back is a function."""
    call = target.func if isinstance(target, functools.partial) else type(target).__call__
    colours = (inspect.isasyncgenfunction, inspect.isgeneratorfunction, inspect.iscoroutinefunction)
    colour = next((test for test in colours if test(call)), None)
    function = traced(_as_function(target, colour), site_for(target))
    functools.update_wrapper(function, target, updated=())
    return function


def _as_function(target: Any, colour: Callable[[Any], bool] | None) -> Callable[..., Any]:
    """Return a function of the object's colour, so that there is one way to trace all of them."""
    if colour is inspect.isasyncgenfunction:

        async def streams_async(*args: Any, **kwargs: Any) -> Any:
            async for item in target(*args, **kwargs):
                yield item

        return streams_async
    if colour is inspect.isgeneratorfunction:

        def streams(*args: Any, **kwargs: Any) -> Any:
            return (yield from target(*args, **kwargs))

        return streams
    if colour is inspect.iscoroutinefunction:

        async def awaits(*args: Any, **kwargs: Any) -> Any:
            return await target(*args, **kwargs)

        return awaits

    def calls(*args: Any, **kwargs: Any) -> Any:
        return target(*args, **kwargs)

    return calls
