/** A graph as a drawing. */
import { toneOf } from "../../parts";
import type { RunState } from "../state";
import { END_HIGH, END_WIDE, HIGH, isEnd, type Laid, sizeOf, WIDE } from "./layout";
import type { Way } from "./way";

const TIPS = { taken: "var(--text-2)", untaken: "var(--line-2)", now: "var(--accent)" };
const LABEL_CHARS = 22;

export const Drawing = ({ laid, way, state }: { laid: Laid; way: Way; state: RunState }) => (
  <svg
    width={laid.width}
    height={laid.height}
    viewBox={`0 0 ${laid.width} ${laid.height}`}
    style={{ display: "block", margin: "0 auto" }}
  >
    <defs>
      {Object.entries(TIPS).map(([look, fill]) => (
        <Tip key={look} look={look} fill={fill} />
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
    {laid.edges.map((drawn) => (
      <Edge key={JSON.stringify([drawn.edge.source, drawn.edge.target])} drawn={drawn} way={way} />
    ))}
    {laid.nodes.map((drawn) => (
      <Box key={drawn.node.id} drawn={drawn} way={way} state={state} />
    ))}
  </svg>
);

/** The tip of an arrow. */
const Tip = ({ look, fill }: { look: string; fill: string }) => (
  <marker
    id={`tip-${look}`}
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="7"
    markerHeight="7"
    orient="auto-start-reverse"
  >
    <path d="M0 0l8 4-8 4z" style={{ fill }} />
  </marker>
);

function Edge({ drawn: { edge, path, middle }, way }: { drawn: Laid["edges"][number]; way: Way }) {
  const { look, label } = way.edge(edge);
  return (
    <g>
      <path class={`edge ${look}`} d={path} marker-end={`url(#tip-${look})`} />
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
}

interface BoxProps {
  drawn: Laid["nodes"][number];
  way: Way;
  state: RunState;
}

function Box({ drawn: { node, x, y }, way, state }: BoxProps) {
  const end = isEnd(node);
  const { width, height } = sizeOf(node);
  const what = end ? "" : way.told(node);
  const look = end ? "" : node.visits === 0 ? "unvisited" : toneOf(node.status);
  const picked = way.rowsOf(node).includes(state.selected);
  const pick = () => {
    const row = way.next(node, state.selected);
    if (row !== null) state.select(row);
  };
  return (
    <g
      class={`box ${look} ${way.isNow(node) ? "now" : ""} ${picked ? "picked" : ""}`}
      transform={`translate(${x - width / 2} ${y - height / 2})`}
      role="button"
      tabIndex={end ? undefined : 0}
      aria-label={`${node.label}, ${what}`}
      onClick={pick}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        pick();
      }}
    >
      <title>
        {node.id}
        {what ? `: ${what}` : ""}
      </title>
      {end ? <End label={node.label} /> : <Inside label={node.label} what={what} />}
    </g>
  );
}

const End = ({ label }: { label: string }) => (
  <>
    <rect width={END_WIDE} height={END_HIGH} rx={END_HIGH / 2} />
    <text x={END_WIDE / 2} y={18} text-anchor="middle" style={{ fontWeight: "400" }}>
      {cutTo(label.replaceAll("_", ""), LABEL_CHARS)}
    </text>
  </>
);

const Inside = ({ label, what }: { label: string; what: string }) => (
  <>
    <rect width={WIDE} height={HIGH} rx={5} />
    <text x={WIDE / 2} y={19} text-anchor="middle" style={{ fontWeight: "600" }}>
      {cutTo(label, LABEL_CHARS)}
    </text>
    <text class="sub" x={WIDE / 2} y="36" text-anchor="middle">
      {what}
    </text>
  </>
);

const cutTo = (text: string, chars: number) => (text.length > chars ? `${text.slice(0, chars - 1)}…` : text);
