"""Replace attributes of other people's classes and modules, and put them back.

A wrapper is inert unless its patches are `active`. That matters where somebody patched after us: putting the original
back would erase their patch, so our wrapper stays underneath, does nothing, and is used again at the next install.

Where the one who patched before us is another manager of ours, its wrapper is set aside, not wrapped: one call must not
be recorded twice. The newest patch of an attribute stands there; whatever order they go in, the next newest follows.
"""

from __future__ import annotations

import inspect
from types import ClassMethodDescriptorType
from typing import TYPE_CHECKING, Any

from gradient.instrumentors.plumbing import bodies
from gradient.runtime.errors import SeamMissing
from gradient.runtime.importlib_bootstrap import passed_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ABSENT: Any = object()
_NOT_OF_INSTANCES: tuple[type[Any], ...] = (staticmethod, classmethod, ClassMethodDescriptorType)
_attributes: Callable[[Any], Mapping[str, Any]] = vars
_standing: list[_Patch] = []


class Patches:
    """The patches of one instrumentor, undone together, newest first.

    Attributes:
        active: Whether wrappers shall do anything.
    """

    def __init__(self) -> None:
        self.active = False
        self._installed: list[_Patch] = []
        self._buried: list[_Patch] = []
        self._entered: dict[Any, Callable[[], None]] = {}

    def replace(self, owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
        """Set `owner.name` to `wrap(original)`.

        Raises:
            SeamMissing: `owner` has no such attribute.
        """
        self.active = True
        if any(patch.is_at(owner, name) for patch in self._installed):
            return
        try:
            # Static: the descriptor itself, so that class and static methods stay what they are.
            found = inspect.getattr_static(owner, name)
        except AttributeError:
            raise SeamMissing(f"{getattr(owner, '__name__', owner)}.{name}") from None
        buried = next((patch for patch in self._buried if patch.is_at(owner, name)), None)
        if buried is not None and found is not buried.original:
            self._buried.remove(buried)
            self._installed.append(buried)  # it is still underneath, and just woke up
            return
        # An inherited attribute must be deleted again: writing it back would freeze the
        # subclass at today's version of its parent's method.
        own = _attributes(owner).get(name, _ABSENT)
        aside = next((patch for patch in _standing if patch.ours is found and patch.owner is owner), None)
        if aside is not None:
            found, own = aside.original, aside.own
        patch = _Patch(owner, name, found, own, passed_over(wrap(_callable(owner, found))), aside)
        setattr(owner, name, patch.ours)
        _standing.append(patch)
        self._installed.append(patch)

    def enter(self, owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
        """Have the function that is `owner.name` do what `wrap(original)` does, also for who holds the function itself.

        Where it is no plain function, `owner.name` is replaced.

        Raises:
            SeamMissing: `owner` has no such attribute.
        """
        function = inspect.getattr_static(owner, name, None)
        if not bodies.can_be_entered(function):
            self.replace(owner, name, wrap)
        elif function not in self._entered:
            self.active = True
            self._entered[function] = bodies.enter(function, wrap)

    def names(self) -> list[str]:
        """Return what is wrapped now, each as `Client.send`."""
        wrapped = [f"{getattr(patch.owner, '__name__', patch.owner)}.{patch.name}" for patch in self._installed]
        return [*wrapped, *(function.__qualname__ for function in self._entered)]

    def undo(self) -> None:
        """Put every attribute back, where nobody patched it after us. Doing it twice is harmless."""
        self.active = False
        while self._entered:
            self._entered.popitem()[1]()
        while self._installed:
            patch = self._installed.pop()
            if not patch.restore():
                self._buried.append(patch)


def _callable(owner: Any, found: Any) -> Any:
    """Return what to call for an attribute of a class, given the instance first.

    That is the function itself, and of an object that another tracer has put there what the class gives out: called
    unbound, the objects of `wrapt` take the instance for an argument, and lose it.
    """
    is_of_instances = isinstance(owner, type) and not isinstance(found, _NOT_OF_INSTANCES)
    return found.__get__(None, owner) if is_of_instances and hasattr(found, "__get__") else found


class _Patch:
    """One replaced attribute.

    Attributes:
        original: What stood there before us, inherited or not.
        own: What the owner itself had there, or `_ABSENT`.
        ours: Our wrapper of the original.
        aside: The patch of another manager that stood there before this one, or None.
    """

    __slots__ = ("aside", "name", "original", "ours", "own", "owner")

    def __init__(self, owner: Any, name: str, original: Any, own: Any, ours: Any, aside: _Patch | None) -> None:  # noqa: PLR0913, PLR0917
        self.owner = owner
        self.name = name
        self.original = original
        self.own = own
        self.ours = ours
        self.aside = aside

    def is_at(self, owner: Any, name: str) -> bool:
        return self.owner is owner and self.name == name

    def restore(self) -> bool:
        """Put back what is there without us; False where somebody has patched over us."""
        if self in _standing:
            _standing.remove(self)
        found = _attributes(self.owner).get(self.name)
        if found is not self.ours:
            return any(patch.ours is found and self in patch.set_aside() for patch in _standing)
        heir = next((patch for patch in self.set_aside() if patch in _standing), None)
        if heir is not None:
            setattr(self.owner, self.name, heir.ours)
        elif self.own is _ABSENT:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.own)
        return True

    def set_aside(self) -> Iterator[_Patch]:
        """Yield the patches that wait for this one to go, the newest first."""
        patch = self.aside
        while patch is not None:
            yield patch
            patch = patch.aside
