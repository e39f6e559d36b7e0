/** The graph that the agent is, and the way this run took through it. */
import { useMemo, useState } from "preact/hooks";
import { count, duration } from "../format";
import { Copy, Empty, Failure, Loading, Mark, toneOf } from "../parts";
import { useFetched } from "../source";
import { below, type GraphNode, HIGH, laidOut, type OneGraph, rowsByNode, WIDE } from "./layout";
import type { RunState } from "./state";

const MOST_NODES = 300;
export function Graph({ state }: { state: RunState }) {
  const { run, tree } = state;
  const { value, problem } = useFetched<{ graphs: OneGraph[]; mermaid: string }>(
    `runs/${run.request_id}/graph`,
    `${run.status} ${tree.count}`,
  );
  const [which, setWhich] = useState(0);
  const [move, setMove] = useState<number | null>(null);
  const graph = value?.graphs[Math.min(which, (value?.graphs.length ?? 1) - 1)] ?? null;
  const laid = useMemo(() => (graph && graph.nodes.length <= MOST_NODES ? laidOut(graph) : null), [graph]);
  const rows = useMemo(() => (graph ? rowsByNode(tree, graph) : new Map<string, number[]>()), [tree, graph]);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the graph" />;
  if (graph === null) return <Empty title="Nothing ran yet" />;
  const until = move ?? graph.moves;
  const told = (node: GraphNode) => below(tree, rows.get(node.id) ?? []);
  const nowEdges = move === null ? [] : graph.edges.filter((edge) => edge.moves.includes(move));
  const now = new Set(nowEdges.map((edge) => edge.target));
  const pick = (node: GraphNode) => {
    const found = rows.get(node.id) ?? [];
    if (found.length === 0) return;
    state.select(found[(found.indexOf(state.selected) + 1) % found.length]);
  };
  return (
    <>
      <div class="toolbar">
        {value.graphs.length > 1 && (
          <select
            class="field"
            aria-label="Graph"
            value={String(which)}
            onChange={(event) => {
              setWhich(Number(event.currentTarget.value));
              setMove(null);
            }}
          >
            {value.graphs.map((each, at) => (
              <option key={at} value={String(at)}>
                {each.name} ({each.nodes.length} nodes)
              </option>
            ))}
          </select>
        )}
        <span class="dim">
          {graph.is_recorded ? "The recorded topology" : "No topology was recorded: who ran what"}
        </span>
        <span class="grow" />
        {graph.moves > 0 && (
          <label class="mark">
            <span class="dim">Move</span>
            <input
              type="range"
              min={0}
              max={graph.moves}
              value={until}
              aria-valuetext={move === null ? "all" : `${until} of ${graph.moves}`}
              onInput={(event) => setMove(Number(event.currentTarget.value))}
            />
            <span class="num" style={{ minWidth: "52px" }}>
              {until} of {graph.moves}
            </span>
          </label>
        )}
        {move !== null && (
          <button type="button" class="button" onClick={() => setMove(null)}>
            All
          </button>
        )}
        <Copy text={value.mermaid} label="Copy as Mermaid" />
      </div>
      <div class="graph" tabIndex={0} role="region" aria-label="Graph">
        {laid === null ? (
          <p class="pad dim">Too many nodes to draw; the table has them all.</p>
        ) : (
          <svg
            width={laid.width}
            height={laid.height}
            viewBox={`0 0 ${laid.width} ${laid.height}`}
            style={{ display: "block", margin: "0 auto" }}
          >
            <defs>
              {["taken", "untaken", "now"].map((kind) => (
                <marker
                  key={kind}
                  id={`tip-${kind}`}
                  viewBox="0 0 8 8"
                  refX="7"
                  refY="4"
                  markerWidth="7"
                  markerHeight="7"
                  orient="auto-start-reverse"
                >
                  <path
                    d="M0 0l8 4-8 4z"
                    style={{
                      fill: kind === "now" ? "var(--accent)" : kind === "taken" ? "var(--text-2)" : "var(--line-2)",
                    }}
                  />
                </marker>
              ))}
            </defs>
            {laid.frames.map((frame) => (
              <g class="frame" key={frame.id}>
                <rect x={frame.x} y={frame.y} width={frame.width} height={frame.height} rx="6" />
                <text class="sub" x={frame.x + 8} y={frame.y + 15}>
                  {frame.label}
                </text>
              </g>
            ))}
            {laid.edges.map(({ edge, path, middle }) => {
              const taken = edge.moves.filter((each) => each <= until);
              const style = nowEdges.includes(edge) ? "now" : taken.length > 0 ? "taken" : "untaken";
              const label = taken.length > 4 ? `${taken.slice(0, 3).join(", ")} … ${taken.length}×` : taken.join(", ");
              return (
                <g key={JSON.stringify([edge.source, edge.target])}>
                  <path class={`edge ${style}`} d={path} marker-end={`url(#tip-${style})`} />
                  {label && (
                    <g class="order" transform={`translate(${middle.x} ${middle.y})`}>
                      <rect x={-(label.length * 3.2 + 6)} y="-9" width={label.length * 6.4 + 12} height="18" rx="9" />
                      <text text-anchor="middle" y="4">
                        {label}
                      </text>
                    </g>
                  )}
                </g>
              );
            })}
            {laid.nodes.map(({ node, x, y }) => {
              const end = node.id === "__start__" || node.id === "__end__";
              const look = end ? "" : node.visits === 0 ? "unvisited" : toneOf(node.status);
              const usage = told(node);
              const picked = (rows.get(node.id) ?? []).includes(state.selected);
              const what = end
                ? ""
                : node.visits === 0
                  ? "not visited"
                  : [
                      `${count(node.visits)}×`,
                      duration(node.duration_ms),
                      usage.tokens && `${usage.tokens} tok`,
                      usage.cost,
                    ]
                      .filter(Boolean)
                      .join(" · ");
              return (
                <g
                  key={node.id}
                  class={`box ${look} ${now.has(node.id) ? "now" : ""} ${picked ? "picked" : ""}`}
                  transform={`translate(${x - (end ? 36 : WIDE / 2)} ${y - (end ? 14 : HIGH / 2)})`}
                  role="button"
                  tabIndex={end ? undefined : 0}
                  aria-label={`${node.label}, ${what}`}
                  onClick={() => pick(node)}
                  onKeyDown={(event) => {
                    if (event.key === "Enter" || event.key === " ") {
                      event.preventDefault();
                      pick(node);
                    }
                  }}
                >
                  <title>
                    {node.id}
                    {what ? `: ${what}` : ""}
                  </title>
                  <rect width={end ? 72 : WIDE} height={end ? 28 : HIGH} rx={end ? 14 : 5} />
                  <text
                    x={end ? 36 : WIDE / 2}
                    y={end ? 18 : 19}
                    text-anchor="middle"
                    style={{ fontWeight: end ? "400" : "600" }}
                  >
                    {cutTo(end ? node.label.replaceAll("_", "") : node.label, 22)}
                  </text>
                  {!end && (
                    <text class="sub" x={WIDE / 2} y="36" text-anchor="middle">
                      {what}
                    </text>
                  )}
                </g>
              );
            })}
          </svg>
        )}
        <details class="pad">
          <summary>As a table</summary>
          <table class="table">
            <thead>
              <tr>
                <th>Node</th>
                <th>Status</th>
                <th class="num">Visits</th>
                <th class="num">Time</th>
                <th class="num">Tokens</th>
                <th class="num">Cost</th>
                <th>Goes to</th>
              </tr>
            </thead>
            <tbody>
              {graph.nodes.map((node) => {
                const usage = told(node);
                return (
                  <tr key={node.id}>
                    <td>{node.id}</td>
                    <td>{node.status ? <Mark status={node.status} text /> : <span class="dim">not visited</span>}</td>
                    <td class="num">{count(node.visits)}</td>
                    <td class="num">{node.visits ? duration(node.duration_ms) : ""}</td>
                    <td class="num">{usage.tokens}</td>
                    <td class="num">{usage.cost}</td>
                    <td>
                      {graph.edges
                        .filter((edge) => edge.source === node.id)
                        .map((edge) => `${edge.target}${edge.moves.length ? ` (${edge.moves.join(", ")})` : ""}`)
                        .join("; ")}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </details>
      </div>
    </>
  );
}

const cutTo = (text: string, chars: number) => (text.length > chars ? `${text.slice(0, chars - 1)}…` : text);
