/** Tree and waterfall in one row, so that nobody has to look from one to the other. */
import { useMemo } from "preact/hooks";
import { duration } from "../format";
import { List } from "../parts";
import { Line } from "./line";
import type { RunState } from "./state";
import { parentLine, sibling, step, ticks } from "./waterfall";

const ROW = 24;
export function Timeline({ state }: { state: RunState }) {
  const { tree, lines, range, now, selected } = state;
  const critical = useMemo(
    () => (state.showCritical ? tree.critical(now) : null),
    [tree, state.showCritical, state.running ? now : 0],
  );
  const current = useMemo(() => lines.row.indexOf(selected), [lines, selected]);
  const marks = ticks(range);
  const at = (time: number) => `${((time - range[0]) / (range[1] - range[0])) * 100}%`;
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = Math.max(0, current);
    const moves = new Map<string, () => void>([
      ["ArrowDown", () => pickRow(event.shiftKey ? sibling(lines, from, 1) : step(lines, from, 1))],
      ["ArrowUp", () => pickRow(event.shiftKey ? sibling(lines, from, -1) : step(lines, from, -1))],
      ["Home", () => pickRow(0)],
      ["End", () => pickRow(lines.row.length - 1)],
      ["PageDown", () => pickRow(Math.min(lines.row.length - 1, from + 20))],
      ["PageUp", () => pickRow(Math.max(0, from - 20))],
      ["ArrowRight", () => (isOpen(from) ? pickRow(step(lines, from, 1)) : state.fold(lines.row[from], false))],
      ["ArrowLeft", () => (isOpen(from) ? state.fold(lines.row[from], true) : pickRow(parentLine(lines, from)))],
      ["Enter", () => state.inspect()],
    ]);
    const move = moves.get(event.key);
    if (move) {
      event.preventDefault();
      event.stopPropagation();
      move();
    }
  };
  const pickRow = (line: number) => {
    for (let each = line; each < lines.row.length; each++) {
      if (lines.row[each] >= 0) return state.select(lines.row[each]);
    }
  };
  const isOpen = (line: number) =>
    lines.row[line] >= 0 && tree.hasChildren(lines.row[line]) && !state.isFolded(lines.row[line]);
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
      onKeyDown={pressed}
      style={{ "--tree": `${state.treeWidth}px` }}
      head={
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
              <span key={tick} style={{ left: at(tick) }}>
                {tick === 0 ? "0" : duration(tick)}
              </span>
            ))}
          </div>
        </div>
      }
      behind={
        <div class="behind" role="presentation">
          <div class="axis">
            {marks.map((tick) => (
              <i key={tick} style={{ left: at(tick) }} />
            ))}
          </div>
        </div>
      }
      row={(line, top, slot) => <Line key={slot} state={state} critical={critical} line={line} top={top} />}
    />
  );
}
