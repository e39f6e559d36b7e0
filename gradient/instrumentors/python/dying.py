"""The wrappers by which a finalizer (`weakref.finalize`) works for whoever registered it, whoever lets its object go.

It runs in a copy of the context: garbage is collected anywhere, also in the middle of setting a context variable, and
Python 3.10 and 3.11 crash where the very same context is changed meanwhile.
"""

from __future__ import annotations

import functools
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from gradient.runtime.calls.standing import NOWHERE, Carried, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.plumbing.patching import Patches


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
        return copy_context().run(Carried(original, where), self, _)

    return __call__
