"""A call that was opened: what traces one, and how it is told of what happens, whatever fails in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from gradient.runtime.context import holder
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from gradient.runtime.context import Scope


class OpenCall(Protocol):
    """A call that runs.

    Attributes:
        scope: What is current while its body runs, or None to leave that alone.
    """

    @property
    def scope(self) -> Scope | None: ...

    def item(self, value: Any) -> None:
        """Note an item that a stream is about to hand out."""

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """Note the outcome; `outputs` is what was returned."""


METHOD_KINDS: tuple[type[Any], ...] = (staticmethod, classmethod)
CallSite = Callable[[tuple[Any, ...], dict[str, Any]], OpenCall]


class Untraced:
    """A call that is not recorded."""

    __slots__ = ()
    scope = None

    def item(self, value: Any) -> None:
        """Nobody wants it."""

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """Nobody wants it."""


UNTRACED: OpenCall = Untraced()


class Within(Untraced):
    """A call that is no work of its own, in a scope that is given."""

    __slots__ = ("scope",)

    def __init__(self, scope: Scope) -> None:
        self.scope = scope  # type: ignore[assignment]


def open_call(site: CallSite, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
    """Open a call; a failure of ours is not the caller's."""
    opened = UNTRACED
    try:
        opened = site(args, kwargs)
        if opened.scope is not None and not opened.scope.holder:
            opened.scope.holder = holder()
        return opened  # noqa: TRY300 - an interrupt at this line, too
    except Exception as error:  # noqa: BLE001 - our failure is not the call's
        warn(f"a call could not be recorded: {error!r}.")
        return UNTRACED
    except BaseException as error:
        close_call(opened, None, error)
        raise


def close_call(opened: OpenCall, outputs: Any, error: BaseException | None) -> None:
    """Close a call; a failure of ours is not the caller's."""
    try:
        opened.close(outputs, error)
    except Exception as failure:  # noqa: BLE001 - as above
        warn(f"the end of a call could not be recorded: {failure!r}.")


def hand_out(opened: OpenCall, result: Any) -> Any:
    """Close a call, or let it go on with what it gave back: see `gradient.runtime.calls.lasting`."""
    lasting = getattr(opened, "lasting", None)
    if lasting is not None:
        return lasting(opened, result)
    close_call(opened, result, None)
    return result


def note_item(opened: OpenCall, item: Any) -> None:
    """Note an item of a stream, likewise."""
    try:
        opened.item(item)
    except Exception as failure:  # noqa: BLE001 - as above
        warn(f"an item of a stream could not be recorded: {failure!r}.")
