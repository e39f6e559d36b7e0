"""Who is told of what happens, and what happens to one that fails.

A failing listener is removed and told about once; the others and the user's code go on.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.context import RequestContext, Scope
    from gradient.runtime.execution import NodeExecution

_EVENTS = ("on_request_start", "on_request_end", "on_execution_start", "on_execution_end", "on_update")


_MAX_TOLD = 100
_told: set[str] = set()


def warn(message: str) -> None:
    """Say something to whoever runs the program, once; a closed stderr is no reason to fail."""
    if message in _told or len(_told) >= _MAX_TOLD:
        return
    _told.add(message)
    try:
        sys.stderr.write(f"[RUNTIME] Warning: {message}\n")
    except Exception:  # noqa: BLE001, S110 - there is nobody left to tell
        pass


def forget_warnings() -> None:
    """Say again what was said before. For tests."""
    _told.clear()


class Listener:
    """Receives what the tracker made of the work. Every method may be left out; one that is costs nothing.

    A listener that raises is removed, once and with one warning; the others go on.
    """

    def on_request_start(self, request: RequestContext) -> None:
        """Learn that an entrypoint was called."""

    def on_request_end(self, request: RequestContext) -> None:
        """Learn that a request is over; its status, outputs and executions are known."""

    def on_execution_start(self, execution: NodeExecution) -> None:
        """Learn that a node execution begins; the user's code has not run yet."""

    def on_execution_end(self, execution: NodeExecution) -> None:
        """Learn that a node execution is over."""

    def on_update(self, scope: Scope, what: str, name: str, value: Any) -> None:
        """Learn something about a running execution or request: "metadata", "event", "link" or "graph"."""


class Listeners:
    """The listeners of one manager; only methods that a listener has are called.

    Attributes:
        failures: How many calls of a listener raised.
    """

    on_request_start: tuple[Callable[..., None], ...]
    on_request_end: tuple[Callable[..., None], ...]
    on_execution_start: tuple[Callable[..., None], ...]
    on_execution_end: tuple[Callable[..., None], ...]
    on_update: tuple[Callable[..., None], ...]

    def __init__(self) -> None:
        self._listeners: list[Any] = []
        self.failures = 0
        self._bind()

    def add(self, listener: Any, *, first: bool = False) -> None:
        """Tell `listener` of everything from now on, after the others or first; adding it twice is adding it once."""
        if listener not in self:
            self._listeners = [listener, *self._listeners] if first else [*self._listeners, listener]
            self._bind()

    def remove(self, listener: Any) -> None:
        """Tell `listener` nothing more; one that is not there is none of our business."""
        self._listeners = [known for known in self._listeners if known is not listener]
        self._bind()

    def all(self) -> list[Any]:
        """Return the listeners, in the order they were added."""
        return list(self._listeners)

    def __contains__(self, listener: object) -> bool:
        return any(listener is known for known in self._listeners)

    def tell(self, calls: tuple[Callable[..., None], ...], *facts: Any) -> None:
        """Call each; one that raises is removed."""
        for call in calls:
            try:
                call(*facts)
            except Exception as error:  # noqa: BLE001 - a listener is anybody's code
                self.failed(call, error)

    def failed(self, call: Callable[..., None], error: Exception) -> None:
        """Remove the listener whose method raised."""
        self.failures += 1
        listener, event = self._origins.get(id(call), (None, ""))
        if listener is not None:
            self.remove(listener)
            # Neither its message nor its `repr`: those are the user's, and may be secret or fail.
            where = f"{type(listener).__qualname__}.{event}"
            warn(f"{where} raised {type(error).__qualname__}{_place_of(error)}; it is told nothing more.")

    def _bind(self) -> None:
        origins: dict[int, tuple[Any, str]] = {}
        for event in _EVENTS:
            inherited = getattr(Listener, event)
            bound: list[Callable[..., None]] = []
            for listener in self._listeners:
                kind: type[Any] = type(listener)  # pyright: ignore[reportUnknownVariableType] - anything's
                if getattr(kind, event, getattr(listener, event, None)) not in (None, inherited):
                    bound.append(getattr(listener, event))
                    origins[id(bound[-1])] = (listener, event)
            setattr(self, event, tuple(bound))
        self._origins = origins


def _place_of(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" in {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
