"""A graph and the path taken, as a Mermaid flowchart: GitHub and many editors draw it.

Taken edges are solid and numbered in the order of the moves, others dotted.
"""

from collections.abc import Iterable, Iterator

from gradient.analysis.forest import Document
from gradient.analysis.quantities import duration
from gradient.analysis.routes import END, START, Route, routes

_MOST_NUMBERS = 5
_COLOURS = {
    "completed": "fill:#d3f9d8,stroke:#2b8a3e,color:#000",
    "error": "fill:#ffe3e3,stroke:#c92a2a,color:#000",
    "unfinished": "fill:#fff3bf,stroke:#e67700,color:#000",
    "unvisited": "fill:#f1f3f5,stroke:#adb5bd,color:#868e96",
}


def mermaid(document: Document) -> str:
    """Return the graphs of a run, each as a flowchart."""
    return "\n".join("\n".join(_flowchart(route)) + "\n" for route in routes(document))


def flowcharts(documents: Iterable[Document]) -> Iterator[bytes]:
    """Yield the graphs of runs."""
    for document in documents:
        yield mermaid(document).encode()


def _flowchart(route: Route) -> Iterator[str]:
    yield f"%% {_text(route.name)}"
    yield "flowchart TD"
    names = {node: f"n{number}" for number, node in enumerate(route.nodes)}
    yield from _nodes(route, names)
    for (source, target), conditional in route.edges.items():
        if source not in names or target not in names:
            continue
        moves = route.taken.get((source, target))
        arrow = f'-->|"{_moves(moves)}"|' if moves else "-.->" if conditional else "-.-"
        yield f"    {names[source]} {arrow} {names[target]}"
    for status, style in _COLOURS.items():
        yield f"    classDef {status} {style}"


def _nodes(route: Route, names: dict[str, str]) -> Iterator[str]:
    """Yield the nodes; those of subgraphs in a frame of their own."""
    inside: list[str] = []
    opened = 0
    # Nodes of a subgraph need not stand together in the topology, but their frame is drawn once.
    for node in sorted(route.nodes, key=lambda node: route.place(node)[0]):
        frames, _ = route.place(node)
        while inside != frames[: len(inside)]:
            inside.pop()
            yield "    " * (len(inside) + 1) + "end"
        while len(inside) < len(frames):
            inside.append(frames[len(inside)])
            opened += 1
            yield "    " * len(inside) + f'subgraph s{opened}["{_text(inside[-1])}"]'
        yield "    " * (len(inside) + 1) + _node(route, node, names[node])
    while inside:
        inside.pop()
        yield "    " * (len(inside) + 1) + "end"


def _node(route: Route, node: str, name: str) -> str:
    if node in (START, END):
        return f'{name}(["{"start" if node == START else "end"}"])'
    visits = route.visits.get(node)
    label = _text(route.place(node)[1])
    if visits is None or visits.status is None:
        return f'{name}["{label}"]{":::unvisited" if node != route.name else ""}'
    style = visits.status if visits.status in _COLOURS else "unfinished"
    return f'{name}["{label}<br/>{visits.count}x, {duration(visits.duration_ms).strip()}"]:::{style}'


def _moves(moves: list[int]) -> str:
    shown = ", ".join(map(str, moves[:_MOST_NUMBERS]))
    return shown if len(moves) <= _MOST_NUMBERS else f"{shown}, ... ({len(moves)}x)"


def _text(text: str) -> str:
    """Return a text that means nothing to Mermaid."""
    codes = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;"}
    return "".join(codes.get(char, char) if char.isprintable() else " " for char in text)
