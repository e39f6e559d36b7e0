"""The graphs that benchmarks run: plain LangGraph, nothing of ours in it."""

from __future__ import annotations

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

NODES = 20
TEXT = "The quick brown fox jumps over the lazy dog. " * 20  # 900 characters


class State(TypedDict):
    """1 KB of state: a text, a few short fields, a list."""

    text: str
    count: int
    user: str
    route: list[str]


def first_state() -> dict[str, Any]:
    """Return a fresh 1 KB state."""
    return {"text": TEXT, "count": 0, "user": "ada", "route": ["start", "search", "answer"]}


def line_of_nodes(nodes: int = NODES) -> Any:
    """Compile a graph of so many nodes in a line, each of which returns the whole state."""

    def node(state: State) -> dict[str, Any]:
        return {"text": state["text"], "count": state["count"] + 1, "user": state["user"], "route": state["route"]}

    builder = StateGraph(State)
    names = [f"node_{number}" for number in range(nodes)]
    for name in names:
        builder.add_node(name, node)
    for before, after in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(before, after)
    return builder.compile()
