"""What all trackers of a manager share, and what they may record."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from gradient.runtime.clock import Clock, Identities
from gradient.runtime.listening.listeners import Listeners
from gradient.runtime.prices import Prices
from gradient.runtime.settings.fields import Settings
from gradient.runtime.values.capture import Capture
from gradient.runtime.values.shapes import Shapes

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.context import RequestContext
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.step import Step

_MAX_REMEMBERED = 10_000
_identities = Identities()


class Tracking:
    """What all trackers of a manager share: clocks, ids, settings, capture, listeners.

    Attributes:
        records_all: Whether every step is recorded, as it is by default.
        unmatched: Ends of executions that had ended already, or never begun.
        orphans: Starts outside of any request that were not recorded.
        custom_failures: Calls of a user's own tracker that raised.
    """

    settings: Settings
    capture: Capture
    records_all: bool

    def __init__(
        self, settings: Settings | None = None, *, clock: Clock | None = None, identities: Identities | None = None
    ) -> None:
        self.clock = clock or Clock()
        self.identities = identities or _identities
        self.shapes = Shapes()
        self.listeners = Listeners()
        self.open_root: Callable[[Step, RequestContext | None], RequestContext | None] = _open_nothing
        self.close_root: Callable[[RequestContext, NodeExecution, Any], None] = _close_nothing
        self.unmatched = 0
        self.orphans = 0
        self.custom_failures = 0
        settings = settings or Settings()
        self.apply(settings, Capture(settings, self.shapes))

    def apply(self, settings: Settings, capture: Capture) -> None:
        """Go on by other settings."""
        self.settings = settings
        self.capture = capture
        self.prices = Prices(settings.prices)
        self.records_all = settings.granularity == "all" and not settings.include and not settings.exclude
        self._chosen: dict[tuple[str, str, str | None], bool] = {}

    def records(self, step: Step) -> bool:
        """Tell whether granularity and patterns let a step be recorded."""
        key = (step.kind, step.name, step.node_id)
        chosen = self._chosen.get(key)
        if chosen is None:
            if len(self._chosen) > _MAX_REMEMBERED:
                self._chosen.clear()
            chosen = self._chosen[key] = self._choose(step)
        return chosen

    def _choose(self, step: Step) -> bool:
        settings = self.settings
        if settings.granularity == "request" or (settings.granularity == "nodes" and step.kind == "chain"):
            return False
        names = (step.name, step.node_id or f"{step.kind}_{step.name}")
        if any(fnmatchcase(name, pattern) for name in names for pattern in settings.exclude):
            return False
        return not settings.include or any(fnmatchcase(name, pattern) for name in names for pattern in settings.include)


def _open_nothing(_step: Step, _follows: RequestContext | None) -> None:
    """Without a manager, work outside of any request belongs to none."""


def _close_nothing(_request: RequestContext, _execution: NodeExecution, _outputs: Any) -> None:
    """Without a manager, nothing was opened."""
