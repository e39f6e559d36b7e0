"""Classes that override what a seam wraps: those that are there, and those that are yet to be defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.runtime.errors import SeamMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.plumbing.patching import Patches

    Wrap = Callable[[Any], Any]
    Attempt = Callable[[Callable[[], None]], None]


class Overrides:
    """Wraps methods wherever a class of a family defines them.

    Args:
        patches: Hold the wrappers.
        attempt: Runs what wraps one method, so that a failure costs no other.
    """

    def __init__(self, patches: Patches, attempt: Attempt) -> None:
        self._patches = patches
        self._attempt = attempt
        self._families: dict[type, dict[str, Wrap]] = {}

    def replace(self, owner: type[Any], name: str, wrap: Wrap) -> None:
        """Wrap a method of a class, and what its subclasses put in its place, now and later.

        Raises:
            SeamMissing: `owner` has no such method.
        """
        if not hasattr(owner, name):
            raise SeamMissing(f"{owner.__name__}.{name}")
        self._families.setdefault(owner, {})[name] = wrap
        for member in family(owner):
            self._join(member, name, wrap)
        self._patches.replace(
            owner,
            "__init_subclass__",
            lambda original: watched(owner, original, lambda member: self._joined(owner, member)),
        )

    def _join(self, member: type, name: str, wrap: Wrap) -> None:
        if defines(member, name):
            self._attempt(lambda: self._patches.replace(member, name, wrap))

    def _joined(self, owner: type, member: type) -> None:
        if self._patches.active:
            for name, wrap in self._families[owner].items():
                self._join(member, name, wrap)


def family(owner: type) -> list[type]:
    """Return a class and all its subclasses, each once."""
    members = [owner]
    for member in members:  # grows while it runs
        below: list[type] = type.__subclasses__(member)
        members += [subclass for subclass in below if subclass not in members]
    return members


def defines(member: type, attribute: str) -> bool:
    """Tell whether a class itself has a method, and does not leave it to its subclasses."""
    method = vars(member).get(attribute)
    return method is not None and not getattr(method, "__isabstractmethod__", False)


def watched(owner: type[Any], original: Any, joined: Callable[[type], None]) -> Any:
    """Return an `__init_subclass__` for `owner` that does what `original` does, and tells `joined` of each class."""
    is_inherited = any(vars(base).get("__init_subclass__") is original for base in owner.__mro__[1:])

    def __init_subclass__(cls: type[Any], /, **kwargs: Any) -> None:  # noqa: N807 - it is one
        # What was inherited is looked up again: a class with more bases has others in between.
        following: Any = super(owner, cls).__init_subclass__ if is_inherited else original.__get__(None, cls)
        following(**kwargs)
        joined(cls)

    method: Any = classmethod(__init_subclass__)
    return method
