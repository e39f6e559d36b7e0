"""What the contract suite compares, and what it says where something is not as it should be."""

from __future__ import annotations

from pprint import pformat
from typing import TYPE_CHECKING, Any

from gradient.runtime.listening.listeners import Listener
from gradient.testing.scenarios import Trouble

if TYPE_CHECKING:
    from gradient.runtime.execution import NodeExecution
    from gradient.testing.trees import Tree


def completed_request(executions: list[Tree], name: str = "contract") -> Tree:
    """Return the tree of a request that completed."""
    return ("request", name, "completed", executions)


def check(is_so: bool, otherwise: str) -> None:
    """Fail where something is not so; `assert` would be left out under `python -O`."""
    if not is_so:
        raise AssertionError(otherwise)


def equal(found: Any, wanted: Any, what: str) -> None:
    """Fail where two things differ, showing both."""
    check(found == wanted, f"{what}:\n{pformat(found)}\nwanted:\n{pformat(wanted)}")


def outlasting(executions: list[NodeExecution]) -> None:
    """Fail where something ended before what it contains."""
    ends = {execution.execution_id: execution.ended_ns or 0 for execution in executions}
    for each in executions:
        outlasted = ends.get(each.parent_id, ends[each.execution_id]) >= ends[each.execution_id]
        check(outlasted, f"the parent of {each.node_name} ended before it")


def attributes_of(owner: Any) -> dict[str, Any]:
    """Return what a class or module has now."""
    return {name: owner.__dict__[name] for name in owner.__dict__}


def unchanged(before: list[tuple[Any, dict[str, Any]]], after: list[tuple[Any, dict[str, Any]]]) -> None:
    """Fail where an attribute is another object than it was."""
    for (owner, former), (_, present) in zip(before, after, strict=True):
        changed = {name for name in former.keys() | present if former.get(name) is not present.get(name)}
        check(not changed, f"after uninstall() these attributes of {owner!r} are not what they were: {sorted(changed)}")


def raising_listeners() -> list[Listener]:
    """Return a listener for each event that fails when it is told of it, and of nothing else."""

    def fail(*_: object) -> None:
        raise Trouble

    return [
        type(f"Failing_{event}", (Listener,), {event: fail})() for event in vars(Listener) if event.startswith("on_")
    ]
