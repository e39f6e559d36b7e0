/** A graph as a table, for those who cannot see it, and where it is too large to draw. */
import { count, duration } from "../../format";
import { Mark } from "../../parts";
import type { GraphNode } from "./layout";
import type { Way } from "./way";

export const GraphTable = ({ way }: { way: Way }) => (
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
        {way.graph.nodes.map((node) => (
          <NodeRow key={node.id} node={node} way={way} />
        ))}
      </tbody>
    </table>
  </details>
);

function NodeRow({ node, way }: { node: GraphNode; way: Way }) {
  const usage = way.usage(node);
  return (
    <tr>
      <td>{node.id}</td>
      <td>{node.status ? <Mark status={node.status} text /> : <span class="dim">not visited</span>}</td>
      <td class="num">{count(node.visits)}</td>
      <td class="num">{node.visits ? duration(node.duration_ms) : ""}</td>
      <td class="num">{usage.tokens}</td>
      <td class="num">{usage.cost}</td>
      <td>{way.goesTo(node)}</td>
    </tr>
  );
}
