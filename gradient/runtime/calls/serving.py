"""Threads that were begun outside of any request and serve a queue: they work in the session of whoever put work there.

Each item is a run of its own. It belongs to the session, and under the trace, in which its item was put. A thread
serves the first queue that it takes from, unless it has asked for something before: such a one takes answers, and so
may the main thread, tasks, and threads of pools.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from gradient.runtime.context import task_here
from gradient.runtime.remote import Remote, told_remote
from gradient.runtime.session import NO_SESSION, Session, session_variable

if TYPE_CHECKING:
    from gradient.runtime.calls.standing import Standing

# Their threads outlive what started them, and each piece of work brings along where it was asked for.
_POOLS = frozenset(
    [
        "anyio._backends._asyncio",
        "concurrent.futures.process",
        "concurrent.futures.thread",
        "logging.handlers",
        "multiprocessing.pool",
        "multiprocessing.queues",
    ]
)
_NO_QUEUE = 0


class _Whose(NamedTuple):
    """Whose work is done outside of requests."""

    session: Session
    remote: Remote | None


class _Role(NamedTuple):
    """What a thread does.

    Attributes:
        queue: The one that it serves, or none.
        now: Whose work it does, as far as we have set that.
        begun: What it was begun in, and does work for that nobody asked for; nobody, once it has served others.
    """

    queue: int
    now: _Whose
    begun: _Whose


_NOBODY = _Whose(NO_SESSION, None)
_NONE = _Role(_NO_QUEUE, _NOBODY, _NOBODY)
_ASKS = _Role(-1, _NOBODY, _NOBODY)
_role: ContextVar[_Role] = ContextVar("gradient_role", default=_NONE)


def begin(where: Standing) -> None:
    """Note what the running thread was begun in."""
    whose = _Whose(where.session, where.remote)
    _role.set(_Role(_NO_QUEUE, whose, whose))


def asks() -> None:
    """Note that the running thread has asked for something; one that serves already may do so."""
    if _role.get().queue == _NO_QUEUE:
        _role.set(_ASKS)


def serve(asked: Standing | None, queue: int) -> None:
    """Go over to the session and the trace of who put the item that the running code just took off a queue."""
    role = _role.get()
    if role.queue == _NO_QUEUE:
        role = role._replace(queue=queue) if _may_serve() else _ASKS
        _role.set(role)
    if role.queue != queue or not _is_current(role.now) or task_here() is not None:
        return
    now = role.begun if asked is None else _Whose(asked.session, asked.remote)
    _role.set(_Role(queue, now, role.begun if now.session is role.begun.session else _NOBODY))
    session_variable.set(now.session)
    told_remote.set(now.remote)


def is_of_pool(thread: Any) -> bool:
    """Tell whether a thread is a pool's, by the module of what it runs."""
    target = getattr(thread, "_target", None)
    return getattr(thread if target is None else target, "__module__", None) in _POOLS


def _is_current(whose: _Whose) -> bool:
    return session_variable.get() is whose.session and told_remote.get() is whose.remote


def _may_serve() -> bool:
    thread = threading.current_thread()
    is_started = type(thread).__name__ not in ("_MainThread", "_DummyThread")
    return is_started and task_here() is None and not is_of_pool(thread)
