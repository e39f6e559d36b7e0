"""The runs that LangChain has told of and that are not over: what stands for each, and which of them is running."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from gradient.runtime.context import Scope, current_scope, deepest, running_scope
from gradient.runtime.execution import NodeExecution

if TYPE_CHECKING:
    from uuid import UUID

_CONFIG_MODULE = "langchain_core.runnables.config"
_MAX_RUNS = 100_000
_MAX_BEGUN = 7
# The newest runs that were begun outermost in this context: their ids, and those of the objects that stand for them.
_begun_here: ContextVar[tuple[tuple[Any, int], ...]] = ContextVar("gradient_langchain_begun", default=())


class Runs(dict[Any, Scope | None]):
    """What stands for each run: its execution, or what is above it where it is not recorded; None for a root."""

    def __init__(self) -> None:
        super().__init__()
        # All tasks of a graph name the same run, by the same object; hashing a UUID runs in Python.
        self._last_graph: tuple[UUID | None, Scope | None] = (None, None)
        self._namesakes: dict[Any, list[Scope | None]] = {}

    def remember(self, run_id: Any, scope: Scope | None, parent: Scope | None) -> None:
        """Note that a run has begun; one that is below no other may have an id of the caller's."""
        former = self.setdefault(run_id, scope)
        if getattr(parent, "run_id", None) is None:
            _begun_here.set(((run_id, id(scope)), *_begun_here.get()[:_MAX_BEGUN]))
        if former is not scope:
            self._namesakes.setdefault(run_id, [former]).append(scope)
            self.forget_graph()
        if len(self) > _MAX_RUNS:  # runs that were abandoned never end
            del self[next(iter(self))]

    def ended(self, run_id: Any) -> NodeExecution | None:
        """Forget a run; return its execution where the run is ours to end, and not only under one that is not."""
        is_shared = self._namesakes and run_id in self._namesakes  # hashing a UUID runs in Python
        scope = self._left_over(run_id) if is_shared else self.pop(run_id, None)
        return scope if type(scope) is NodeExecution and scope.run_id == run_id else None

    def find(self, run_id: Any) -> Scope | None:
        """Return what stands for a run; None where it is not known, or which of several it is."""
        found = self.get(run_id)
        shared = self._namesakes.get(run_id) if self._namesakes else None
        return found if shared is None else _own_of(shared, run_id)

    def _left_over(self, run_id: Any) -> Scope | None:
        """Forget one of several runs of one id, and return it."""
        shared = self._namesakes[run_id]
        own = _own_of(shared, run_id)
        if own in shared:
            shared.remove(own)
        if len(shared) == 1:
            self[run_id] = shared[0]
            del self._namesakes[run_id]
        return own

    def forget(self) -> None:
        """Forget all of them."""
        self.clear()
        self._namesakes.clear()
        self.forget_graph()

    def forget_graph(self) -> None:
        """Forget which graph was asked for last."""
        self._last_graph = (None, None)

    def scope_of(self, run_id: UUID | None) -> Scope | None:
        """Return the execution of a run, or of the nearest recorded one above it."""
        found = self.find(run_id) if run_id is not None else None
        return running_scope() if found is None else deepest(found, current_scope.get())

    def graph_of(self, run_id: UUID | None) -> Scope | None:
        """Return the execution of the graph that runs a task, or what is current where that is deeper."""
        known_id, known = self._last_graph
        if known_id is not run_id:
            known = None if run_id is None else self.find(run_id)
            self._last_graph = (None, None) if self._namesakes else (run_id, known)
        return running_scope() if known is None else deepest(known, current_scope.get())

    def running(self) -> Scope | None:
        """Return the execution that LangChain is running, if it is one of ours.

        LangChain sets the configuration for what a lambda, a tool or a node calls; no scope of ours is set for those.
        """
        module = sys.modules.get(_CONFIG_MODULE)
        config = None if module is None else module.var_child_runnable_config.get()
        return None if config is None else self.find(getattr(config.get("callbacks"), "parent_run_id", None))


def _own_of(shared: list[Scope | None], run_id: Any) -> Scope | None:
    """Return the one of several runs of one id that the running code belongs to, or None.

    Ids are the caller's to choose: two requests that were asked for the same thing may have one. Each began in a
    context of its own, which its parts inherit.
    """
    begun = next((scope for known, scope in _begun_here.get() if known == run_id), 0)
    current = current_scope.get()
    request = None if current is None else current.request
    own = next((scope for scope in shared if id(scope) == begun), None)
    return own or next((scope for scope in shared if scope is not None and scope.request is request), None)
