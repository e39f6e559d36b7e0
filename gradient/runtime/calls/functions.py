"""Run a function of any colour as a traced call: sync, async, generator, async generator.

What a trace does around a call is a `CallSite`: it opens a call, and closes it with the outcome. The four drivers here
are the only places where colours differ. A stream's body runs in its own scope, but only while it runs: between two
items the caller's scope is current, so that nothing leaks into whoever consumes it. Items pass one by one, as they are.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

from gradient.runtime.calls.opened import (
    METHOD_KINDS,
    UNTRACED,
    CallSite,
    OpenCall,
    Within,
    close_call,
    hand_out,
    note_item,
    open_call,
)
from gradient.runtime.calls.suspended import is_closing_task, suspend, unsuspend
from gradient.runtime.calls.turns import Turn, leave_call
from gradient.runtime.context import current_scope
from gradient.runtime.importlib_bootstrap import passed_over

__all__ = ["METHOD_KINDS", "UNTRACED", "CallSite", "OpenCall", "Within", "called", "name_of", "traced", "traced_body"]


def traced(function: Callable[..., Any], site: CallSite, *, is_stream: bool = False) -> Callable[..., Any]:
    """Return a function of the same colour as `function` whose calls are opened and closed by `site`.

    What fails in `site` and in what it opens costs the record and one warning, never the call.

    Args:
        function: What is called.
        site: Opens each call.
        is_stream: Whether a plain function is called for the async generator that it returns.
    """
    body = called(function)
    otherwise = _returned_stream if is_stream else _plain
    driver = next((driver for is_of, driver in _DRIVERS if is_of(body)), otherwise)
    # What an object has set on itself is none of the function's.
    updated = functools.WRAPPER_UPDATES if inspect.isroutine(function) else ()
    wrapper = functools.update_wrapper(driver(function, site), function, updated=updated)
    wrapper.__name__ = name_of(function)
    if not inspect.isfunction(function):
        vars(wrapper).update(_methods_of(function, type(function)))
    return passed_over(wrapper)


def _methods_of(target: Any, kind: Any) -> dict[str, Any]:
    """Return what an object can do beside being called, as `cache_clear` of `functools.lru_cache`; runs no property."""
    found = {name: inspect.getattr_static(kind, name) for name in dir(kind) if name[0] != "_"}
    functions = {name: each.__func__ if isinstance(each, METHOD_KINDS) else each for name, each in found.items()}
    return {name: object.__getattribute__(target, name) for name in found if isinstance(functions[name], _METHODS)}


def called(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that runs when `function` is called, which may be a `functools.partial` or an object."""
    target = function.func if isinstance(function, functools.partial) else function
    return target if inspect.isroutine(target) else type(target).__call__


def name_of(function: Callable[..., Any]) -> str:
    """Return what people call a function, the function of a `functools.partial`, or the class of an object."""
    target = function.func if isinstance(function, functools.partial) else function
    return getattr(target, "__name__", None) or type(target).__name__


# An interrupt may come at any line: a driver opens its call inside of what closes it, and closes it twice if need be.
def _plain(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        opened, before = UNTRACED, current_scope.get()
        try:
            try:
                opened = open_call(site, args, kwargs)
                current_scope.set(opened.scope or before)
                result = function(*args, **kwargs)
                leave_call(opened.scope, before)
                result = hand_out(opened, result)
                opened = UNTRACED
                return result  # noqa: TRY300 - an interrupt at this line, too
            except BaseException as error:
                leave_call(opened.scope, before, error)
                close_call(opened, None, error)
                opened = UNTRACED
                raise
        except BaseException as error:
            leave_call(opened.scope, before, error)
            close_call(opened, None, error)
            raise

    return call


def _coroutine(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        opened, before = UNTRACED, current_scope.get()
        try:
            try:
                opened = open_call(site, args, kwargs)
                current_scope.set(opened.scope or before)
                result = await function(*args, **kwargs)
                leave_call(opened.scope, before)
                result = hand_out(opened, result)
                opened = UNTRACED
                return result  # noqa: TRY300 - an interrupt at this line, too
            except BaseException as error:
                leave_call(opened.scope, before, error)
                close_call(opened, None, error)
                opened = UNTRACED
                raise
        except BaseException as error:
            leave_call(opened.scope, before, error)
            close_call(opened, None, error)
            raise

    return call


def _generator(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        opened, turn = UNTRACED, Turn(None)
        resume: Any = None
        try:
            try:
                opened = open_call(site, args, kwargs)
                turn = Turn(opened.scope)
                with turn:
                    body = function(*args, **kwargs)
                    resume = functools.partial(next, body)
                while True:
                    with turn:
                        item = resume()
                    note_item(opened, item)
                    suspend(opened)
                    # On one line: an interrupt at a line with nothing but `try:` would be caught by nobody.
                    # fmt: off
                    try: sent = yield item  # noqa: E701
                    # fmt: on
                    except GeneratorExit:
                        if not body.gi_running:  # the garbage collector, which closes both, may be closing it already
                            with turn:
                                body.close()
                        raise
                    except BaseException as thrown:  # noqa: BLE001 - thrown into us by the consumer, and meant for the body
                        resume = functools.partial(body.throw, thrown)
                    else:
                        resume = functools.partial(next, body) if sent is None else functools.partial(body.send, sent)
                    finally:
                        unsuspend(opened)
            except StopIteration as end:
                close_call(opened, end.value, None)
                opened = UNTRACED
                return end.value
            except BaseException as error:
                turn.leave(opened.scope, error)
                close_call(opened, None, error)
                opened = UNTRACED
                resume = None  # an exception that is held by a frame it passed would keep all of it alive
                raise
        except BaseException as error:
            turn.leave(opened.scope, error)
            close_call(opened, None, error)
            raise

    return call


def _async_generator(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        opened, turn = UNTRACED, Turn(None)
        dropped: BaseException | None = None
        resume: Any = None
        try:
            try:
                opened = open_call(site, args, kwargs)
                turn = Turn(opened.scope)
                with turn:
                    body = function(*args, **kwargs)
                    resume = functools.partial(body.asend, None)
                while True:
                    with turn:
                        item = await resume()
                    note_item(opened, item)
                    suspend(opened)
                    # fmt: off
                    try: resume = functools.partial(body.asend, (yield item))  # noqa: E701 - as above
                    # fmt: on
                    except GeneratorExit:
                        if not body.ag_running:  # as above; the loop closes both
                            with turn:
                                await body.aclose()
                        raise
                    except BaseException as thrown:  # noqa: BLE001 - thrown into us by the consumer, and meant for the body
                        dropped = thrown if is_closing_task() else None
                        resume = functools.partial(body.athrow, thrown)
                    finally:
                        unsuspend(opened)
            except StopAsyncIteration:
                close_call(opened, None, None)
                opened = UNTRACED
            except BaseException as error:
                told: Any = GeneratorExit() if error is dropped else error
                turn.leave(opened.scope, told)
                close_call(opened, None, told)
                opened = UNTRACED
                told = dropped = resume = None  # as above
                raise
        except BaseException as error:
            turn.leave(opened.scope, error)
            close_call(opened, None, error)
            raise

    return call


def _returned_stream(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    """As an async generator function where an async generator is what is returned, else as a plain function."""

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            returned = function(*args, **kwargs)
        except BaseException as error:
            _record(site, args, kwargs, error)
            raise
        if not inspect.isasyncgen(returned):
            _record(site, args, kwargs, None, returned)
            return returned
        return _async_generator(lambda *_, **__: returned, site)(*args, **kwargs)

    return call


def _record(site: CallSite, args: Any, kwargs: Any, error: BaseException | None, returned: Any = None) -> None:
    """Open a call that is over, and close it."""
    opened = UNTRACED
    try:
        opened = open_call(site, args, kwargs)
        close_call(opened, returned, error)
    except BaseException as interrupt:
        close_call(opened, None, interrupt)
        raise


def _is_awaited(body: Any) -> bool:
    """Tell whether something is a generator function that is awaited, as those that `types.coroutine` marks."""
    return inspect.isgeneratorfunction(body) and bool(body.__code__.co_flags & inspect.CO_ITERABLE_COROUTINE)


def _awaited_generator(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    traced_coroutine: Callable[..., Generator[Any, Any, Any]] = _coroutine(function, site)

    @types.coroutine
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        return (yield from traced_coroutine(*args, **kwargs))

    return call


_METHODS = (types.FunctionType, types.MethodDescriptorType)
_DRIVERS = (
    (inspect.isasyncgenfunction, _async_generator),
    (_is_awaited, _awaited_generator),
    (inspect.isgeneratorfunction, _generator),
    (inspect.iscoroutinefunction, _coroutine),
)


def traced_body(body: Any, take: Callable[[], Any], site: CallSite) -> Any:
    """Return a coroutine or generator like `body`, which `take` gives when it begins, as a call that `site` opens."""
    is_stream = inspect.isasyncgen(body)
    driver = _async_generator if is_stream else _coroutine if inspect.iscoroutine(body) else _generator
    return passed_over(driver(take, site))()
