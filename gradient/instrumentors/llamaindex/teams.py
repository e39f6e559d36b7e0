"""Who of the agents of an `AgentWorkflow` works: LlamaIndex tells of steps, and each says in its event whose it is.

An agent's turn begins with the first step that is its own, and lasts until another agent's begins or the workflow ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.llamaindex.fields import FRAMEWORK
from gradient.instrumentors.llamaindex.messages import describe_message
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from gradient.runtime.context import Scope
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.status import Status

_WORKFLOW = "AgentWorkflow"


class Team:
    """The agents of one run of a workflow.

    Args:
        tracker: Who is told of their turns.
        workflow: What the turns belong to.
    """

    __slots__ = ("_agent", "_answer", "_tracker", "_workflow")

    def __init__(self, tracker: Any, workflow: NodeExecution) -> None:
        self._tracker = tracker
        self._workflow = workflow
        self._agent: NodeExecution | None = None
        self._answer: Any = None

    def step(self, arguments: dict[str, Any]) -> Scope:
        """Return what a step that begins is a part of: the turn of its agent, which may begin with it."""
        event = next((value for value in arguments.values() if _agent_of(value)), None)
        if event is not None:
            self._turn_to(_agent_of(event), getattr(event, "input", None))
        return self._agent or self._workflow

    def stepped(self, result: Any) -> None:
        """Remember what an agent answered: the last that it did is what its turn came to."""
        if _agent_of(result) and hasattr(result, "response"):
            self._answer = result.response

    def close(self, error: Any = None, status: Status | None = None) -> None:
        """End the turn that is under way."""
        agent, self._agent = self._agent, None
        answer, self._answer = self._answer, None
        if agent is not None:
            outputs = None if answer is None else {"messages": [describe_message(answer)]}
            self._tracker.end(agent, outputs, error, status=status)

    def _turn_to(self, name: str, messages: Any) -> None:
        former = self._agent
        if former is not None and former.node_name == name:
            return
        if former is not None:
            self._tracker.update(former, "event", "handoff", {"from": former.node_name, "to": name})
            self.close()
        inputs = {"messages": list(messages)} if messages else None
        self._agent = self._tracker.start(Step(name, "agent", FRAMEWORK, inputs, parent=self._workflow))


def is_team(workflow: Any) -> bool:
    """Tell whether a workflow is one of agents."""
    return any(base.__name__ == _WORKFLOW for base in type(workflow).__mro__)


def is_team_step(id_: str) -> bool:
    """Tell whether a span is a step by which such a workflow works."""
    return id_.startswith(f"{_WORKFLOW}.")


def _agent_of(event: Any) -> str:
    name = getattr(event, "current_agent_name", None)
    return name if isinstance(name, str) else ""
