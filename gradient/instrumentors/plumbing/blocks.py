"""Trace methods that return what does the work only later: `async with` blocks, and async generators that are awaited.

    traced_block        what `contextlib.asynccontextmanager` made of a generator: the call begins when the block is
                        entered and ends when it is left
    traced_awaited      a coroutine function that returns an async generator: the call begins with the request and ends
                        with the last item

The scope of a call is current while the framework's own code runs; the user's code in between sees what it would see
without us.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from gradient.runtime.calls.functions import UNTRACED, traced
from gradient.runtime.importlib_bootstrap import passed_over

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.calls.functions import CallSite, OpenCall


def traced_block(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    """Return a function that returns the same blocks as `function`, each opened and closed by `site`."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        block = function(*args, **kwargs)
        body = getattr(block, "gen", None)
        if inspect.isasyncgen(body):
            block.gen = traced(lambda *_, **__: body, site, is_stream=True)(*args, **kwargs)
        return block

    return passed_over(call)


def traced_awaited(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    """Return a coroutine function that returns what `function` does, async generators as parts of their calls."""

    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        begun: list[_Beginning] = []

        def begin(args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
            begun.append(_Beginning(site(args, kwargs)))
            return begun[0]

        body = await traced(function, begin)(*args, **kwargs)
        if not begun or begun[0].call is UNTRACED or not inspect.isasyncgen(body):
            return body
        return traced(lambda: body, lambda _args, _kwargs: begun[0].call, is_stream=True)()

    return passed_over(call)


class _Beginning:
    """The part of a call before its first item, which is all of it where there are no items.

    Attributes:
        call: The whole call.
    """

    __slots__ = ("call", "scope")

    def __init__(self, call: OpenCall) -> None:
        self.call = call
        self.scope = call.scope

    def item(self, value: Any) -> None:
        """There is none yet."""

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """Hand the outcome on, unless items follow."""
        if error is not None or not inspect.isasyncgen(outputs):
            self.call.close(outputs, error)
