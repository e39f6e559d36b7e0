/** Runs in few words, for tests. */
import type { Columns, Words } from "../src/model";
import { Tree } from "../src/tree";

export interface Made {
  id: string;
  parent?: string;
  name?: string;
  kind?: string;
  status?: string;
  start?: number;
  /** Null while it runs. */
  length?: number | null;
  tokens?: number | null;
  failed?: boolean;
}

function words(values: string[]): Words {
  const known = [...new Set(values)];
  const numbers = new Map(known.map((word, number) => [word, number]));
  return { words: known, at: values.map((value) => numbers.get(value) ?? -1) };
}

export function columns(made: Made[]): Columns {
  const none = made.map(() => null);
  const nothing: Words = { words: [], at: made.map(() => -1) };
  const rows = new Map(made.map(({ id }, row) => [id, row]));
  return {
    count: made.length,
    execution_id: made.map(({ id }) => id),
    parent: made.map(({ parent }) => (parent === undefined ? -1 : (rows.get(parent) ?? -1))),
    start_offset_ms: made.map(({ start }) => start ?? 0),
    duration_ms: made.map(({ length }) => (length === undefined ? 1 : length)),
    time_to_first_token_ms: none,
    attempt: none,
    cached: made.map(() => false),
    input_tokens: made.map(({ tokens }) => tokens ?? null),
    output_tokens: none,
    cost_usd: none,
    node_id: words(made.map(({ id }) => id)),
    name: words(made.map(({ id, name }) => name ?? id)),
    framework: nothing,
    kind: words(made.map(({ kind }) => kind ?? "step")),
    status: words(made.map(({ status }) => status ?? "completed")),
    model: nothing,
    provider: nothing,
    error_type: nothing,
    failed_here: made.map(({ failed }) => failed ?? false),
  };
}

export const tree = (...made: Made[]) => new Tree(columns(made));
