"""The topology of a compiled graph: as LangGraph draws it, and what the drawing leaves out.

A condition that does not say where it may lead may lead to any node, or to the end; so may a node that returns a
`Command` and does not say where that goes. Those edges are marked as assumed: readers show the ones that were taken.
"""

from __future__ import annotations

import hashlib
import inspect
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType

Edges = dict[tuple[str, str], dict[str, Any]]
START, END = "__start__", "__end__"


def likeness(graph: Any, name: str) -> str:
    """Return a text that graphs share which are built alike: drawing one anew for each request would cost too much."""
    builder = getattr(graph, "builder", None)
    edges = sorted(map(str, getattr(builder, "edges", ())))
    branches = sorted((start, sorted(ends)) for start, ends in getattr(builder, "branches", {}).items())
    inner = [(node, likeness(subgraph, node)) for node, subgraph in graph.get_subgraphs()]
    sending = sorted(_sending(builder))
    return str((name, list(graph.nodes), edges, branches, inner, sending, id(graph) if builder is None else 0))


def drawn(graph: Any, name: str) -> tuple[str, dict[str, Any]]:
    """Return id and topology of a compiled graph."""
    drawable = _drawable(graph)
    edges = {
        (edge.source, edge.target): {
            "source": edge.source,
            "target": edge.target,
            "conditional": bool(edge.conditional),
            "label": None if edge.data is None else str(edge.data),
        }
        for edge in drawable.edges
    }
    _Completion(edges, drawable.nodes).complete(graph, "")
    topology = {
        "name": name,
        "nodes": [_node(node) for node in drawable.nodes.values()],
        "edges": list(edges.values()),
    }
    digest = hashlib.sha256(msgspec.json.encode(topology)).hexdigest()
    return digest[:16], topology


def _drawable(graph: Any) -> Any:
    """Return LangGraph's drawing; without the insides where it fails: in 0.2 behind a subgraph of several ends."""
    try:
        return graph.get_graph(xray=True)
    except KeyError:
        return graph.get_graph()


def _node(node: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = node.metadata or {}
    return {"id": node.id, "name": node.name, **({"deferred": True} if metadata.get("defer") else {})}


class _Completion:
    """Adds to the edges of a drawing those that it leaves out, and all behind them."""

    def __init__(self, edges: Edges, nodes: dict[str, Any]) -> None:
        self._edges = edges
        self._nodes = nodes
        self._entered = {target for source, target in edges if _place_of(source) == _place_of(target)}
        self._left = {source for source, target in edges if _place_of(source) == _place_of(target)}

    def complete(self, graph: Any, prefix: str) -> None:
        """Complete a graph whose nodes have a prefix in the drawing, and its subgraphs."""
        for name, subgraph in graph.get_subgraphs():
            self.complete(subgraph, f"{prefix}{name}:")
        builder: Any = getattr(graph, "builder", None)
        unknown = {start for start, ends in getattr(builder, "branches", {}).items() if _leads_anywhere(ends)}
        unknown |= _sending(builder)
        if not unknown:
            return
        waited = ((start, end) for starts, end in builder.waiting_edges for start in starts)
        declared = {*builder.edges, *waited}
        for source, target in sorted(declared):  # the same in each process
            self._add(prefix, source, target, conditional=False)
        going_on = {source for source, _ in declared}.union(builder.branches)
        for source in (START, *builder.nodes):
            for target in (*builder.nodes, END) if source in unknown else ():
                if (source, target) not in declared:
                    self._add(prefix, source, target, conditional=True)
            if source not in going_on and source not in unknown and not builder.nodes[source].ends:
                self._add(prefix, source, END, conditional=False)

    def _add(self, prefix: str, source: str, target: str, *, conditional: bool) -> None:
        for begin in self._places(f"{prefix}{source}", self._left):
            for end in self._places(f"{prefix}{target}", self._entered):
                told: dict[str, Any] = {"source": begin, "target": end, "conditional": conditional, "label": None}
                known = self._edges.get((begin, end))
                if not conditional:
                    self._edges.setdefault((begin, end), told)
                elif known is None or not known["conditional"]:
                    self._edges[begin, end] = {**told, "assumed": True}

    def _places(self, name: str, inner: set[str]) -> Iterable[str]:
        """Return the nodes of the drawing that a node is; of a subgraph those where it begins, or ends."""
        if name in self._nodes or name == END:
            return (name,)
        return [node for node in self._nodes if node.startswith(f"{name}:") and node not in inner]


def _place_of(node: str) -> str:
    return node.rpartition(":")[0]


def _leads_anywhere(branches: dict[Any, Any]) -> bool:
    return any(getattr(branch, "ends", None) is None for branch in branches.values())


def _sending(builder: Any) -> set[str]:
    """Return the nodes that may return a `Command`, by what their functions name, and do not say where it goes."""
    nodes: dict[str, Any] = getattr(builder, "nodes", {})
    return {name for name, node in nodes.items() if not getattr(node, "ends", None) and _names_commands(node)}


def _names_commands(node: Any) -> bool:
    runnable = getattr(node, "runnable", None)
    functions = (getattr(runnable, name, None) for name in ("func", "afunc"))
    codes = (getattr(inspect.unwrap(each), "__code__", None) for each in functions if inspect.isroutine(each))
    return any("Command" in names for code in codes if code is not None for names in _names_in(code))


def _names_in(code: CodeType) -> Iterator[tuple[str, ...]]:
    """Yield the names in a function, and in those that are defined within."""
    yield code.co_names
    yield code.co_freevars
    for inner in code.co_consts:
        if inspect.iscode(inner):
            yield from _names_in(inner)
