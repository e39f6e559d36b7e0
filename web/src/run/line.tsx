/** One line of the timeline: an execution, or a group of them that are alike, with its bar. */
import { memo } from "preact/compat";
import { allMissing, atLeast, cost, count, duration, few, totalCost } from "../format";
import { Kind, Mark, Twist } from "../parts";
import { REQUEST, type Tree } from "../tree";
import type { RunState } from "./state";

interface Props {
  state: RunState;
  /** For each execution whether the run had to wait for it; null where that is not shown. */
  critical: Uint8Array | null;
  line: number;
  /** Pixels from the top of the list. */
  top: number;
}

/**
 * While a list is scrolled, only the lines that come into sight are drawn. Both kinds of lines are functions with
 * the same elements at the same places: a component of another kind would be made anew, not filled anew.
 */
export const Line = memo((props: Props) =>
  props.state.lines.row[props.line] < 0 ? groupLine(props) : executionLine(props),
);

function executionLine({ state, critical, line, top }: Props) {
  const { tree, lines } = state;
  const row = lines.row[line];
  const request = row === REQUEST;
  const name = request ? (state.run.entrypoint ?? "request") : tree.name(row);
  const kind = request ? "request" : tree.kind(row);
  const status = request ? state.run.status : tree.status(row);
  const leaf = !tree.hasChildren(row);
  const open = !state.isFolded(row);
  return (
    <div
      id={`line-${row}`}
      class={status === "error" ? "line failed" : "line"}
      style={{ top: `${top}px`, "--level": lines.level[line] }}
      role="row"
      aria-level={lines.level[line]}
      aria-rowindex={line + 2}
      aria-selected={row === state.selected}
      aria-expanded={leaf ? undefined : open}
      onClick={() => state.select(row)}
      onDblClick={() => state.zoom(row)}
    >
      <div class="name" role="gridcell">
        <Twist
          open={open}
          leaf={leaf}
          onClick={(event) => {
            event.stopPropagation();
            state.fold(row, open);
          }}
        />
        <Kind kind={kind} />
        <span class="label">{name}</span>
        {status !== "completed" && <Mark status={status} />}
        <span class="note">{request ? "" : notes(tree, row, kind)}</span>
      </div>
      {numbers(request ? ofRequest(state) : ofExecution(state, row))}
      <div class="track" role="gridcell">
        {bar({ state, row, kind, status, critical: critical !== null && !request && critical[row] === 1 })}
      </div>
    </div>
  );
}

interface Numbers {
  tokens: string;
  price: string;
  took: string;
}

const numbers = ({ tokens, price, took }: Numbers) => (
  <>
    <div class="cell num hide-narrow" role="gridcell">
      {tokens}
    </div>
    <div class="cell num hide-narrow" role="gridcell">
      {price}
    </div>
    <div class="cell num" role="gridcell">
      {took}
    </div>
  </>
);

const ofRequest = ({ run, total }: RunState): Numbers => ({
  tokens: "",
  price: run.usage.cost_usd == null ? "" : totalCost(run.usage),
  took: duration(total),
});

function ofExecution({ tree, now }: RunState, row: number): Numbers {
  const tokens = tree.tokens(row);
  const price = tree.columns.cost_usd[row];
  const length = tree.end(row, now) - tree.start[row];
  return {
    tokens: tokens === null ? "" : few(tokens),
    price: price == null ? "" : cost(price),
    took: duration(Number.isNaN(length) ? null : length),
  };
}

function bar({
  state,
  row,
  kind,
  status,
  critical,
}: {
  state: RunState;
  row: number;
  kind: string;
  status: string;
  critical: boolean;
}) {
  const { tree, range, now } = state;
  const [start, end] = row === REQUEST ? [0, state.total] : [tree.start[row], tree.end(row, now)];
  const share = (time: number) => ((time - range[0]) / (range[1] - range[0])) * 100;
  const [left, right] = [Math.max(0, share(start)), Math.min(100, share(end))];
  if (right < 0 || left > 100) return null;
  const token = row === REQUEST ? null : tree.columns.time_to_first_token_ms[row];
  const tokenAt = token === null ? -1 : share(start + token);
  const open = status === "running" || status === "aborted";
  const look = [`k-${kind}`, status === "error" ? "failed" : "", open ? "open" : "", critical ? "critical" : ""].join(
    " ",
  );
  return (
    <>
      <div
        class={`span ${look}`}
        style={{ left: `min(${left}%, 100% - 2px)`, width: `${Math.max(0, right - left)}%` }}
        title={critical ? "On the critical path" : undefined}
      />
      {tokenAt >= 0 && tokenAt <= 100 && (
        <div class="token" style={{ left: `${tokenAt}%` }} title={`First token after ${duration(token)}`} />
      )}
    </>
  );
}

function groupLine({ state, line, top }: Props) {
  const { tree, lines, range, now } = state;
  const group = lines.groups[~lines.row[line]];
  const rows = group.members;
  const kind = tree.kind(rows[0]);
  const open = state.isGroupOpen(group.key);
  const lengths = rows.map((row) => tree.end(row, now) - tree.start[row]).sort((a, b) => a - b);
  const failed = rows.filter((row) => tree.status(row) === "error").length;
  const [start, end] = [tree.start[rows[0]], rows.reduce((latest, row) => Math.max(latest, tree.end(row, now)), 0)];
  const share = (time: number) => Math.min(100, Math.max(0, ((time - range[0]) / (range[1] - range[0])) * 100));
  return (
    <div
      class="line"
      style={{ top: `${top}px`, "--level": lines.level[line] }}
      role="row"
      aria-level={lines.level[line]}
      aria-rowindex={line + 2}
      aria-expanded={open}
      onClick={() => state.toggleGroup(group.key)}
    >
      <div class="name" role="gridcell">
        <Twist open={open} />
        <Kind kind={kind} />
        <span class="label">{tree.name(rows[0])}</span>
        <b>
          × {count(rows.length)}
          {failed > 0 && <span class="bad"> {count(failed)} failed</span>}
        </b>
        <span class="note">median {duration(lengths[lengths.length >> 1])}</span>
      </div>
      {numbers({ ...spent(tree, rows), took: duration(end - start) })}
      <div class="track" role="gridcell">
        {/* biome-ignore lint/complexity/noUselessFragments: an execution has its bar in one too, see Line */}
        <>
          <div
            class={`span pale k-${kind}`}
            style={{ left: `${share(start)}%`, width: `${share(end) - share(start)}%` }}
          />
        </>
      </div>
    </div>
  );
}

/** What the executions of a group took together. */
function spent(tree: Tree, rows: number[]): Omit<Numbers, "took"> {
  const sum = (column: (number | null)[]) => rows.reduce((total, row) => total + (column[row] ?? 0), 0);
  const tokens = sum(tree.columns.input_tokens) + sum(tree.columns.output_tokens);
  const price = sum(tree.columns.cost_usd);
  const missing = allMissing(rows.map((row) => ({ missing: tree.missing(row) })));
  return {
    tokens: tokens ? atLeast(few(tokens), missing.tokens) : "",
    price: price ? totalCost({ cost_usd: price, missing }) : "",
  };
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
