"""What was begun and waits for its consumer: at the end of the process, nobody will ask for more of it.

A stream that a variable still holds is closed by the interpreter, when it takes modules apart: too late to record that.
"""

from __future__ import annotations

import atexit
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from gradient.runtime.calls.interruptions import end_open
from gradient.runtime.context import RequestContext

if TYPE_CHECKING:
    from gradient.runtime.calls.opened import OpenCall

_waiting: dict[int, OpenCall] = {}
_is_registered = False


def suspend(opened: OpenCall) -> None:
    """Note that a call waits for its consumer."""
    global _is_registered  # noqa: PLW0603 - one for a process
    if not _is_registered:
        # Not before: what is registered later runs earlier, and the journal must still be open then.
        _is_registered = True
        atexit.register(_abandon_all)
    _waiting[id(opened)] = opened


def unsuspend(opened: OpenCall) -> None:
    """Note that a call waits no longer."""
    _waiting.pop(id(opened), None)


def is_closing_task() -> bool:
    """Tell whether what runs is the task by which a loop closes a stream that was dropped.

    A loop that ends cancels that task, before it could begin, and so the stream: nobody else had cancelled it.
    """
    asyncio = sys.modules.get("asyncio")
    try:
        task = None if asyncio is None else asyncio.current_task()
    except RuntimeError:  # another kind of loop
        return False
    return task is not None and type(task.get_coro()).__name__ == "async_generator_athrow"


def _abandon_all() -> None:
    while _waiting:
        with suppress(Exception):
            _abandon(_waiting.popitem()[1])


def _abandon(opened: OpenCall) -> None:
    left, scope = GeneratorExit(), opened.scope
    if isinstance(scope, RequestContext):
        end_open(scope, left)
    opened.close(None, left)
