/** The executions of two runs, each beside the one that it is in the other run. */
import { delta, duration, few } from "../format";
import { List } from "../list";
import { Kind } from "../parts";
import type { Pair } from "./difference";

const ROW = 24;
const TITLES = ["Change", "Name", "Time A", "Time B", "± Time", "± Tokens", "Differs"];

interface Props {
  pairs: Pair[];
  /** The numbers of the pairs that are listed. */
  numbers: number[];
  /** The number of the pair that is selected, and of the first that differs; -1 for none. */
  at: number;
  first: number;
  pick: (number: number | null) => void;
}

export function Pairs({ pairs, numbers, at, first, pick }: Props) {
  const here = numbers.indexOf(at);
  const pressed = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    pick(numbers[Math.max(0, Math.min(numbers.length - 1, here + by))] ?? null);
  };
  return (
    <List
      label="Executions of both runs"
      role="treegrid"
      count={numbers.length}
      height={ROW}
      at={here}
      active={at >= 0 ? `pair-${at}` : undefined}
      onKeyDown={pressed}
      head={
        <div class="head" role="row">
          {TITLES.map((title, number) => (
            <div key={title} role="columnheader" class={`cell ${number > 1 && number < 6 ? "num" : ""}`}>
              {title}
            </div>
          ))}
        </div>
      }
      row={(line, top, slot) => {
        const number = numbers[line];
        return (
          <div
            key={slot}
            id={`pair-${number}`}
            class={`line ${pairs[number].change} ${number === first ? "first" : ""}`}
            style={{ top: `${top}px` }}
            role="row"
            aria-level={pairs[number].depth + 1}
            aria-selected={number === at}
            onClick={() => pick(number)}
          >
            <Cells pair={pairs[number]} />
          </div>
        );
      }}
    />
  );
}

const Cells = ({ pair }: { pair: Pair }) => (
  <>
    <div class="cell what" role="gridcell">
      {pair.change === "same" ? <span class="dim">same</span> : pair.moved ? "moved" : pair.change}
    </div>
    <div class="cell" role="gridcell" style={{ paddingLeft: `${8 + pair.depth * 14}px` }}>
      <span class="mark">
        <Kind kind={pair.kind} />
        {pair.path.at(-1)}
      </span>
    </div>
    <div class="cell num" role="gridcell">
      {pair.change === "added" ? "" : duration(pair.duration_ms.a)}
    </div>
    <div class="cell num" role="gridcell">
      {pair.change === "removed" ? "" : duration(pair.duration_ms.b)}
    </div>
    <div class="cell num" role="gridcell">
      {pair.duration_ms.delta === null ? "" : delta(pair.duration_ms.delta, duration)}
    </div>
    <div class="cell num" role="gridcell">
      {pair.tokens.delta === null ? "" : delta(pair.tokens.delta, few)}
    </div>
    <div class="cell dim" role="gridcell">
      {pair.differs.join(", ")}
    </div>
  </>
);
