/** What differs between two runs, and how it is told. */
import { atLeast, cost, count, duration } from "../format";
import type { Row, Usage } from "../model";

export interface Sides<T> {
  a?: T;
  b?: T;
}

export interface Numbers {
  a: number | null;
  b: number | null;
  delta: number | null;
}

export interface Difference {
  in: string;
  at: string;
  value: Sides<unknown>;
}

export interface Pair {
  change: "same" | "changed" | "added" | "removed";
  moved: boolean;
  depth: number;
  path: string[];
  kind: string;
  execution_id: Sides<string>;
  status: Sides<string>;
  differs: string[];
  duration_ms: Numbers;
  tokens: Numbers;
  cost_usd: Numbers;
  differences: Difference[];
}

export type Run = Row & Pick<Usage, "missing">;
export interface Diff {
  a: Run;
  b: Run;
  totals: Record<string, Numbers>;
  first_divergence: {
    what: string;
    path: string[];
    kind: string;
    execution_id: Sides<string>;
    at?: string;
    value?: Sides<unknown>;
  } | null;
  executions: Pair[];
}

export const TOTALS: [string, string, (value: number) => string][] = [
  ["duration_ms", "Duration", duration],
  ["executions", "Executions", count],
  ["errors", "Errors", count],
  ["llm_calls", "LLM calls", count],
  ["tool_calls", "Tool calls", count],
  ["input_tokens", "Tokens in", count],
  ["output_tokens", "Tokens out", count],
  ["cost_usd", "Cost", cost],
];

/** What the sums of tokens and cost may lack. */
const SUMS = new Map<string, "tokens" | "cost">([
  ["input_tokens", "tokens"],
  ["output_tokens", "tokens"],
  ["cost_usd", "cost"],
]);

/** A number of a run, as a lower bound where it is a sum that lacks some calls. */
export function total(name: string, number: number | null, run: Run, write: (value: number) => string): string {
  const part = SUMS.get(name);
  return number === null ? "–" : atLeast(write(number), part && run.missing?.[part]);
}

/** Whether a pair is where the runs first differ. */
export function isFirst(pair: Pair, diff: Diff): boolean {
  const ids = diff.first_divergence?.execution_id;
  return (
    ids !== undefined &&
    (ids.a ?? ids.b) !== undefined &&
    pair.execution_id.a === ids.a &&
    pair.execution_id.b === ids.b
  );
}

/** Where the runs first differ, in words. */
export function said(divergence: NonNullable<Diff["first_divergence"]>): string {
  const where = divergence.path.length ? divergence.path.join(" › ") : "the request";
  if (divergence.what === "added" || divergence.what === "removed")
    return `${where}: only in ${divergence.what === "added" ? "B" : "A"}`;
  return `${where}: ${divergence.what}${divergence.at ? ` at ${divergence.at}` : ""}`;
}
