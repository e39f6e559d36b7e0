"""Trace methods that return `async with` blocks: those that `contextlib.asynccontextmanager` made of a generator.

The call begins when the block is entered and ends when it is left. Its scope is current while the framework's own code
runs, on the way in and on the way out; the user's code in between sees what it would see without us.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from gradient.runtime.calls import traced

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.calls import CallSite


def traced_block(function: Callable[..., Any], site: CallSite) -> Callable[..., Any]:
    """Return a function that returns the same blocks as `function`, each opened and closed by `site`."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        block = function(*args, **kwargs)
        body = getattr(block, "gen", None)
        if inspect.isasyncgen(body):
            block.gen = traced(lambda *_, **__: body, site, is_stream=True)(*args, **kwargs)
        return block

    return call
