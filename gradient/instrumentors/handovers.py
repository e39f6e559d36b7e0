"""The wrappers by which work that is handed over keeps where it was asked for."""

from __future__ import annotations

import functools
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from gradient.runtime.listeners import warn
from gradient.runtime.standing import CarriedItems, Standing, adopt, carried, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.patching import Patches

_ASKED = "_gradient_asked"
_FEW = 32


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
            where = standing() if patches.active else None
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


def items(iterable: Any, where: Standing) -> Any:
    """Carry an argument whose items are made in another thread; what is made already is left alone."""
    return CarriedItems(iterable, where) if hasattr(iterable, "__next__") else iterable


class Asked(dict[int, deque[tuple[Any, Standing]]]):
    """Who put the items that lie in a queue, by identity; an item that is not in it was put by nobody's request."""

    def note(self, item: Any, where: Standing, waiting: int) -> None:
        """Note who puts an item onto so many that wait."""
        if len(self) > 2 * waiting + _FEW:
            self.clear()  # somebody emptied the queue behind our back
        self.setdefault(id(item), deque()).append((item, where))

    def take(self, item: Any) -> Standing | None:
        """Return who put an item that is taken off."""
        puts = self.get(id(item))
        if puts is None:
            return None
        _, where = puts.popleft()
        if not puts:
            del self[id(item)]
        return where


def notes_putter(patches: Patches, original: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the method by which a queue puts an item away, under its lock."""

    @functools.wraps(original)
    def _put(self: Any, item: Any) -> None:
        try:
            where = standing() if patches.active else None
            if where is not None:
                size = getattr(self, "_qsize", None) or self.qsize  # the one that asks for no lock
                self.__dict__.setdefault(_ASKED, Asked()).note(item, where, size())
        except Exception as error:  # noqa: BLE001 - the queue is the user's
            warn(f"who put an item on a queue could not be noted: {error!r}.")
        original(self, item)

    return _put


def follows_putter(patches: Patches, original: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the method by which a queue takes an item, under its lock."""

    @functools.wraps(original)
    def _get(self: Any) -> Any:
        item = original(self)
        try:
            if patches.active:
                asked = self.__dict__.get(_ASKED)
                adopt(asked.take(item) if asked else None)
        except Exception as error:  # noqa: BLE001 - the queue is the user's
            warn(f"who put an item on a queue could not be found: {error!r}.")
        return item

    return _get
