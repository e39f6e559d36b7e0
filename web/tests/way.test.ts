/** The way that a run took through a graph. */
import { expect, test } from "vitest";
import type { GraphEdge, GraphNode, OneGraph } from "../src/run/graph/layout";
import { Way } from "../src/run/graph/way";
import { tree } from "./support";

const node = (id: string, visits = 1): GraphNode => ({
  id,
  label: id,
  frames: [],
  visits,
  duration_ms: 1500,
  status: "completed",
});
const edge = (source: string, target: string, ...moves: number[]): GraphEdge => ({
  source,
  target,
  conditional: false,
  moves,
});
const [ASK, TOOLS, NEVER] = [node("ask", 2), node("tools"), node("never", 0)];
const EDGES = [edge("ask", "tools", 1, 3), edge("tools", "ask", 2), edge("ask", "never")];
const GRAPH: OneGraph = { name: "agent", is_recorded: true, nodes: [ASK, TOOLS, NEVER], edges: EDGES, moves: 3 };
const RUN = tree({ id: "a", tokens: 10 }, { id: "b" }, { id: "c", tokens: 5 });
const ROWS = new Map([
  ["ask", [0, 2]],
  ["tools", [1]],
]);
const way = (move: number | null) => new Way(GRAPH, RUN, ROWS, move);

test("an edge says which moves took it", () => {
  expect(EDGES.map((one) => way(null).edge(one))).toEqual([
    { look: "taken", label: "1, 3" },
    { look: "taken", label: "2" },
    { look: "untaken", label: "" },
  ]);
});

test("at a move later ones were not yet taken, and the one that is taken leads to the node that is now", () => {
  expect(EDGES.map((one) => way(2).edge(one).look)).toEqual(["taken", "now", "untaken"]);
  expect([ASK, TOOLS, NEVER].map(way(2).isNow)).toEqual([true, false, false]);
  expect(way(0).edge(EDGES[0])).toEqual({ look: "untaken", label: "" });
});

test("many moves are told as the first three and how many they are", () => {
  expect(way(null).edge(edge("ask", "ask", 1, 2, 3, 3, 3)).label).toBe("1, 2, 3 … 5×");
});

test("each click on a node selects the next execution of it", () => {
  expect([way(null).next(ASK, -1), way(null).next(ASK, 0), way(null).next(ASK, 2)]).toEqual([0, 2, 0]);
  expect(way(null).next(NEVER, 0)).toBeNull();
});

test("a node tells its visits, its time and its tokens", () => {
  expect(way(null).told(ASK)).toBe("2× · 1.50 s · 15 tok");
  expect(way(null).told(NEVER)).toBe("not visited");
});

test("a node tells where it leads to, and by which moves", () => {
  expect(way(null).goesTo(ASK)).toBe("tools (1, 3); never");
});
