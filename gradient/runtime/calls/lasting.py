"""Calls that last until what they gave back is used up: a stream, a coroutine, a future, a response that streams.

The caller gets the same kind of object: a generator, a coroutine, a `map` around the one that does the work; a future
and a response are the very same. What others hold, too, is left alone: it is not this call's to end.
"""

from __future__ import annotations

import inspect
import itertools
import sys
from operator import itemgetter
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from gradient.runtime.calls.functions import UNTRACED, traced_body
from gradient.runtime.calls.opened import close_call
from gradient.runtime.calls.suspended import suspend, unsuspend
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

    from gradient.runtime.calls.functions import OpenCall

_kind_of: Callable[[Any], Any] = type
_BODY = "body_iterator"  # of the responses of Starlette, and of those that are made like them


def until_used_up(opened: OpenCall, result: Any) -> Any:
    """Close a call, or let it go on with what it returned; return what the caller gets."""
    kind = _kind_of(result)
    if kind in _BEGINNINGS:
        is_own = sys.getrefcount(result) <= _OWN
        if is_own and _BEGINNINGS[kind](result):
            return _Handed(opened, result).wrapped()
    elif kind in _LAZY:
        if sys.getrefcount(result) <= _OWN:
            around = _LIKE[kind](result) if kind in _LIKE else _AROUND[kind]
            return around(_Handed(opened, _items_of(result)).wrapped())
    elif kind not in _VALUES and _follows(opened, result):
        return result
    close_call(opened, result, None)
    return result


def _follows(opened: OpenCall, result: Any) -> bool:
    """Let a call go on with what stays the same object; tell whether it does."""
    try:
        if _is_future(result):
            return _follow_future(opened, result)
        body = _attributes_of(result).get(_BODY)
        if not hasattr(_kind_of(body), "__aiter__"):
            return False
        body = body if inspect.isasyncgen(body) else _async_items_of(body)
        setattr(result, _BODY, _Handed(opened, body).wrapped())
    except Exception as error:  # noqa: BLE001 - our failure is not the caller's
        warn(f"what a call returned cannot be followed: {error!r}.")
        return False
    return True


def _attributes_of(result: Any) -> dict[str, Any]:
    """Return an object's own attributes; not by its class's `__getattr__`, which is the user's code."""
    try:
        attributes: dict[str, Any] = object.__getattribute__(result, "__dict__")
    except AttributeError:
        return {}
    return attributes


class _Handed:
    """What a call gave back, and the call that goes on with it. Where nobody begins with it, both are abandoned."""

    def __init__(self, opened: OpenCall, body: Any) -> None:
        self._opened: OpenCall | None = opened
        self._body: Any = body
        suspend(opened)

    def wrapped(self) -> Any:
        """Return an object of the body's kind, under its name."""
        body = self._body
        wrapper = traced_body(body, self._take, self._begin)
        wrapper.__name__, wrapper.__qualname__ = body.__name__, body.__qualname__
        return wrapper

    def _begin(self, _args: Any, _kwargs: Any) -> OpenCall:
        opened, self._opened = self._opened or UNTRACED, None
        unsuspend(opened)
        if opened.scope is not None:
            opened.scope.holder = 0  # it may go on in another thread or task
        return opened

    def _take(self) -> Any:
        body, self._body = self._body, None
        return body

    def __del__(self) -> None:
        try:
            opened, self._opened = self._opened, None
            if opened is not None:
                if inspect.iscoroutine(self._body):
                    self._body.close()  # its wrapper has said that it was never awaited
                _abandon(opened)
        except Exception:  # noqa: BLE001, S110 - the interpreter may be taking us apart
            pass


class _Followed:
    """A call that goes on with a future; abandoned where that is dropped before it is done."""

    def __init__(self, opened: OpenCall) -> None:
        self._opened: OpenCall | None = opened
        suspend(opened)

    def __call__(self, future: Any) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            unsuspend(opened)
            close_call(opened, *_outcome(future))

    def __del__(self) -> None:
        try:
            if self._opened is not None:
                _abandon(self._opened)
        except Exception:  # noqa: BLE001, S110 - as above
            pass


def _abandon(opened: OpenCall) -> None:
    unsuspend(opened)
    close_call(opened, None, GeneratorExit())


# ── futures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_future(result: Any) -> bool:
    """Tell whether something is a future of Python's own modules, if those are there."""
    asyncio, pools = sys.modules.get("asyncio"), sys.modules.get("concurrent.futures")
    return (asyncio is not None and asyncio.isfuture(result)) or (
        pools is not None and isinstance(result, pools.Future)
    )


def _follow_future(opened: OpenCall, future: Any) -> bool:
    """Close a call when a future is done; of a loop that runs elsewhere nobody may ask that here."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and asyncio.isfuture(future) and future.get_loop() is not asyncio._get_running_loop():  # noqa: SLF001
        return False
    future.add_done_callback(_Followed(opened))
    return True


def _outcome(future: Any) -> tuple[Any, BaseException | None]:
    """Return what a future ended with; asked in public, it would not complain of an exception that nobody asks for."""
    if future.cancelled():
        return None, sys.modules["concurrent.futures"].CancelledError()
    error: BaseException | None = future._exception  # noqa: SLF001
    return (future.result(), None) if error is None else (None, error)


# ── what stands for which kind ───────────────────────────────────────────────────────────────────────────────────────


def _items_of(items: Any) -> Generator[Any, Any, Any]:
    yield from items


async def _async_items_of(items: Any) -> AsyncGenerator[Any, Any]:
    async for item in items:
        yield item


def _same(item: Any) -> Any:
    return item


def _later(_former: Any, item: Any) -> Any:
    return item


def _always(_item: Any) -> bool:
    return True


def _never(_item: Any) -> bool:
    return False


_VALUES = frozenset([bool, bytes, dict, float, int, list, set, str, tuple, type(None)])
# What has begun already is used up by somebody else, or was.
_BEGINNINGS: dict[type[Any], Callable[[Any], bool]] = {
    CoroutineType: lambda body: inspect.getcoroutinestate(body) == inspect.CORO_CREATED,
    GeneratorType: lambda body: inspect.getgeneratorstate(body) != inspect.GEN_CLOSED,
    AsyncGeneratorType: lambda body: body.ag_frame is not None,
}


class _Rows:
    """The columns of rows, which are made where they were asked for: those after the first are of the row it is at."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows
        self._row: Any = ()

    def columns(self, count: int) -> Iterator[Any]:
        yield map(self._first, self._rows)
        for number in range(1, count):
            yield map(self._nth, itertools.repeat(number))

    def _first(self, row: Any) -> Any:
        self._row = row
        return row[0]

    def _nth(self, number: int) -> Any:
        return self._row[number]


class _Nothing:
    """Equals nothing, without asking what it is compared with."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


def _enumerated(items: Any) -> Callable[[Any], Any]:
    _, (_, start) = items.__reduce__()
    return lambda pairs: enumerate(map(itemgetter(1), pairs), start)


def _zipped(items: Any) -> Callable[[Any], Any]:
    count = max(1, len(items.__reduce__()[1]))  # one of none has no rows
    return lambda rows: zip(*_Rows(rows).columns(count), strict=False)


# What makes one of the same kind around the items of another one.
_AROUND: dict[type[Any], Callable[[Any], Any]] = {
    map: lambda items: map(_same, items),
    filter: lambda items: filter(_always, items),
    type(iter(int, 1)): lambda items: iter(items.__next__, _Nothing()),
    itertools.accumulate: lambda items: itertools.accumulate(items, _later),
    itertools.chain: itertools.chain,
    itertools.compress: lambda items: itertools.compress(items, itertools.repeat(True)),
    itertools.islice: lambda items: itertools.islice(items, None),
    itertools.starmap: lambda items: itertools.starmap(_same, zip(items, strict=False)),
    itertools.takewhile: lambda items: itertools.takewhile(_always, items),
    itertools.dropwhile: lambda items: itertools.dropwhile(_never, items),
    itertools.filterfalse: lambda items: itertools.filterfalse(_never, items),
}
# The same, where the original has to be asked first.
_LIKE: dict[type[Any], Callable[[Any], Callable[[Any], Any]]] = {enumerate: _enumerated, zip: _zipped}
_LAZY = frozenset([*_AROUND, *_LIKE])


def _own_references() -> int:
    """Return how many references `until_used_up` sees to a value that nobody holds but the call that hands it out."""

    def hand_out(lasting: Any, result: Any) -> Any:
        return lasting(lasting, result)

    result = iter(())
    return int(hand_out(_references, result))


def _references(_opened: Any, result: Any) -> int:
    return sys.getrefcount(result)


_OWN = _own_references()
