"""Runs as plain nested data, to be compared with what a test expects.

    ("request", "my_agent", "completed", [
        ("graph", "LangGraph", "completed", [
            ("node", "planner", "completed", [])])])

Each is a kind, a name, a status, and the children in the order in which they began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradient.runtime.execution import NodeExecution

Tree = tuple[str, str, str, list[Any]]


def forest(executions: Iterable[NodeExecution]) -> list[Tree]:
    """Return executions as trees; one whose parent is not among them is a root, and so is not lost."""
    return _grown(
        (execution.execution_id, execution.parent_id, execution.kind, execution.node_name, execution.status)
        for execution in executions
    )


def document_tree(run: dict[str, Any]) -> Tree:
    """Return a `gradient.run/1` document as a tree; its root is the request."""
    told = run["executions"]
    grown = _grown(
        (each["execution_id"], each["parent_id"], each["kind"], each["name"], each["status"]) for each in told
    )
    return ("request", run["entrypoint"], run["status"], grown)


def _grown(rows: Iterable[tuple[Any, Any, str, str, str]]) -> list[Tree]:
    trees: dict[Any, Tree] = {}
    parents: dict[Any, Any] = {}
    for own_id, parent_id, kind, name, status in rows:
        trees[own_id] = (kind, name, status, [])
        parents[own_id] = parent_id
    roots: list[Tree] = []
    for own_id, tree in trees.items():
        above = trees.get(parents[own_id])
        (roots if above is None else above[3]).append(tree)
    return roots
