"""What is current while a call runs, and is not any more when it is over.

leave_call      after a call that ran in one piece
Turn            around each piece of a stream: between two items, its consumer's scope is current
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradient.runtime.calls.interruptions import end_left
from gradient.runtime.context import current_scope, deepest, holder
from gradient.runtime.session import Session, session_variable

if TYPE_CHECKING:
    from gradient.runtime.context import Scope


def leave_call(own: Scope | None, before: Scope | None, error: BaseException | None = None) -> None:
    """Make current what was before a call; blocks that were left open in it end with it.

    A coroutine that was dropped is closed by whoever drops it, or by the garbage collector in the middle of anything:
    what is current there stays.
    """
    left = current_scope.get()
    if left is before:
        return
    if left is not own or own is None:
        end_left(left, own, error)
        if isinstance(error, GeneratorExit) and (own is None or deepest(own, left) is own):
            return
    current_scope.set(before)


class Turn:
    """Makes the scope and the session of a call current while its body runs, and the caller's again afterwards.

    The body may change what is current (a `step` around a `yield`); its next turn begins where the last one ended.
    No tokens: a generator may be closed in another context than it was started in.
    """

    __slots__ = ("_callers", "_is_on", "_own")

    def __init__(self, scope: Scope | None) -> None:
        self._callers: tuple[Scope | None, Session] = _current()
        self._own = None if scope is None else (scope, self._callers[1])
        self._is_on = False

    def __enter__(self) -> None:
        self._callers = _current()
        if self._own is not None:
            self._is_on = True
            _make_current(*self._own)
            self._own[0].holder = holder()

    def __exit__(self, *_: object) -> None:
        if self._is_on and self._own is not None:
            scope, session = _current()
            self._own = (scope or self._own[0], session)
            _make_current(*self._callers)
            self._is_on = False

    def leave(self, scope: Scope | None, error: BaseException) -> None:
        """Note that the stream of a scope ended with an exception, between two turns or in the middle of one."""
        self.__exit__()
        if self._own is not None:
            end_left(self._own[0], scope, error)


def _current() -> tuple[Scope | None, Session]:
    return current_scope.get(), session_variable.get()


def _make_current(scope: Scope | None, session: Session) -> None:
    current_scope.set(scope)
    session_variable.set(session)
