"""Keep our failures out of a framework's own error handling, which logs or raises them, event by event."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec

from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")


def quiet(callback: Callable[P, None]) -> Callable[P, None]:
    """Return a callback that never raises an `Exception`: it costs the record and one warning."""

    @functools.wraps(callback)
    def called(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - our failure is nobody's event
            warn(f"{callback.__qualname__} failed: {error!r}; an event is not recorded.")

    return called
