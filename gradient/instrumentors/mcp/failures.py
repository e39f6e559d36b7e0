"""What an MCP server's tool truly raised: of that, the answer has some words at most, and they may be anybody's.

Whoever turns an exception into an answer, the package or the server's author, makes the answer while the exception is
being handled. So an answer that says that it failed is asked, when it is made, what it is made of.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from gradient.instrumentors.wire import fields_of
from gradient.runtime.context import running_scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.plumbing.patching import Patches

ANSWERS = ("CallToolResult", "ErrorData")
_PACKAGES = ("mcp", "fastmcp")


class Failures:
    """The exceptions that answers were made of, by the executions that they end."""

    def __init__(self, patches: Patches) -> None:
        self._patches = patches
        self._raised: WeakKeyDictionary[NodeExecution, BaseException] = WeakKeyDictionary()

    def noting(self, original: Callable[..., None]) -> Callable[..., None]:
        """Return the `__init__` of an answer that notes what is being handled."""

        @functools.wraps(original)
        def init(answer: Any, /, *args: Any, **kwargs: Any) -> None:
            original(answer, *args, **kwargs)
            error = sys.exc_info()[1]
            if error is None or not self._patches.active or not has_failed(answer):
                return
            try:
                self._note(error)
            except Exception as problem:  # noqa: BLE001 - the server answers without
                warn(f"what an MCP tool raised could not be recorded: {problem!r}.")

        return init

    def of(self, execution: NodeExecution, error: Any) -> Any:
        """Return what an execution ended with; of a failure, a client in the server's process is told the same."""
        raised = self._raised.pop(execution, None)
        if error is None or (isinstance(error, BaseException) and not _is_retold(error)):
            return error  # a success after all, a cancellation, or what a handler raised
        raised = raised or (_origin(error) if isinstance(error, BaseException) else None)
        if raised is None:
            return error
        client = execution.parent
        is_ours = _side_of(execution) == "server" and _side_of(client) == "client"
        if is_ours and type(client) is NodeExecution and client.ended_ns is None:  # it may have given up
            self._raised[client] = raised
        return raised

    def _note(self, error: BaseException) -> None:
        scope: Any = running_scope()
        while type(scope) is NodeExecution and _side_of(scope) != "server":
            scope = scope.parent
        if type(scope) is NodeExecution:
            self._raised[scope] = _origin(error)


def has_failed(answer: Any) -> bool:
    """Tell whether an answer says that what was asked for failed."""
    fields = fields_of(answer)
    return bool(fields.get("is_error") or fields.get("isError")) or type(answer).__name__ == "ErrorData"


def _origin(error: BaseException) -> BaseException:
    """Return what was raised first, of what the package told again in words of its own."""
    while _is_retold(error):
        within = error.__cause__ or error.__context__
        if within is None:
            break
        error = within
    return error


def _is_retold(error: BaseException) -> bool:
    """Tell whether the package itself raised an exception: it may be of any class, such as `ValueError`."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    raiser = "" if place is None else str(place.tb_frame.f_globals.get("__name__"))
    return raiser.partition(".")[0] in _PACKAGES


def _side_of(scope: Any) -> str | None:
    return scope.metadata.get("mcp") if type(scope) is NodeExecution and scope.framework == "mcp" else None
