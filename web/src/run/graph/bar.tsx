/** What stands above a graph: which it is, and the move that is looked at. */
import { Copy } from "../../parts";
import type { OneGraph } from "./layout";

interface Props {
  graphs: OneGraph[];
  graph: OneGraph;
  mermaid: string;
  which: number;
  choose: (number: number) => void;
  move: number | null;
  setMove: (move: number | null) => void;
}

export const Bar = ({ graphs, graph, mermaid, which, choose, move, setMove }: Props) => (
  <div class="toolbar">
    {graphs.length > 1 && (
      <select
        class="field"
        aria-label="Graph"
        value={String(which)}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      >
        {graphs.map((each, at) => (
          <option key={at} value={String(at)}>
            {each.name} ({each.nodes.length} nodes)
          </option>
        ))}
      </select>
    )}
    <span class="dim">{graph.is_recorded ? "The recorded topology" : "No topology was recorded: who ran what"}</span>
    <span class="grow" />
    {graph.moves > 0 && <Moves moves={graph.moves} move={move} setMove={setMove} />}
    {move !== null && (
      <button type="button" class="button" onClick={() => setMove(null)}>
        All
      </button>
    )}
    <Copy text={mermaid} label="Copy as Mermaid" />
  </div>
);

function Moves({ moves, move, setMove }: Pick<Props, "move" | "setMove"> & { moves: number }) {
  const until = move ?? moves;
  return (
    <label class="mark">
      <span class="dim">Move</span>
      <input
        type="range"
        min={0}
        max={moves}
        value={until}
        aria-valuetext={move === null ? "all" : `${until} of ${moves}`}
        onInput={(event) => setMove(Number(event.currentTarget.value))}
      />
      <span class="num" style={{ minWidth: "52px" }}>
        {until} of {moves}
      </span>
    </label>
  );
}
