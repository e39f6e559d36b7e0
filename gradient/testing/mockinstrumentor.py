"""Trace the mock framework: how an instrumentor is written, with nothing in the way.

An instrumentor says which modules own its seams, which methods those are, and what a call of one is as a `Step`. Sync,
async, streams, errors, early close and undoing are not its business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gradient.instrumentors.seams import Call, Seam, SeamInstrumentor
from gradient.runtime.context import running_scope
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from gradient.runtime.context import Scope


class MockInstrumentor(SeamInstrumentor):
    """Records agents and crews of the mock framework."""

    name: ClassVar[str] = "mock"
    modules: ClassVar[tuple[str, ...]] = ("gradient.testing.mockframework",)  # by name: installing imports nothing

    def __init__(self) -> None:
        super().__init__()
        self._assigned: dict[int, Scope | None] = {}

    def seams(self, module: ModuleType) -> Iterator[Seam]:
        """Yield the methods that begin a piece of work, and the one that tells who it is for."""
        for method in ("run", "arun", "stream", "astream"):
            yield Seam(module.Agent, method, self.describe_run)
        yield Seam(module.Crew, "kickoff", describe_crew)
        yield Seam(module.Crew, "assign", self.note_assignment)

    def note_assignment(self, call: Call) -> None:
        """Remember for whom a run will be. A seam that only takes notes describes no step."""
        self._assigned[call.argument("run_id", 1)] = running_scope()

    def describe_run(self, call: Call) -> Step:
        """Describe an agent's work. Its run id tells the parent, where a new thread's context cannot."""
        parent = self._assigned.pop(call.kwargs.get("run_id", 0), None)
        return Step(call.instance.name, "agent", "mock", call.argument("task"), parent=parent)


def describe_crew(call: Call) -> Step:
    """Describe the work of a crew."""
    agents = [agent.name for agent in call.instance.agents]
    return Step(call.instance.name, "workflow", "mock", call.argument("task"), {"agents": agents})
