/** The executions of a run as arrays of numbers: fifty thousand of them take a few megabytes and no objects. */
import type { Columns, Missing, Words } from "./model";
import { BILLED_KINDS } from "./vocabulary";

/** Stands for the request itself among rows. */
export const REQUEST = 0x7fffffff;
const GROUPED_FROM = 5;

export class Tree {
  readonly count: number;
  readonly parent: Int32Array;
  readonly start: Float64Array;
  /** NaN while unknown. */
  readonly length: Float64Array;
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly level: Uint16Array;
  readonly rootFirst: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly models: string[];
  #rows: Map<string, number> | null = null;

  constructor(readonly columns: Columns) {
    const n = columns.count;
    this.count = n;
    this.parent = Int32Array.from(columns.parent);
    this.start = Float64Array.from(columns.start_offset_ms);
    this.length = Float64Array.from(columns.duration_ms, (value) => value ?? NaN);
    this.first = new Int32Array(n).fill(-1);
    this.next = new Int32Array(n).fill(-1);
    this.level = new Uint16Array(n);
    let root = -1;
    for (let row = n - 1; row >= 0; row--) {
      const parent = this.parent[row];
      if (parent < 0) {
        this.next[row] = root;
        root = row;
      } else {
        this.next[row] = this.first[parent];
        this.first[parent] = row;
      }
    }
    this.rootFirst = root;
    for (let row = 0; row < n; row++) this.level[row] = this.#levelOf(row);
    const kinds = columns.kind.at;
    const llm = columns.kind.words.indexOf("llm");
    const tool = columns.kind.words.indexOf("tool");
    let llmCalls = 0;
    let toolCalls = 0;
    for (let row = 0; row < n; row++) {
      if (kinds[row] === llm) llmCalls++;
      else if (kinds[row] === tool) toolCalls++;
    }
    this.llmCalls = llmCalls;
    this.toolCalls = toolCalls;
    this.models = columns.model.words;
  }

  #levelOf(row: number): number {
    const parent = this.parent[row];
    if (parent < 0) return 2;
    // A parent nearly always began before, and then its level is known.
    if (parent < row) return this.level[parent] + 1;
    let level = 2;
    for (let at = parent; at >= 0 && level < 1000; at = this.parent[at]) level++;
    return level;
  }

  word(column: Words, row: number): string | null {
    const at = column.at[row];
    return at < 0 ? null : column.words[at];
  }
  /** A name that draws nothing would leave an empty box. */
  name = (row: number) => {
    const name = this.word(this.columns.name, row) ?? "";
    return name.trim() ? name : "(no name)";
  };
  kind = (row: number) => this.word(this.columns.kind, row) ?? "";
  status = (row: number) => this.word(this.columns.status, row) ?? "";
  id = (row: number) => this.columns.execution_id[row];
  end = (row: number, now: number) =>
    this.start[row] + (Number.isNaN(this.length[row]) ? Math.max(0, now - this.start[row]) : this.length[row]);
  tokens(row: number): number | null {
    const [given, made] = [this.columns.input_tokens[row], this.columns.output_tokens[row]];
    return given == null && made == null ? null : (given ?? 0) + (made ?? 0);
  }
  /**
   * What a call of a model does not tell, as a run's `missing` counts it: one that failed and told nothing
   * lacks nothing.
   */
  missing(row: number): Missing | null {
    const untold = this.tokens(row) === null;
    if (this.columns.cost_usd[row] !== null || !BILLED_KINDS.includes(this.kind(row))) return null;
    return untold && this.status(row) === "error" ? null : { tokens: untold ? 1 : 0, cost: 1 };
  }

  row(id: string | null): number {
    if (id === null) return -1;
    if (this.#rows === null) this.#rows = new Map(this.columns.execution_id.map((each, row) => [each, row]));
    return this.#rows.get(id) ?? -1;
  }

  *children(row: number): Generator<number> {
    for (let child = row === REQUEST ? this.rootFirst : this.first[row]; child >= 0; child = this.next[child])
      yield child;
  }

  hasChildren = (row: number) => (row === REQUEST ? this.rootFirst : this.first[row]) >= 0;

  /** Rows from the outermost to the one above `row`. */
  above(row: number): number[] {
    const found: number[] = [];
    for (let at = this.parent[row]; at >= 0 && found.length < 1000; at = this.parent[at]) found.unshift(at);
    return found;
  }

  /** How long it did nothing but its own: its time without that of what it ran. */
  own(row: number, now: number): number {
    const end = this.end(row, now);
    let covered = 0;
    let until = this.start[row];
    for (const child of this.children(row)) {
      const from = Math.max(this.start[child], until);
      const to = Math.min(this.end(child, now), end);
      if (to > from) {
        covered += to - from;
        until = to;
      }
    }
    return Math.max(0, end - this.start[row] - covered);
  }

  /** Failures where they began: what only passed an exception on is left out. */
  failures(): number[] {
    const found: number[] = [];
    for (let row = 0; row < this.count; row++) if (this.columns.failed_here[row]) found.push(row);
    return found;
  }

  /** What the run had to wait for: from the end backwards, always what ended last before. */
  critical(now: number): Uint8Array {
    const on = new Uint8Array(this.count);
    const waiting: [number, number][] = [[REQUEST, Infinity]];
    while (waiting.length > 0) {
      const [parent, until] = waiting.pop()!;
      const children = [...this.children(parent)].sort((a, b) => this.end(b, now) - this.end(a, now));
      let bound = until;
      for (const child of children) {
        // Clocks are read one after the other: half a millisecond of overlap is none.
        if (this.end(child, now) > bound + 0.5) continue;
        on[child] = 1;
        waiting.push([child, this.end(child, now)]);
        bound = this.start[child];
      }
    }
    return on;
  }
}

export interface Group {
  key: string;
  members: number[];
}

export interface Lines {
  /** An execution's row, REQUEST, or ~number of a group. */
  row: number[];
  level: number[];
  groups: Group[];
}

export interface Choice {
  folded: ReadonlySet<string>;
  /** Keys of groups that are shown one by one. */
  opened: ReadonlySet<string>;
  find: string;
  onlyErrors: boolean;
  /** Only what is below this execution. */
  focus: number;
}

/** The lines to show, in order. */
export function linesOf(tree: Tree, choice: Choice): Lines {
  const lines: Lines = { row: [], level: [], groups: [] };
  const wanted = choice.find || choice.onlyErrors ? matching(tree, choice) : null;
  const root = choice.focus >= 0 ? choice.focus : REQUEST;
  const add = (row: number, level: number) => {
    lines.row.push(row);
    lines.level.push(level);
  };
  // An explicit stack: agents nest deeper than calls may. Groups wait as ~number.
  const stack: [number, number][] = [[root, 1]];
  const push = (rows: number[], level: number) => {
    for (let at = rows.length - 1; at >= 0; at--) stack.push([rows[at], level]);
  };
  while (stack.length > 0) {
    const [row, level] = stack.pop()!;
    add(row, level);
    if (row < 0) {
      const group = lines.groups[~row];
      if (choice.opened.has(group.key)) push(group.members, level + 1);
      continue;
    }
    if (wanted === null && choice.folded.has(row === REQUEST ? "" : tree.id(row))) continue;
    const children = [...tree.children(row)];
    if (wanted !== null)
      push(
        children.filter((child) => wanted[child]),
        level + 1,
      );
    else push(children.length < GROUPED_FROM ? children : grouped(tree, children, lines.groups), level + 1);
  }
  return lines;
}

/** Siblings, with long stretches of the same name as one group each. */
function grouped(tree: Tree, children: number[], groups: Group[]): number[] {
  const found: number[] = [];
  const names = tree.columns.name.at;
  for (let at = 0; at < children.length; ) {
    let end = at + 1;
    while (end < children.length && names[children[end]] === names[children[at]]) end++;
    if (end - at >= GROUPED_FROM) {
      groups.push({ key: `*${tree.id(children[at])}`, members: children.slice(at, end) });
      found.push(~(groups.length - 1));
    } else {
      for (let each = at; each < end; each++) found.push(children[each]);
    }
    at = end;
  }
  return found;
}

function matching(tree: Tree, choice: Choice): Uint8Array {
  const wanted = new Uint8Array(tree.count);
  const find = choice.find.toLowerCase();
  const names = tree.columns.name.words.map((word) => word.toLowerCase().includes(find));
  const kinds = tree.columns.kind.words.map((word) => word === find);
  const models = tree.columns.model.words.map((word) => word.toLowerCase().includes(find));
  const error = tree.columns.status.words.indexOf("error");
  for (let row = 0; row < tree.count; row++) {
    const { name, kind, model, status } = tree.columns;
    const found = names[name.at[row]] || kinds[kind.at[row]] || (model.at[row] >= 0 && models[model.at[row]]);
    if (!found || (choice.onlyErrors && status.at[row] !== error)) continue;
    for (let at = row; at >= 0 && !wanted[at]; at = tree.parent[at]) wanted[at] = 1;
  }
  return wanted;
}

const REPEATING = ["node_id", "name", "framework", "kind", "status", "model", "provider", "error_type"] as const;
const PLAIN = [
  "start_offset_ms",
  "duration_ms",
  "time_to_first_token_ms",
  "attempt",
  "cached",
  "input_tokens",
  "output_tokens",
  "cost_usd",
  "failed_here",
] as const;

/** Put changed executions, columns of a skeleton, into what is known; returns new columns. */
export function merged(known: Columns, changed: Record<string, unknown[]>): Columns {
  const fresh = structuredClone(known);
  const rows = new Map(fresh.execution_id.map((id, row) => [id, row]));
  const ids = changed.execution_id as string[];
  const parents = changed.parent_id as (string | null)[];
  ids.forEach((id, at) => {
    let row = rows.get(id);
    if (row === undefined) {
      row = fresh.count++;
      rows.set(id, row);
      fresh.execution_id.push(id);
    }
    for (const name of PLAIN) (fresh[name] as unknown[])[row] = changed[name][at];
    for (const name of REPEATING) {
      const word = changed[name][at] as string | null;
      let number = word === null ? -1 : fresh[name].words.indexOf(word);
      if (word !== null && number < 0) number = fresh[name].words.push(word) - 1;
      fresh[name].at[row] = number;
    }
  });
  ids.forEach((id, at) => {
    const parent = parents[at];
    fresh.parent[rows.get(id)!] = parent === null ? -1 : (rows.get(parent) ?? -1);
  });
  return fresh;
}
