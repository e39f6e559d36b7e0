"""The graph that an agent is, drawn as text: each node with the edges that leave it, those that were taken numbered."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gradient.analysis.routes import START, Edge, Route, routes
from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell, Row, table
from gradient.cli.drawing.signs import Signs, colour

_MOST_MOVES = 8
_MOST_GROUPS = 60
_NEVER = 10**9  # comes after every move


def graph_rows(document: dict[str, Any], signs: Signs) -> Iterator[Row]:
    """Draw the graphs of a run, and the path that it took.

    Args:
        document: A `gradient.run/1`.
        signs: What to draw with.
    """
    found = routes(document)
    if not found:
        yield [Cell("Nothing ran, so there is no graph.", "dim")]
    for number, route in enumerate(found):
        if number:
            yield []
        yield _heading(route)
        for path in route.paths:
            yield [Cell("  path  ", "dim"), Cell(_path(path, signs))]
        yield []
        yield from table(list(_node_rows(route, signs)), right=(2, 3))


def _heading(route: Route) -> Row:
    taken = sum(bool(route.taken.get(edge)) for edge in route.edges)
    about = f"  {len(route.nodes)} nodes, {taken} of {len(route.edges)} edges taken"
    told = about if route.is_recorded else "  no graph was recorded: this is who ran what"
    return [Cell(formats.one_line(route.name), "bold"), Cell(told, "dim")]


def _path(path: list[Counter[str]], signs: Signs) -> str:
    """Return the nodes in the order of their visits; what ran at the same time stands in parentheses."""
    groups = [_group(group) for group in path[:_MOST_GROUPS]]
    if len(path) > _MOST_GROUPS:
        groups.append(f"{signs.ellipsis} {len(path) - _MOST_GROUPS:,} more")
    return f" {signs.arrow} ".join(groups) or "no node ran"


def _group(group: Counter[str]) -> str:
    told = [formats.one_line(name) + (f" x{number}" if number > 1 else "") for name, number in group.items()]
    return told[0] if len(told) == 1 else f"({', '.join(told)})"


def _node_rows(route: Route, signs: Signs) -> Iterator[list[Cell]]:
    """Yield a row for each node and each of its edges, in the order in which the nodes were reached."""
    for node in _in_order_of_visit(route):
        visits = route.visits.get(node)
        status = None if visits is None else visits.status
        name = _label(route, node, signs)
        if visits is None or status is None:
            style = "bold" if node == START else "dim"
            yield [Cell(signs.dot, "dim"), Cell(name, style), Cell(""), Cell(""), Cell("")]
        else:
            took = formats.duration(visits.duration_ms, ascii_only=signs.ascii_only)
            mark = Cell(signs.mark(status), colour(status))
            yield [mark, Cell(name, "bold"), Cell(f"{visits.count:,}x"), Cell(took), Cell("")]
        leaving = [edge for edge in route.edges if edge[0] == node]
        edges = sorted(leaving, key=lambda edge: _moves(route, edge) or [_NEVER])
        for edge in edges:
            last = edge is edges[-1]
            yield _edge_row(route, edge, signs.last if last else signs.branch, signs)


def _edge_row(route: Route, edge: Edge, lead: str, signs: Signs) -> list[Cell]:
    moves = _moves(route, edge)
    shown = ", ".join(map(str, moves[:_MOST_MOVES])) + (f", {signs.ellipsis}" if len(moves) > _MOST_MOVES else "")
    target = f"  {lead.rstrip()}{signs.arrow} {_label(route, edge[1], signs)}"
    told = f"move {shown}" if moves else "not taken"
    return [Cell(""), Cell(target, "" if moves else "dim"), Cell(""), Cell(""), Cell(told, "cyan" if moves else "dim")]


def _moves(route: Route, edge: Edge) -> list[int]:
    return route.taken.get(edge, [])


def _label(route: Route, node: str, signs: Signs) -> str:
    frames, name = route.place(node)
    return f" {signs.arrow} ".join(map(formats.one_line, [*frames, name]))


def _in_order_of_visit(route: Route) -> list[str]:
    """Return the nodes as they were reached first; those that were not stand at the end, as in the topology."""
    reached: dict[str, int] = {START: 0} if route.is_recorded else {route.name: 0}
    for (_, target), moves in route.taken.items():
        reached[target] = min([reached.get(target, moves[0]), *moves])
    return sorted(route.nodes, key=lambda node: reached.get(node, _NEVER if node not in route.visits else 0))
