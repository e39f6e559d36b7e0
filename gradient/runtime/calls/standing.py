"""What goes along with work that is handed over: the scope, the session and the trace of whoever asked for it.

    carried     a function that is handed to somebody else runs where it was asked for, and leaves nothing behind
    adopt       a thread or task that takes work off a queue goes over to who put it there
    outlived    a thread or task whose request has ended goes on for it, or for nobody

A thread or task that was begun inside a request is there for that request, until it takes something that another one
put on a queue. What was begun outside of any request keeps to itself: its runs are its own, see `serving` for their
sessions. So does code that has opened something itself, and takes what others answer.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakValueDictionary

from gradient.runtime import process
from gradient.runtime.calls.serving import serve
from gradient.runtime.context import (
    RequestContext,
    Scope,
    away_from,
    current_scope,
    holder,
    is_inherited,
    open_scope,
    running_scope,
)
from gradient.runtime.importlib_bootstrap import passed_over
from gradient.runtime.remote import Remote, told_remote
from gradient.runtime.session import NO_SESSION, Session, session_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Standing(NamedTuple):
    """Where work was asked for."""

    scope: Scope | None
    session: Session
    remote: Remote | None


class _Home(NamedTuple):
    """What a thread or task that went over to others was begun in, and the queue whose items it goes by.

    Of a function that was handed over: where that was, and no queue.
    """

    scope: Scope
    queue: int


NOWHERE = Standing(None, NO_SESSION, None)
_NO_QUEUE = 0
_home: ContextVar[_Home | None] = ContextVar("gradient_home", default=None)
_begun: WeakValueDictionary[bytes, RequestContext] = WeakValueDictionary()


def standing() -> Standing | None:
    """Return where the running code stands, or None outside of everything."""
    scope, session, remote = running_scope(), session_variable.get(), told_remote.get()
    if scope is None and session is NO_SESSION and remote is None:
        return None
    return Standing(scope, session, remote)


def stand(where: Standing) -> None:
    """Let the running thread or task go on from somewhere else."""
    current_scope.set(where.scope)
    session_variable.set(where.session)
    told_remote.set(where.remote)


def carried(function: Any, where: Standing | None) -> Any:
    """Return a function that runs where it was asked for; the very same one where that is nowhere."""
    return function if where is None or function is None else Carried(function, where)


class Carried:
    """A function that runs where it was asked for, whichever thread runs it."""

    __slots__ = ("_function", "_home", "_where")

    def __init__(self, function: Callable[..., Any], where: Standing) -> None:
        self._function = function
        self._where = where
        self._home = None if where.scope is None else _Home(where.scope, _NO_QUEUE)

    def __repr__(self) -> str:
        return repr(self._function)  # for what the interpreter says of a thread that fails

    @passed_over
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        before = Standing(current_scope.get(), session_variable.get(), told_remote.get())
        home, left = _home.get(), away_from.get()
        stand(self._where)
        _home.set(self._home)
        away_from.set(None)
        try:
            return self._function(*args, **kwargs)
        finally:
            stand(before)
            _home.set(home)
            away_from.set(left)


class CarriedItems:
    """Items that are made where they were asked for, whichever thread takes them."""

    __slots__ = ("_next",)

    def __init__(self, items: Any, where: Standing) -> None:
        self._next = Carried(iter(items).__next__, where)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._next()


def keeps_to_itself() -> bool:
    """Tell whether the running thread or task opened itself what is current, or was begun outside of any request."""
    scope = current_scope.get()
    return _home.get() is None if scope is None else not is_inherited(scope)


def adopt(asked: Standing | None, queue: int) -> None:
    """Go over to who put the item that the running code just took off a queue; None: it was put outside of requests.

    Within one request nothing changes: there, taking is as often the end of some work as the beginning. What nobody
    asked for ends the work for others only where it lay among their items: it may be anything that this work needs.
    """
    scope, home = current_scope.get(), _home.get()
    if keeps_to_itself():
        if scope is None:
            serve(asked, queue)
        return
    if asked is None or asked.scope is None:
        if scope is not None and open_scope(scope) is scope and (home is None or home.queue != queue):
            return
        asked = asked or NOWHERE
    elif scope is not None and asked.scope.request is scope.request:
        return
    home = _Home(scope, queue) if home is None and scope is not None else home
    if home is None:
        return
    _home.set(home._replace(queue=queue))
    is_back = asked.scope is not None and asked.scope.request is home.scope.request
    away_from.set(None if is_back else home.scope)
    stand(asked)


def note_begun(request: RequestContext) -> None:
    """Note that a request is open; nobody need tell that it ended."""
    _begun[request.key] = request


def outlived(request: RequestContext) -> RequestContext | None:
    """Return the ended request that what begins now goes on with; None where another one may have asked for it.

    What was handed over is for whoever did that, and a thread or task that a request began is there for it at first.
    One that has worked already, and goes on while others are open, may be serving them: it is no longer for anybody.
    """
    scope = current_scope.get()
    if scope is None or scope.request is not request or not is_inherited(scope) or _home.get() is not None:
        return request
    here = holder()
    if here not in request.workers:
        request.workers.add(here)
        return request
    if not _is_any_open():
        return request
    current_scope.set(None)
    if session_variable.get() is request.session:
        session_variable.set(NO_SESSION)
    if told_remote.get() is request.remote:
        told_remote.set(None)
    return None


def _is_any_open() -> bool:
    begun = [reference() for reference in _begun.valuerefs()]
    return any(each is not None and each.ended_ns is None and each.pid == process.pid for each in begun)
