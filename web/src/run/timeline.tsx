/** Tree and waterfall in one row, so that nobody has to look from one to the other. */
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { cost, count, duration, few } from "../format";
import { Kind, List, Mark, Twist } from "../parts";
import { type Lines, REQUEST, type Tree } from "../tree";
import type { RunState } from "./state";

const ROW = 24;
const TICKS = [1, 2, 5];

export function Timeline({ state }: { state: RunState }) {
  const { tree, lines, range, now, selected } = state;
  const critical = useMemo(() => (state.showCritical ? tree.critical(now) : null), [tree, state.showCritical, state.running ? now : 0]);
  const at = useMemo(() => lines.row.indexOf(selected), [lines, selected]);
  const list = useRef(0);
  const pick = (line: number) => {
    list.current = line;
    const row = lines.row[line];
    if (row >= 0) state.select(row);
    else state.toggleGroup(lines.groups[~row].key);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const current = at < 0 ? 0 : at;
    const moves: Record<string, () => void> = {
      ArrowDown: () => pickRow(event.shiftKey ? sibling(lines, current, 1) : step(lines, current, 1)),
      ArrowUp: () => pickRow(event.shiftKey ? sibling(lines, current, -1) : step(lines, current, -1)),
      Home: () => pickRow(0),
      End: () => pickRow(lines.row.length - 1),
      PageDown: () => pickRow(Math.min(lines.row.length - 1, current + 20)),
      PageUp: () => pickRow(Math.max(0, current - 20)),
      ArrowRight: () => (isOpen(current) ? pickRow(step(lines, current, 1)) : state.fold(lines.row[current], false)),
      ArrowLeft: () => (isOpen(current) ? state.fold(lines.row[current], true) : pickRow(parentLine(lines, current))),
      Enter: () => state.inspect(),
    };
    const move = moves[event.key];
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
  const isOpen = (line: number) => lines.row[line] >= 0 && tree.hasChildren(lines.row[line]) && !state.isFolded(lines.row[line]);
  return (
    <List
      class="timeline"
      role="treegrid"
      label="What ran"
      count={lines.row.length}
      height={ROW}
      at={at}
      focus
      active={at >= 0 ? `line-${lines.row[at]}` : undefined}
      onKeyDown={pressed}
      style={{ "--tree": `${state.treeWidth}px` }}
      head={
        <div class="head" role="row">
          <div class="cell" role="columnheader">Name</div>
          <div class="cell num hide-narrow" role="columnheader">Tokens</div>
          <div class="cell num hide-narrow" role="columnheader">Cost</div>
          <div class="cell num" role="columnheader">Duration</div>
          <div class="axis" role="columnheader" aria-label="Time">
            {ticks(range).map((tick) => (
              <span key={tick} style={{ left: `${((tick - range[0]) / (range[1] - range[0])) * 100}%` }}>{tick === 0 ? "0" : duration(tick)}</span>
            ))}
          </div>
        </div>
      }
      row={(line, style, slot) => {
        const row = lines.row[line];
        if (row < 0) {
          return <GroupLine key={-1 - slot} state={state} line={line} style={style} />;
        }
        const request = row === REQUEST;
        const name = request ? (state.run.entrypoint ?? "request") : tree.name(row);
        const kind = request ? "request" : tree.kind(row);
        const status = request ? state.run.status : tree.status(row);
        const tokens = request ? null : tree.tokens(row);
        const price = request ? state.run.usage.cost_usd : tree.columns.cost_usd[row];
        const length = request ? state.total : tree.end(row, now) - tree.start[row];
        const leaf = !tree.hasChildren(row);
        return (
          <div
            // What scrolls out of sight is used again for what scrolls into it.
            key={slot}
            id={`line-${row}`}
            class={`line ${status === "error" ? "failed" : ""}`}
            style={style}
            role="row"
            aria-level={lines.level[line]}
            aria-rowindex={line + 2}
            aria-selected={row === selected}
            aria-expanded={leaf ? undefined : !state.isFolded(row)}
            onClick={() => pick(line)}
            onDblClick={() => state.zoom(row)}
          >
            <div class="name" role="gridcell" style={{ "--level": String(lines.level[line]) }}>
              <Twist leaf={leaf} open={!state.isFolded(row)} onClick={(event) => { event.stopPropagation(); state.fold(row, !state.isFolded(row)); }} />
              <Kind kind={kind} />
              <span class="label">{name}</span>
              {status !== "completed" && <Mark status={status} />}
              <span class="note">{request ? "" : notes(tree, row, kind)}</span>
            </div>
            <div class="cell num hide-narrow" role="gridcell">{tokens === null ? "" : few(tokens)}</div>
            <div class="cell num hide-narrow" role="gridcell">{price == null ? "" : cost(price)}</div>
            <div class="cell num" role="gridcell">{duration(Number.isNaN(length) ? null : length)}</div>
            <div class="track" role="gridcell">
              <Bar state={state} row={row} kind={kind} status={status} critical={critical !== null && !request && critical[row] === 1} />
            </div>
          </div>
        );
      }}
    />
  );
}

function Bar({ state, row, kind, status, critical }: { state: RunState; row: number; kind: string; status: string; critical: boolean }) {
  const { tree, range, now } = state;
  const [start, end] = row === REQUEST ? [0, state.total] : [tree.start[row], tree.end(row, now)];
  const share = (time: number) => ((time - range[0]) / (range[1] - range[0])) * 100;
  const [left, right] = [Math.max(0, share(start)), Math.min(100, share(end))];
  if (right < 0 || left > 100) return null;
  const token = row === REQUEST ? null : tree.columns.time_to_first_token_ms[row];
  const tokenAt = token === null ? -1 : share(start + token);
  const open = status === "running" || status === "aborted";
  return (
    <>
      <div class={`span k-${kind} ${status === "error" ? "failed" : ""} ${open ? "open" : ""}`} style={{ left: `min(${left}%, 100% - 2px)`, width: `${Math.max(0, right - left)}%` }} />
      {critical && <div class="critical" style={{ left: `min(${left}%, 100% - 2px)`, width: `${Math.max(0, right - left)}%` }} title="On the critical path" />}
      {tokenAt >= 0 && tokenAt <= 100 && <div class="token" style={{ left: `${tokenAt}%` }} title={`First token after ${duration(token)}`} />}
    </>
  );
}

function GroupLine({ state, line, style }: { state: RunState; line: number; style: JSX.CSSProperties }) {
  const { tree, lines, range, now } = state;
  const group = lines.groups[~lines.row[line]];
  const rows = group.members;
  const kind = tree.kind(rows[0]);
  const open = state.isGroupOpen(group.key);
  const lengths = rows.map((row) => tree.end(row, now) - tree.start[row]).sort((a, b) => a - b);
  const failed = rows.filter((row) => tree.status(row) === "error").length;
  const [start, end] = [tree.start[rows[0]], rows.reduce((latest, row) => Math.max(latest, tree.end(row, now)), 0)];
  const share = (time: number) => Math.min(100, Math.max(0, ((time - range[0]) / (range[1] - range[0])) * 100));
  const sum = (column: (number | null)[]) => rows.reduce((total, row) => total + (column[row] ?? 0), 0);
  const [tokens, price] = [sum(tree.columns.input_tokens) + sum(tree.columns.output_tokens), sum(tree.columns.cost_usd)];
  return (
    <div class="line" style={style} role="row" aria-level={lines.level[line]} aria-rowindex={line + 2} aria-expanded={open} onClick={() => state.toggleGroup(group.key)}>
      <div class="name" role="gridcell" style={{ "--level": String(lines.level[line]) }}>
        <Twist open={open} />
        <Kind kind={kind} />
        <span class="label">{tree.name(rows[0])}</span>
        <b>× {count(rows.length)}</b>
        {failed > 0 && <span class="bad">{count(failed)} failed</span>}
        <span class="note">median {duration(lengths[lengths.length >> 1])}</span>
      </div>
      <div class="cell num hide-narrow" role="gridcell">{tokens ? few(tokens) : ""}</div>
      <div class="cell num hide-narrow" role="gridcell">{price ? cost(price) : ""}</div>
      <div class="cell num" role="gridcell">{duration(end - start)}</div>
      <div class="track" role="gridcell">
        <div class={`span pale k-${kind}`} style={{ left: `${share(start)}%`, width: `${share(end) - share(start)}%` }} />
      </div>
    </div>
  );
}

function notes(tree: Tree, row: number, kind: string): string {
  const found = [tree.word(tree.columns.model, row) ?? kind];
  const attempt = tree.columns.attempt[row];
  if (attempt !== null && attempt > 1) found.push(`attempt ${attempt}`);
  if (tree.columns.cached[row]) found.push("cached");
  const error = tree.word(tree.columns.error_type, row);
  if (error !== null) found.push(error);
  return found.join(" · ");
}

function ticks([from, to]: [number, number]): number[] {
  const wanted = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const size = (TICKS.find((each) => each * power >= wanted) ?? 10) * power;
  const found: number[] = [];
  for (let tick = Math.ceil(from / size) * size; tick < to - (to - from) * 0.14 && found.length < 12; tick += size) found.push(tick);
  return found;
}

/** The next line that is an execution. */
function step(lines: Lines, from: number, by: 1 | -1): number {
  let at = from + by;
  while (at >= 0 && at < lines.row.length && lines.row[at] < 0) at += by;
  return at < 0 || at >= lines.row.length ? from : at;
}

function sibling(lines: Lines, from: number, by: 1 | -1): number {
  for (let at = from + by; at >= 0 && at < lines.row.length && lines.level[at] >= lines.level[from]; at += by) {
    if (lines.level[at] === lines.level[from] && lines.row[at] >= 0) return at;
  }
  return from;
}

function parentLine(lines: Lines, from: number): number {
  for (let at = from - 1; at >= 0; at--) {
    if (lines.level[at] < lines.level[from] && lines.row[at] >= 0) return at;
  }
  return from;
}
