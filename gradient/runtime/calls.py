"""Run a function of any colour as a traced call: sync, async, generator, async generator.

What a trace does around a call is a `CallSite`: it opens a call, and closes it with the outcome. The four drivers here
are the only places where colours differ. A stream's body runs in its own scope, but only while it runs: between two
items the caller's scope is current, so that nothing leaks into whoever consumes it. Items pass one by one, as they are.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, Any, Protocol

from gradient.runtime.context import current_scope, holder
from gradient.runtime.importlib_bootstrap import passed_over
from gradient.runtime.listeners import warn
from gradient.runtime.turns import Turn, leave_call

if TYPE_CHECKING:
    from gradient.runtime.context import Scope


class OpenCall(Protocol):
    """A call that runs.

    Attributes:
        scope: What is current while its body runs, or None to leave that alone.
    """

    @property
    def scope(self) -> Scope | None: ...

    def item(self, value: Any) -> None:
        """Note an item that a stream is about to hand out."""

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """Note the outcome; `outputs` is what was returned."""


METHOD_KINDS: tuple[type[Any], ...] = (staticmethod, classmethod)
CallSite = Callable[[tuple[Any, ...], dict[str, Any]], OpenCall]


class Untraced:
    """A call that is not recorded."""

    __slots__ = ()
    scope = None

    def item(self, value: Any) -> None:
        """Nobody wants it."""

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """Nobody wants it."""


UNTRACED: OpenCall = Untraced()


class Within(Untraced):
    """A call that is no work of its own, in a scope that is given."""

    __slots__ = ("scope",)

    def __init__(self, scope: Scope) -> None:
        self.scope = scope  # type: ignore[assignment]


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
    return passed_over(wrapper)


def called(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that runs when `function` is called, which may be a `functools.partial` or an object."""
    target = function.func if isinstance(function, functools.partial) else function
    return target if inspect.isroutine(target) else type(target).__call__


def name_of(function: Callable[..., Any]) -> str:
    """Return what people call a function, the function of a `functools.partial`, or the class of an object."""
    target = function.func if isinstance(function, functools.partial) else function
    return getattr(target, "__name__", None) or type(target).__name__


def _open(site: CallSite, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
    opened = UNTRACED
    try:
        opened = site(args, kwargs)
        if opened.scope is not None and not opened.scope.holder:
            opened.scope.holder = holder()
        return opened  # noqa: TRY300 - an interrupt at this line, too
    except Exception as error:  # noqa: BLE001 - our failure is not the call's
        warn(f"a call could not be recorded: {error!r}.")
        return UNTRACED
    except BaseException as error:
        _close(opened, None, error)
        raise


def _close(opened: OpenCall, outputs: Any, error: BaseException | None) -> None:
    try:
        opened.close(outputs, error)
    except Exception as failure:  # noqa: BLE001 - as above
        warn(f"the end of a call could not be recorded: {failure!r}.")


def _note(opened: OpenCall, item: Any) -> None:
    try:
        opened.item(item)
    except Exception as failure:  # noqa: BLE001 - as above
        warn(f"an item of a stream could not be recorded: {failure!r}.")


# An interrupt may come at any line: a driver opens its call inside of what closes it, and closes it twice if need be.
def _plain(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        opened, before = UNTRACED, current_scope.get()
        try:
            try:
                opened = _open(site, args, kwargs)
                current_scope.set(opened.scope or before)
                result = function(*args, **kwargs)
                leave_call(opened.scope, before)
                _close(opened, result, None)
                opened = UNTRACED
                return result  # noqa: TRY300 - an interrupt at this line, too
            except BaseException as error:
                leave_call(opened.scope, before, error)
                _close(opened, None, error)
                opened = UNTRACED
                raise
        except BaseException as error:
            leave_call(opened.scope, before, error)
            _close(opened, None, error)
            raise

    return call


def _coroutine(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        opened, before = UNTRACED, current_scope.get()
        try:
            try:
                opened = _open(site, args, kwargs)
                current_scope.set(opened.scope or before)
                result = await function(*args, **kwargs)
                leave_call(opened.scope, before)
                _close(opened, result, None)
                opened = UNTRACED
                return result  # noqa: TRY300 - an interrupt at this line, too
            except BaseException as error:
                leave_call(opened.scope, before, error)
                _close(opened, None, error)
                opened = UNTRACED
                raise
        except BaseException as error:
            leave_call(opened.scope, before, error)
            _close(opened, None, error)
            raise

    return call


def _generator(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        opened, turn = UNTRACED, Turn(None)
        try:
            try:
                opened = _open(site, args, kwargs)
                turn = Turn(opened.scope)
                with turn:
                    body = function(*args, **kwargs)
                    resume = functools.partial(next, body)
                while True:
                    with turn:
                        item = resume()
                    _note(opened, item)
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
            except StopIteration as end:
                _close(opened, end.value, None)
                opened = UNTRACED
                return end.value
            except BaseException as error:
                turn.leave(opened.scope, error)
                _close(opened, None, error)
                opened = UNTRACED
                raise
        except BaseException as error:
            turn.leave(opened.scope, error)
            _close(opened, None, error)
            raise

    return call


def _async_generator(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        opened, turn = UNTRACED, Turn(None)
        try:
            try:
                opened = _open(site, args, kwargs)
                turn = Turn(opened.scope)
                with turn:
                    body = function(*args, **kwargs)
                    resume = functools.partial(body.asend, None)
                while True:
                    with turn:
                        item = await resume()
                    _note(opened, item)
                    # fmt: off
                    try: resume = functools.partial(body.asend, (yield item))  # noqa: E701 - as above
                    # fmt: on
                    except GeneratorExit:
                        if not body.ag_running:  # as above; the loop closes both
                            with turn:
                                await body.aclose()
                        raise
                    except BaseException as thrown:  # noqa: BLE001 - thrown into us by the consumer, and meant for the body
                        resume = functools.partial(body.athrow, thrown)
            except StopAsyncIteration:
                _close(opened, None, None)
                opened = UNTRACED
            except BaseException as error:
                turn.leave(opened.scope, error)
                _close(opened, None, error)
                opened = UNTRACED
                raise
        except BaseException as error:
            turn.leave(opened.scope, error)
            _close(opened, None, error)
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
        opened = _open(site, args, kwargs)
        _close(opened, returned, error)
    except BaseException as interrupt:
        _close(opened, None, interrupt)
        raise


_DRIVERS = (
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.isgeneratorfunction, _generator),
    (inspect.iscoroutinefunction, _coroutine),
)
