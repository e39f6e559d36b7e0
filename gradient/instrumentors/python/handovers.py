"""The wrappers by which functions that are handed over keep where they were asked for."""

from __future__ import annotations

import functools
from contextvars import Context
from types import BuiltinMethodType
from typing import TYPE_CHECKING, Any, NamedTuple

from gradient.runtime.calls.serving import asks
from gradient.runtime.calls.standing import CarriedItems, Standing, carried, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.plumbing.patching import Patches


class Part(NamedTuple):
    """An argument that somebody else's thread will call, or take items from."""

    position: int
    name: str | None = None
    carry: Callable[[Any, Standing], Any] = carried


def carries(patches: Patches, *parts: Part) -> Callable[[Any], Any]:
    """Return what wraps a method, so that these of its arguments are carried."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def hand_over(self: Any, /, *args: Any, **kwargs: Any) -> Any:
            where = None
            if patches.active:
                asks()
                where = None if args and _brings_context(args[0]) else standing()
            if where is not None:
                given = list(args)
                for position, name, carry in parts:
                    if position < len(given):
                        given[position] = carry(given[position], where)
                    elif name in kwargs:
                        kwargs[name] = carry(kwargs[name], where)
                args = tuple(given)
            return original(self, *args, **kwargs)

        return hand_over

    return wrap


def _brings_context(function: Any) -> bool:
    """Tell whether a function enters a context of its own, which says where it stands, whatever stands around it."""
    function = function.func if type(function) is functools.partial else function
    return type(function) is BuiltinMethodType and type(function.__self__) is Context


def items(iterable: Any, where: Standing) -> Any:
    """Carry an argument whose items are made in another thread; what is made already is left alone."""
    return CarriedItems(iterable, where) if hasattr(iterable, "__next__") else iterable
