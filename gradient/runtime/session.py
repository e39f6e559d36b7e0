"""What all requests begun inside a block have in common: a session, a user, tags, metadata."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Session:
    """Whom and what requests belong to.

    Attributes:
        session_id: The conversation or thread.
        user_id: Whose requests they are, in the user's own terms.
        tags: Labels to find them by.
        metadata: Plain data about them.
    """

    session_id: str | None = None
    user_id: str | None = None
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])


NO_SESSION = Session()
session_variable: ContextVar[Session] = ContextVar("gradient_session", default=NO_SESSION)


def current_session() -> Session:
    """Return the session of the running code, or an empty one."""
    return session_variable.get()
