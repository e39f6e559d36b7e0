"""The graph that an agent is, and the way a run took through it.

The topology is what the framework recorded, so it also shows where the run did not go. Nodes of a subgraph have ids
such as `itinerary:draft`. Which edges were taken follows from which steps followed each other. A run without a recorded
graph has the graph of its calls: who ran what.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from gradient.analysis.forest import Document, Execution, Forest, end_ms, together
from gradient.analysis.values import is_list
from gradient.journal.vocabulary import outcome_of

START, END = "__start__", "__end__"
Edge = tuple[str, str]


@dataclass(slots=True)
class Visits:
    """What became of a node in a run.

    Attributes:
        count: How often it ran.
        duration_ms: How long in all, as far as that is known.
        status: The worst it ended with; None while it was not visited.
    """

    count: int = 0
    duration_ms: float = 0
    status: str | None = None

    def add(self, execution: Execution) -> None:
        """Count one more execution."""
        self.count += 1
        self.duration_ms += execution["duration_ms"] or 0
        status = execution["status"]
        if self.status is None or outcome_of(status).badness > outcome_of(self.status).badness:
            self.status = status


@dataclass(slots=True)
class Route:
    """A graph, and the way through it.

    Attributes:
        name: What the graph is called.
        is_recorded: Whether a framework told the topology; else it is the graph of the calls.
        nodes: Ids of its nodes, in the order of the topology.
        edges: Its edges; True for those that are taken under a condition.
        visits: What became of each node; start and end are not counted.
        taken: For each edge that was taken the numbers of the moves that took it, counted from 1.
        paths: For each run of the graph the nodes it visited: groups of what ran at the same time.
    """

    name: str
    is_recorded: bool
    nodes: list[str]
    edges: dict[Edge, bool]
    visits: defaultdict[str, Visits] = field(default_factory=lambda: defaultdict(Visits))
    taken: defaultdict[Edge, list[int]] = field(default_factory=lambda: defaultdict(list))
    paths: list[list[Counter[str]]] = field(default_factory=list[list[Counter[str]]])

    def place(self, node: str) -> tuple[list[str], str]:
        """Return the subgraphs that a node is inside of, outermost first, and its own name."""
        *frames, name = node.split(":") if self.is_recorded else [node]
        return frames, name


class _Step(NamedTuple):
    """Nodes that ran at the same time: those that were entered and those that were left, which subgraphs tell apart."""

    begins_ms: float
    entered: list[str]
    left: list[str]
    waited: bool
    numbered: bool


def routes(run: Document) -> list[Route]:
    """Return the graphs of a run, outermost first; subgraphs that their graph contains are not told again."""
    forest = Forest(run)
    found: list[Route] = []
    inside: set[str] = set()
    for graph in run["graphs"]:
        walker = _Walker(graph, forest, inside)
        for execution in run["executions"]:
            is_run = execution["kind"] == "graph" and execution["metadata"].get("graph_id") == graph["graph_id"]
            if is_run and execution["execution_id"] not in inside:
                walker.follow(execution)
        if walker.route.paths:
            found.append(walker.finished())
    return found or ([_calls(run, forest)] if run["executions"] else [])


class _Walker:
    """Follows runs of one graph."""

    def __init__(self, graph: dict[str, Any], forest: Forest, inside: set[str]) -> None:
        told = {(edge["source"], edge["target"]): edge for edge in graph["edges"]}
        # Where a condition does not say where it may lead, it may lead anywhere: told of are the edges that it took.
        self._assumed = {edge for edge, one in told.items() if one.get("assumed")}
        edges = {edge: bool(one.get("conditional")) for edge, one in told.items() if edge not in self._assumed}
        self._deferred = {node["id"] for node in graph["nodes"] if node.get("deferred")}
        self.route = Route(graph["name"] or "graph", True, [node["id"] for node in graph["nodes"]], edges)
        self._forest = forest
        self._inside = inside
        self._moves: list[tuple[float, list[Edge]]] = []

    def follow(self, graph: Execution) -> None:
        """Follow one run of the graph, from its start to its end or to where it stopped."""
        self.route.paths.append([])
        steps = self._steps(graph, "")
        if steps:
            self._move(steps[0].begins_ms, [START], steps[0].entered)
            if graph["status"] == "completed":
                self._move(end_ms(graph), steps[-1].left, [END])

    def finished(self) -> Route:
        """Number the moves in the order of their times; those at the same time in the order in which they were seen."""
        for number, (_, edges) in enumerate(sorted(self._moves, key=lambda move: move[0]), 1):
            for edge in edges:
                self.route.taken[edge].append(number)
        return self.route

    def _steps(self, graph: Execution, prefix: str) -> list[_Step]:
        """Return the steps of a graph, or of a subgraph whose nodes have a prefix, and note its moves."""
        steps: list[_Step] = []
        for group in together(self._forest.children(graph)):
            entered: list[str] = []
            left: list[str] = []
            names: Counter[str] = Counter()
            for node in group:
                first, last = self._visit(node, prefix)
                names[node["name"]] += bool(first)
                entered += first
                left += last
            if not entered:
                continue
            if not prefix:
                self.route.paths[-1].append(+names)
            joins = any(str(trigger).startswith("join:") for node in group for trigger in _triggers(node))
            numbered = group[0]["metadata"].get("step") is not None
            steps.append(_Step(group[0]["start_offset_ms"], entered, left, joins, numbered))
            self._arrive(steps)
        return steps

    def _visit(self, node: Execution, prefix: str) -> tuple[list[str], list[str]]:
        """Return the nodes of the topology that a node is entered and left by."""
        node_id = f"{prefix}{node['name']}"
        if node_id in self.route.nodes:
            self.route.visits[node_id].add(node)
            return [node_id], [node_id]
        if not any(each.startswith(f"{node_id}:") for each in self.route.nodes):
            return [], []
        steps: list[_Step] = []
        for subgraph in self._graphs_below(node):
            self._inside.add(subgraph["execution_id"])
            steps += self._steps(subgraph, f"{node_id}:")
        return self._through(node, node_id, steps) if steps else ([], [])

    def _through(self, node: Execution, node_id: str, steps: Sequence[_Step]) -> tuple[list[str], list[str]]:
        """Return what a subgraph is entered and left by: its start and end, where the topology has them."""
        start, end = f"{node_id}:{START}", f"{node_id}:{END}"
        entered, left = steps[0].entered, steps[-1].left
        if start in self.route.nodes and self._move(steps[0].begins_ms, [start], entered) != entered:
            entered = [start]
        if end in self.route.nodes and not self._move(end_ms(node), left, [end]):
            left = [end]
        return entered, left

    def _graphs_below(self, node: Execution) -> Iterator[Execution]:
        """Yield the graphs that a node runs, without those that run in these."""
        waiting = self._forest.children(node)
        while waiting:
            yield from (each for each in waiting if each["kind"] == "graph")
            waiting = [child for each in waiting if each["kind"] != "graph" for child in self._forest.children(each)]

    def _arrive(self, steps: Sequence[_Step]) -> None:
        """Note the moves to the last step: from the one before, or for a node that waits, from wherever an edge leads.

        Where steps have no numbers, any node may have waited. Where they have, a node that no edge leads to was sent
        for by one of the step before, which no topology tells.
        """
        *before, here = steps
        if here.waited:
            self._move(here.begins_ms, [node for step in before for node in step.left], here.entered)
            return
        entered, left = here.entered, before[-1].left if before else []
        rest = self._move(here.begins_ms, left, entered)
        for step in reversed(before[:-1]):
            waiting = [node for node in rest if node in self._deferred or not here.numbered]
            late = self._move(here.begins_ms, step.left, waiting)
            rest = [node for node in rest if node not in waiting or node in late]
        if here.numbered:
            self._assumed.update(product(left, rest))
            self._move(here.begins_ms, left, rest)

    def _move(self, at_ms: float, left: Iterable[str], entered: Sequence[str]) -> list[str]:
        """Note that a run left some nodes and entered others; return those to which no edge leads."""
        pairs = product(dict.fromkeys(left), dict.fromkeys(entered))
        edges = [edge for edge in pairs if edge in self.route.edges or edge in self._assumed]
        if edges:
            self.route.edges.update((edge, True) for edge in edges if edge in self._assumed)
            self._moves.append((at_ms, edges))
        reached = {target for _, target in edges}
        return [node for node in entered if node not in reached]


def _triggers(node: Execution) -> Sequence[Any]:
    triggers = node["metadata"].get("triggers")
    return triggers if is_list(triggers) else ()


def _calls(run: Document, forest: Forest) -> Route:
    """Return the graph of who ran what."""
    entrypoint = run["entrypoint"] or "request"
    route = Route(entrypoint, False, [entrypoint], {})
    for move, (_, execution) in enumerate(forest.walk(), 1):
        node_id = execution["name"]
        if node_id not in route.visits and node_id != entrypoint:
            route.nodes.append(node_id)
        route.visits[node_id].add(execution)
        parent = forest.by_id.get(execution["parent_id"])
        edge = (entrypoint if parent is None else parent["name"], node_id)
        route.edges[edge] = False
        route.taken[edge].append(move)
    return route
