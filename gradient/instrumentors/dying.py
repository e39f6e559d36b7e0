"""The wrappers by which work that is done when something dies is nobody's but whose it was.

weakref.finalize        runs where it was registered, whoever lets its object go; called by hand, where it is called
garbage is collected    nothing is current meanwhile: it is collected in the middle of anybody's work
"""

from __future__ import annotations

import functools
import gc
from typing import TYPE_CHECKING, Any

from gradient.runtime.context import away_from, current_scope, running_scope
from gradient.runtime.remote import told_remote
from gradient.runtime.session import session_variable
from gradient.runtime.standing import NOWHERE, Carried, Standing, stand, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.patching import Patches


def notes_registrar(patches: Patches, original: type[Any]) -> Any:
    """Make of `weakref.finalize._Info` one that knows where it was made."""

    class _Info(original):  # type: ignore[misc]
        __slots__ = ("gradient_standing",)

        def __init__(self) -> None:
            original.__init__(self)
            self.gradient_standing = (standing() if patches.active else None) or NOWHERE

    return _Info


def goes_back(patches: Patches, original: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the call of a finalizer: what died is told by its reference, of a call by hand there is none."""

    @functools.wraps(original)
    def __call__(self: Any, _: Any = None) -> Any:  # noqa: N807 - it is one
        where = getattr(self._registry.get(self), "gradient_standing", None)
        if _ is None or where is None or not patches.active:
            return original(self, _)
        return Carried(original, where)(self, _)

    return __call__


class Collecting:
    """Makes nothing current while garbage is collected. The interpreter collects once at a time."""

    def __init__(self) -> None:
        self._left: tuple[Standing, Any] | None = None

    def begin(self) -> None:
        """Be told of each collection."""
        if self not in gc.callbacks:
            gc.callbacks.append(self)

    def end(self) -> None:
        """Be told no longer."""
        if self in gc.callbacks:
            gc.callbacks.remove(self)

    def __call__(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            running = running_scope()
            where = Standing(current_scope.get(), session_variable.get(), told_remote.get())
            if running is not None or where[1:] != NOWHERE[1:]:
                self._left = where, away_from.get()
                stand(NOWHERE)
                away_from.set(running)
        elif self._left is not None:
            (where, away), self._left = self._left, None
            stand(where)
            away_from.set(away)
