/** The way that a run took through a graph, up to one of its moves. */
import { count, duration } from "../../format";
import type { Tree } from "../../tree";
import { below, type GraphEdge, type GraphNode, type OneGraph } from "./layout";

export class Way {
  readonly #until: number;
  /** The edges that are taken just now. */
  readonly #now: GraphEdge[];

  /** A move of null stands for all moves. */
  constructor(
    readonly graph: OneGraph,
    readonly tree: Tree,
    readonly rows: Map<string, number[]>,
    move: number | null,
  ) {
    this.#until = move ?? graph.moves;
    this.#now = move === null ? [] : graph.edges.filter((edge) => edge.moves.includes(move));
  }

  /** How an edge is drawn, and the moves that took it. */
  edge(edge: GraphEdge): { look: "now" | "taken" | "untaken"; label: string } {
    const taken = edge.moves.filter((move) => move <= this.#until);
    const label = taken.length > 4 ? `${taken.slice(0, 3).join(", ")} … ${taken.length}×` : taken.join(", ");
    return { look: this.#now.includes(edge) ? "now" : taken.length > 0 ? "taken" : "untaken", label };
  }

  isNow = (node: GraphNode) => this.#now.some((edge) => edge.target === node.id);

  rowsOf = (node: GraphNode): number[] => this.rows.get(node.id) ?? [];

  usage = (node: GraphNode) => below(this.tree, this.rowsOf(node));

  /** The execution to select when a node is: each time the next of those that the node is. */
  next(node: GraphNode, selected: number): number | null {
    const rows = this.rowsOf(node);
    return rows.length === 0 ? null : rows[(rows.indexOf(selected) + 1) % rows.length];
  }

  /** What ran in a node, in a few words. */
  told(node: GraphNode): string {
    if (node.visits === 0) return "not visited";
    const { tokens, cost } = this.usage(node);
    const parts = [`${count(node.visits)}×`, duration(node.duration_ms), tokens && `${tokens} tok`, cost];
    return parts.filter(Boolean).join(" · ");
  }

  /** Where edges of a node lead, in words. */
  goesTo(node: GraphNode): string {
    return this.graph.edges
      .filter((edge) => edge.source === node.id)
      .map((edge) => `${edge.target}${edge.moves.length ? ` (${edge.moves.join(", ")})` : ""}`)
      .join("; ");
  }
}
