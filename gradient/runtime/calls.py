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
from gradient.runtime.session import Session, session_variable

if TYPE_CHECKING:
    from types import FrameType

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


def outermost(frame: FrameType | None) -> FrameType | None:
    """Return the frame that a frame's caller sees as its own call: the last one of a driver's below it, or itself."""
    while frame is not None and frame.f_back is not None and frame.f_back.f_globals is globals():
        frame = frame.f_back
    return frame


def _open(site: CallSite, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
    try:
        opened = site(args, kwargs)
    except Exception as error:  # noqa: BLE001 - our failure is not the call's
        warn(f"a call could not be recorded: {error!r}.")
        return UNTRACED
    if opened.scope is not None and not opened.scope.holder:
        opened.scope.holder = holder()
    return opened


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


class Turn:
    """Makes the scope and the session of a call current while its body runs, and the caller's again afterwards.

    The body may change what is current (a `step` around a `yield`); its next turn begins where the last one ended.
    No tokens: a generator may be closed in another context than it was started in.
    """

    __slots__ = ("_callers", "_own")

    def __init__(self, call: OpenCall) -> None:
        self._callers: tuple[Scope | None, Session] = _current()
        self._own = None if call.scope is None else (call.scope, self._callers[1])

    def __enter__(self) -> None:
        self._callers = _current()
        if self._own is not None:
            _make_current(*self._own)
            self._own[0].holder = holder()

    def __exit__(self, *_: object) -> None:
        if self._own is not None:
            scope, session = _current()
            self._own = (scope or self._own[0], session)
            _make_current(*self._callers)


def _current() -> tuple[Scope | None, Session]:
    return current_scope.get(), session_variable.get()


def _make_current(scope: Scope | None, session: Session) -> None:
    current_scope.set(scope)
    session_variable.set(session)


def _plain(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        opened = _open(site, args, kwargs)
        before = current_scope.get()
        current_scope.set(opened.scope or before)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            current_scope.set(before)
            _close(opened, None, error)
            raise
        current_scope.set(before)
        _close(opened, result, None)
        return result

    return call


def _coroutine(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        opened = _open(site, args, kwargs)
        before = current_scope.get()
        current_scope.set(opened.scope or before)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            current_scope.set(before)
            _close(opened, None, error)
            raise
        current_scope.set(before)
        _close(opened, result, None)
        return result

    return call


def _generator(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        opened = _open(site, args, kwargs)
        turn = Turn(opened)
        try:
            with turn:
                body = function(*args, **kwargs)
                resume = functools.partial(next, body)
            while True:
                with turn:
                    item = resume()
                _note(opened, item)
                try:
                    sent = yield item
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
            return end.value
        except BaseException as error:
            _close(opened, None, error)
            raise

    return call


def _async_generator(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        opened = _open(site, args, kwargs)
        turn = Turn(opened)
        try:
            with turn:
                body = function(*args, **kwargs)
                resume = functools.partial(body.asend, None)
            while True:
                with turn:
                    item = await resume()
                _note(opened, item)
                try:
                    resume = functools.partial(body.asend, (yield item))
                except GeneratorExit:
                    if not body.ag_running:  # as above; the loop closes both
                        with turn:
                            await body.aclose()
                    raise
                except BaseException as thrown:  # noqa: BLE001 - thrown into us by the consumer, and meant for the body
                    resume = functools.partial(body.athrow, thrown)
        except StopAsyncIteration:
            _close(opened, None, None)
        except BaseException as error:
            _close(opened, None, error)
            raise

    return call


def _returned_stream(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    """As an async generator function where an async generator is what is returned, else as a plain function."""

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            returned = function(*args, **kwargs)
        except BaseException as error:
            _close(_open(site, args, kwargs), None, error)
            raise
        if not inspect.isasyncgen(returned):
            _close(_open(site, args, kwargs), returned, None)
            return returned
        return _async_generator(lambda *_, **__: returned, site)(*args, **kwargs)

    return call


_DRIVERS = (
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.isgeneratorfunction, _generator),
    (inspect.iscoroutinefunction, _coroutine),
)
