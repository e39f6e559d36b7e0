/** Where the nodes of a graph stand, and which executions each of them is. */
import dagre from "@dagrejs/dagre";
import { allMissing, atLeast, few, totalCost } from "../../format";
import type { Missing } from "../../model";
import type { Tree } from "../../tree";

export interface GraphNode {
  id: string;
  label: string;
  frames: string[];
  visits: number;
  duration_ms: number;
  status: string | null;
}

export interface GraphEdge {
  source: string;
  target: string;
  conditional: boolean;
  moves: number[];
}

export interface OneGraph {
  name: string;
  is_recorded: boolean;
  nodes: GraphNode[];
  edges: GraphEdge[];
  moves: number;
}

export const [WIDE, HIGH] = [168, 46];
export const [END_WIDE, END_HIGH] = [72, 28];

export const isEnd = (node: GraphNode) => node.id === "__start__" || node.id === "__end__";

/** Executions by the node of the graph that they are. */
export function rowsByNode(tree: Tree, graph: OneGraph): Map<string, number[]> {
  const known = new Set(graph.nodes.map((node) => node.id));
  const found = new Map<string, number[]>();
  for (let row = 0; row < tree.count; row++) {
    let id = tree.name(row);
    if (graph.is_recorded) {
      if (tree.kind(row) !== "node") continue;
      const names = [...tree.above(row), row].filter((each) => tree.kind(each) === "node").map(tree.name);
      // A graph inside another framework's node has names of its own.
      while (names.length > 0 && !known.has(names.join(":"))) names.shift();
      id = names.join(":");
    }
    if (!known.has(id)) continue;
    const rows = found.get(id);
    if (rows) rows.push(row);
    else found.set(id, [row]);
  }
  return found;
}

/** Tokens and cost of executions and of all below them: of calls inside one another the outermost that tells. */
export function below(tree: Tree, roots: number[]) {
  let [tokens, price] = [0, 0];
  const lacks: { missing: Missing | null }[] = [];
  const waiting = [...roots];
  while (waiting.length > 0) {
    const row = waiting.pop()!;
    const own = tree.tokens(row);
    if (own !== null) {
      tokens += own;
      price += tree.columns.cost_usd[row] ?? 0;
    } else waiting.push(...tree.children(row));
    if (own !== null || !tree.hasChildren(row)) lacks.push({ missing: tree.missing(row) });
  }
  const missing = allMissing(lacks);
  return {
    tokens: tokens ? atLeast(few(tokens), missing.tokens) : "",
    cost: price ? totalCost({ cost_usd: price, missing }) : "",
  };
}

/**
 * The library keeps nodes in plain objects: under names of the user's, `constructor` among them, it would find
 * its own.
 */
class Ids {
  readonly #known = new Map<string, string>();
  of(name: string): string {
    const id = this.#known.get(name) ?? `#${this.#known.size}`;
    this.#known.set(name, id);
    return id;
  }
}

interface Frame {
  id: string;
  label: string;
}

export const sizeOf = (node: GraphNode) =>
  isEnd(node) ? { width: END_WIDE, height: END_HIGH } : { width: WIDE, height: HIGH };

export type Laid = ReturnType<typeof laidOut>;

export function laidOut(graph: OneGraph) {
  const drawn = new dagre.graphlib.Graph({ compound: true, multigraph: false });
  drawn.setGraph({ rankdir: "TB", nodesep: 32, ranksep: 20, edgesep: 20, marginx: 24, marginy: 20 });
  drawn.setDefaultEdgeLabel(() => ({}));
  const ids = new Ids();
  const frames = withNodes(drawn, graph, ids);
  const edges = withEdges(drawn, graph, ids);
  dagre.layout(drawn);
  const { width = 0, height = 0 } = drawn.graph();
  return {
    width,
    height,
    nodes: graph.nodes.map((node) => ({ node, ...drawn.node(ids.of(node.id)) })),
    frames: frames.map(({ id, label }) => {
      const { x, y, width, height } = drawn.node(id);
      return { id, label, x: x - width / 2, y: y - height / 2, width, height };
    }),
    edges: edges.map((edge) => {
      const { points } = drawn.edge(ids.of(edge.source), ids.of(edge.target));
      return { edge, path: curve(points), middle: points[Math.floor(points.length / 2)] };
    }),
  };
}

/** Put the nodes of a graph into a drawing, each into its frames; return the frames. */
function withNodes(drawn: dagre.graphlib.Graph, graph: OneGraph, ids: Ids): Frame[] {
  const frameIds = new Ids();
  const frames = new Map<string, Frame>();
  for (const node of graph.nodes) {
    drawn.setNode(ids.of(node.id), sizeOf(node));
    let parent = "";
    for (const [at, label] of node.frames.entries()) {
      const id = `frame${frameIds.of(JSON.stringify(node.frames.slice(0, at + 1)))}`;
      if (!frames.has(id)) {
        frames.set(id, { id, label });
        drawn.setNode(id, { paddingTop: 20 });
        if (parent) drawn.setParent(id, parent);
      }
      parent = id;
    }
    if (parent) drawn.setParent(ids.of(node.id), parent);
  }
  return [...frames.values()];
}

/** Put the edges between known nodes into a drawing, with room for the numbers of moves; return them. */
function withEdges(drawn: dagre.graphlib.Graph, graph: OneGraph, ids: Ids): GraphEdge[] {
  const known = new Set(graph.nodes.map((node) => node.id));
  const edges = graph.edges.filter((edge) => known.has(edge.source) && known.has(edge.target));
  for (const { source, target, moves } of edges) {
    const [width, height] = moves.length ? [36, 18] : [0, 0];
    drawn.setEdge(ids.of(source), ids.of(target), { width, height, labelpos: "c" });
  }
  return edges;
}

/** A smooth line through points. */
export function curve(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  let path = `M${first.x} ${first.y}`;
  for (let at = 0; at < rest.length - 1; at++) {
    const [here, after] = [rest[at], rest[at + 1]];
    const end = at === rest.length - 2 ? after : { x: (here.x + after.x) / 2, y: (here.y + after.y) / 2 };
    path += `Q${here.x} ${here.y} ${end.x} ${end.y}`;
  }
  return rest.length === 1 ? `${path}L${rest[0].x} ${rest[0].y}` : path;
}
