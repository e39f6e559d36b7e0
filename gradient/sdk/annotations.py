"""Say more about what is running: events, metadata, sessions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gradient.runtime.context import RequestContext, get_current_context, running_scope
from gradient.runtime.listening.listeners import warn
from gradient.runtime.manager import get_runtime_manager
from gradient.runtime.session import Session, current_session, session_variable
from gradient.runtime.values.shapes import text_for

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence


def current_request() -> RequestContext | None:
    """Return the request that the calling code belongs to, or None outside of any."""
    return get_current_context()


def annotate(name: str, /, **attributes: Any) -> None:
    """Note an event on the current execution, or on the request outside of any execution; outside both, nothing."""
    _update("event", name, attributes)


def set_metadata(**metadata: Any) -> None:
    """Add plain data to the current execution, or to the request outside of any execution; outside both, nothing."""
    scope = running_scope()
    if scope is not None:
        scope.metadata = {**scope.metadata, **metadata}
        _update("metadata", "", metadata)


@contextmanager
def session(
    session_id: str | None = None,
    *,
    user_id: str | None = None,
    tags: Sequence[str] = (),
    metadata: dict[str, Any] | None = None,
) -> Generator[Session]:
    """Say what all requests begun inside the block have in common.

    Args:
        session_id: The conversation or thread they belong to.
        user_id: Whose requests they are, in your own terms.
        tags: Labels to find them by, added to those of an outer session.
        metadata: Plain data about them, added likewise.
    """
    outer = current_session()
    inner = Session(
        (None if session_id is None else text_for(session_id)) or outer.session_id,
        (None if user_id is None else text_for(user_id)) or outer.user_id,
        (*outer.tags, *([tags] if isinstance(tags, str) else tags)),
        {**outer.metadata, **(metadata or {})},
    )
    session_variable.set(inner)
    try:
        yield inner
    finally:
        if session_variable.get() is inner:  # else a generator with this block was dropped, and is closed elsewhere
            session_variable.set(outer)


def _update(what: str, name: str, value: Any) -> None:
    scope = running_scope()
    request = None if scope is None else scope.request
    try:
        manager = get_runtime_manager() if request is None or request.manager is None else request.manager
        manager.update(scope, what, name, value)
    except Exception as error:  # noqa: BLE001 - our failure is not the caller's
        warn(f"{what} {name} could not be recorded: {error!r}.")
