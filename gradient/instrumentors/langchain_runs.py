"""The runs that LangChain has told of and that are not over: what stands for each, and which of them is running."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from gradient.runtime.context import Scope, current_scope, deepest, running_scope
from gradient.runtime.execution import NodeExecution

if TYPE_CHECKING:
    from uuid import UUID

_CONFIG_MODULE = "langchain_core.runnables.config"
_MAX_RUNS = 100_000


class Runs(dict[Any, Scope | None]):
    """What stands for each run: its execution, or what is above it where it is not recorded; None for a root."""

    def __init__(self) -> None:
        super().__init__()
        # All tasks of a graph name the same run, by the same object; hashing a UUID runs in Python.
        self._last_graph: tuple[UUID | None, Scope | None] = (None, None)

    def remember(self, run_id: Any, scope: Scope | None) -> None:
        """Note that a run has begun."""
        self[run_id] = scope
        if len(self) > _MAX_RUNS:  # runs that were abandoned never end
            del self[next(iter(self))]

    def ended(self, run_id: Any) -> NodeExecution | None:
        """Forget a run; return its execution where the run is ours to end, and not only under one that is not."""
        scope = self.pop(run_id, None)
        return scope if type(scope) is NodeExecution and scope.run_id == run_id else None

    def forget(self) -> None:
        """Forget all of them."""
        self.clear()
        self.forget_graph()

    def forget_graph(self) -> None:
        """Forget which graph was asked for last."""
        self._last_graph = (None, None)

    def scope_of(self, run_id: UUID | None) -> Scope | None:
        """Return the execution of a run, or of the nearest recorded one above it."""
        found = self.get(run_id) if run_id is not None else None
        return running_scope() if found is None else deepest(found, current_scope.get())

    def graph_of(self, run_id: UUID | None) -> Scope | None:
        """Return the execution of the graph that runs a task, or what is current where that is deeper."""
        known_id, known = self._last_graph
        if known_id is not run_id:
            known = None if run_id is None else self.get(run_id)
            self._last_graph = (run_id, known)
        return running_scope() if known is None else deepest(known, current_scope.get())

    def running(self) -> Scope | None:
        """Return the execution that LangChain is running, if it is one of ours.

        LangChain sets the configuration for what a lambda, a tool or a node calls; no scope of ours is set for those.
        """
        module = sys.modules.get(_CONFIG_MODULE)
        config = None if module is None else module.var_child_runnable_config.get()
        return None if config is None else self.get(getattr(config.get("callbacks"), "parent_run_id", None))
