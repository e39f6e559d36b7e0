"""The wrappers by which whoever takes work off a queue goes over to who put it there.

A queue can also lend things out: a pool of connections, whose items are taken, used and put back. Such an item says
nothing about who asked for what, so a queue that is seen to lend is no longer followed. It is seen by either of two:

    it is filled with None    places for what is yet to be made, as urllib3 and redis do; work does not begin with None
    an item comes back        that was taken by a request for itself, or outside of any, or that was put outside of any
"""

from __future__ import annotations

import functools
import inspect
from collections import deque
from typing import TYPE_CHECKING, Any
from weakref import ref

from gradient.runtime.calls.serving import asks
from gradient.runtime.calls.standing import Standing, adopt, keeps_to_itself, standing
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.plumbing.patching import Patches

_ASKED = "_gradient_asked"
_FEW = 32
_MANY = 512
_IS_DEFINED_IN_PYTHON = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_VALUES = (tuple, list, dict, set, frozenset, str, bytes, int, float)
_kind_of: Callable[[Any], type[Any]] = type


class Asked(dict[int, deque[tuple[Any, Standing]]]):
    """Who put the items that lie in a queue, by identity; an item that is not in it was put by nobody's request.

    Attributes:
        kind: The class whose methods are followed: of those of the queue, the first that has a pair of its own.
        lends: Whether the queue lends its items out, so that nothing is noted.
    """

    def __init__(self, kind: type[Any]) -> None:
        super().__init__()
        self.kind = next((each for each in kind.__mro__ if has_pair(each)), None)
        self.lends = False
        self._is_new = True
        self._lent: dict[int, Any] = {}

    def note(self, item: Any, where: Standing | None, waiting: int) -> None:
        """Note who puts an item onto so many that wait."""
        if self.lends:
            return
        if (item is None and self._is_new) or self._comes_back(item):
            self.lends = True
            self.clear()
            self._lent.clear()
            return
        self._is_new = False
        if where is None:
            return
        if len(self) > 2 * waiting + _FEW:
            self.clear()  # somebody emptied the queue behind our back
        self.setdefault(id(item), deque()).append((item, where))

    def take(self, item: Any) -> Standing | None:
        """Return who put an item that is taken off."""
        puts = self.get(id(item))
        where = puts.popleft()[1] if puts else None
        if not puts:
            self.pop(id(item), None)
        if (where is None or keeps_to_itself()) and (mark := _mark_of(item)) is not None:
            if len(self._lent) > _MANY:
                self._lent.clear()
            self._lent[id(item)] = mark
        return where

    def _comes_back(self, item: Any) -> bool:
        mark = self._lent.pop(id(item), None)
        return mark is not None and (mark() is item if _kind_of(mark) is ref else mark is _kind_of(item))


def _mark_of(item: Any) -> Any:
    """Return what an item that may be lent is known by, without holding it; None for work: values and functions."""
    kind = _kind_of(item)
    if not kind.__flags__ & _IS_DEFINED_IN_PYTHON or issubclass(kind, _VALUES) or callable(item):
        return None
    try:
        return ref(item)
    except TypeError:
        return kind  # one with slots: by its address and its class


def has_pair(kind: type[Any]) -> bool:
    """Tell whether a class of queues itself says how an item is put away and taken; gevent's say it in C."""
    own = vars(kind)
    return inspect.isfunction(own.get("_put")) and inspect.isfunction(own.get("_get"))


def notes_putter(patches: Patches, kind: type[Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the method by which a kind of queue puts an item away, under its lock."""

    @functools.wraps(original)
    def _put(self: Any, item: Any) -> None:
        try:
            if patches.active:
                asks()
                asked = self.__dict__.get(_ASKED)
                if asked is None:
                    asked = self.__dict__[_ASKED] = Asked(_kind_of(self))
                if asked.kind is kind:
                    size = getattr(self, "_qsize", None) or self.qsize  # the one that asks for no lock
                    asked.note(item, standing(), size())
        except Exception as error:  # noqa: BLE001 - the queue is the user's
            warn(f"who put an item on a queue could not be noted: {error!r}.")
        original(self, item)

    return _put


def follows_putter(patches: Patches, kind: type[Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the method by which a kind of queue takes an item, under its lock."""

    @functools.wraps(original)
    def _get(self: Any) -> Any:
        item = original(self)
        try:
            if patches.active:
                asked = self.__dict__.get(_ASKED)
                if asked is None:
                    adopt(None, id(self))
                elif asked.kind is kind and not asked.lends:
                    adopt(asked.take(item), id(self))
        except Exception as error:  # noqa: BLE001 - the queue is the user's
            warn(f"who put an item on a queue could not be found: {error!r}.")
        return item

    return _get
