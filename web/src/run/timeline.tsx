/** Tree and waterfall in one row, so that nobody has to look from one to the other. */
import { useMemo } from "preact/hooks";
import { duration } from "../format";
import { List } from "../list";
import { Line } from "./line";
import type { RunState } from "./state";
import { parentLine, sibling, step, ticks } from "./waterfall";

const ROW = 24;
const PAGE = 20;

export function Timeline({ state }: { state: RunState }) {
  const { tree, lines, range, now, selected } = state;
  const critical = useMemo(
    () => (state.showCritical ? tree.critical(now) : null),
    [tree, state.showCritical, state.running ? now : 0],
  );
  const current = useMemo(() => lines.row.indexOf(selected), [lines, selected]);
  const marks = ticks(range);
  const left = (time: number) => `${((time - range[0]) / (range[1] - range[0])) * 100}%`;
  return (
    <List
      class="timeline"
      role="treegrid"
      label="What ran"
      count={lines.row.length}
      height={ROW}
      at={current}
      focus
      active={current >= 0 ? `line-${lines.row[current]}` : undefined}
      onKeyDown={(event) => pressed(event, state, Math.max(0, current))}
      style={{ "--tree": `${state.treeWidth}px` }}
      head={<Titles marks={marks} left={left} />}
      behind={
        <div class="behind" role="presentation">
          <div class="axis">
            {marks.map((tick) => (
              <i key={tick} style={{ left: left(tick) }} />
            ))}
          </div>
        </div>
      }
      row={(line, top, slot) => <Line key={slot} state={state} critical={critical} line={line} top={top} />}
    />
  );
}

const Titles = ({ marks, left }: { marks: number[]; left: (time: number) => string }) => (
  <div class="head" role="row">
    <div class="cell" role="columnheader">
      Name
    </div>
    <div class="cell num hide-narrow" role="columnheader">
      Tokens
    </div>
    <div class="cell num hide-narrow" role="columnheader">
      Cost
    </div>
    <div class="cell num" role="columnheader">
      Duration
    </div>
    <div class="axis" role="columnheader" aria-label="Time">
      {marks.map((tick) => (
        <span key={tick} style={{ left: left(tick) }}>
          {tick === 0 ? "0" : duration(tick)}
        </span>
      ))}
    </div>
  </div>
);

/** What a key does on a line of the tree. */
function pressed(event: KeyboardEvent, state: RunState, from: number): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { tree, lines } = state;
  const row = lines.row[from];
  const isOpen = row >= 0 && tree.hasChildren(row) && !state.isFolded(row);
  const pick = (line: number) => {
    const found = lines.row.slice(line).find((each) => each >= 0);
    if (found !== undefined) state.select(found);
  };
  const next = event.shiftKey ? sibling : step;
  const moves = new Map<string, () => void>([
    ["ArrowDown", () => pick(next(lines, from, 1))],
    ["ArrowUp", () => pick(next(lines, from, -1))],
    ["Home", () => pick(0)],
    ["End", () => pick(lines.row.length - 1)],
    ["PageDown", () => pick(Math.min(lines.row.length - 1, from + PAGE))],
    ["PageUp", () => pick(Math.max(0, from - PAGE))],
    ["ArrowRight", () => (isOpen ? pick(step(lines, from, 1)) : state.fold(row, false))],
    ["ArrowLeft", () => (isOpen ? state.fold(row, true) : pick(parentLine(lines, from)))],
    ["Enter", state.inspect],
  ]);
  const move = moves.get(event.key);
  if (move === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  move();
}
