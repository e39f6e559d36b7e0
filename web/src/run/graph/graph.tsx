/** The graph that the agent is, and the way this run took through it. */
import { useMemo, useState } from "preact/hooks";
import { Empty, Failure, Loading } from "../../parts";
import { useFetched } from "../../source";
import type { RunState } from "../state";
import { Bar } from "./bar";
import { Drawing } from "./drawing";
import { laidOut, type OneGraph, rowsByNode } from "./layout";
import { GraphTable } from "./table";
import { Way } from "./way";

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
  const way = new Way(graph, tree, rows, move);
  const choose = (number: number) => {
    setWhich(number);
    setMove(null);
  };
  return (
    <>
      <Bar {...value} graph={graph} which={which} choose={choose} move={move} setMove={setMove} />
      <div class="graph" tabIndex={0} role="region" aria-label="Graph">
        {laid === null ? (
          <p class="pad dim">Too many nodes to draw; the table has them all.</p>
        ) : (
          <Drawing laid={laid} way={way} state={state} />
        )}
        <GraphTable way={way} />
      </div>
    </>
  );
}
