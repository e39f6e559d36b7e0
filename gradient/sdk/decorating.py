"""Put a trace around whatever can be called, and give the same kind of thing back."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from gradient.runtime.calls.functions import METHOD_KINDS, traced
from gradient.runtime.errors import NotTraceable

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.calls.functions import CallSite


NO_CALLABLES: tuple[type[Any], ...] = (functools.partialmethod, property, type)


def decorate(target: Any, decorator: str, site_for: Callable[[Callable[..., Any]], CallSite]) -> Any:
    """Return `target` with its calls traced: a function stays a function of its colour, a method a method.

    Raises:
        NotTraceable: `target` cannot be called.
    """
    if isinstance(target, METHOD_KINDS):
        return type(target)(decorate(target.__func__, decorator, site_for))
    if isinstance(target, NO_CALLABLES) or not callable(target):
        raise NotTraceable(decorator, target)
    return traced(target, site_for(target))
