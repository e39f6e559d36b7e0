"""Record what a block does, in memory, whatever else the process is set up to do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gradient.runtime.context import current_scope
from gradient.runtime.listening.listeners import Listener
from gradient.runtime.manager import RuntimeManager, set_runtime_manager
from gradient.runtime.settings.fields import Settings
from gradient.testing.trees import Tree, forest

if TYPE_CHECKING:
    from collections.abc import Generator

    from gradient.runtime.clock import Clock, Identities
    from gradient.runtime.context import RequestContext
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.interfaces import FrameworkInstrumentor


class Record(Listener):
    """What was recorded, oldest first; it outlives the block.

    Attributes:
        manager: Who recorded it.
        requests: The requests, ended or not.
        executions: The executions of all requests.
    """

    def __init__(self, manager: RuntimeManager) -> None:
        self.manager = manager
        self.requests: list[RequestContext] = []
        self.executions: list[NodeExecution] = []
        self._owners: list[RequestContext | None] = []

    def on_request_start(self, request: RequestContext) -> None:
        self.requests.append(request)

    def on_execution_start(self, execution: NodeExecution) -> None:
        # An execution lets go of its request when that ends.
        self._owners.append(execution.request)
        self.executions.append(execution)

    def executions_of(self, request: RequestContext) -> list[NodeExecution]:
        """Return the executions of one request."""
        return [each for each, owner in zip(self.executions, self._owners, strict=True) if owner is request]

    def tree(self, request: RequestContext) -> Tree:
        """Return one request as nested data."""
        return ("request", request.entrypoint_name, request.status, forest(self.executions_of(request)))

    def trees(self) -> list[Tree]:
        """Return all requests as nested data."""
        return [self.tree(request) for request in self.requests]


@contextmanager
def record(
    *instrumentors: FrameworkInstrumentor,
    settings: Settings | None = None,
    clock: Clock | None = None,
    identities: Identities | None = None,
) -> Generator[Record]:
    """Record what happens in the block, in memory; nothing is written and nothing is printed.

    The block has a manager of its own and begins outside of any request. The process's own manager steps back
    meanwhile, with its instrumentors, and is put back afterwards.

        with record(AcmeInstrumentor()) as recorded:
            my_agent("hello")
        assert recorded.trees() == [("request", "my_agent", "completed", [("agent", "acme", "completed", [])])]

    Args:
        instrumentors: Those to install; none for one for each framework that is there.
        settings: How to record, the defaults if None; environment and files are not asked.
        clock: Time, such as a `FakeClock`.
        identities: Ids, such as `CountingIdentities`.
    """
    manager = RuntimeManager(
        settings=settings or Settings(console="off"),
        clock=clock,
        identities=identities,
        record=False,
        instrumentors=instrumentors or None,
    )
    recorded = Record(manager)
    manager.add_listener(recorded)
    former = set_runtime_manager(manager)
    was_installed = former is not None and former.is_instrumented()
    scope = current_scope.get()
    current_scope.set(None)
    if former is not None:
        former.uninstall_instrumentation()
    manager.install_instrumentation()
    try:
        yield recorded
    finally:
        manager.shutdown()
        set_runtime_manager(former)
        if former is not None and was_installed:
            former.install_instrumentation()
        current_scope.set(scope)
