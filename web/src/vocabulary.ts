/** The words for kinds, statuses and usage. scripts/vocabulary makes this of gradient/journal/vocabulary.py. */

/** How a status is shown: a path in 16 by 16, and the variable of its colour. */
export interface Outcome {
  drawing: string;
  tone: string;
}

export const UNKNOWN: Outcome = { drawing: "M5.8 6a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.8-1.1 1.7M8 12.6v.4", tone: "text-2" };

export const STATUSES = new Map<string, Outcome>([
  ["running", { drawing: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5", tone: "accent" }],
  ["completed", { drawing: "M3.5 8.5l3 3 6-7", tone: "ok" }],
  ["error", { drawing: "M4 4l8 8M12 4l-8 8", tone: "error" }],
  ["interrupted", { drawing: "M5.5 3.5v9M10.5 3.5v9", tone: "warn" }],
  ["cancelled", { drawing: "M8 2.5a5.5 5.5 0 1 0 .01 0M4.3 4.3l7.4 7.4", tone: "warn" }],
  ["abandoned", { drawing: "M3 8h1.2M7.4 8h1.2M11.8 8H13", tone: "warn" }],
  ["aborted", { drawing: "M8 2.5v7M8 12.4v.6", tone: "error" }],
  ["unknown", { drawing: "M5.8 6a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.8-1.1 1.7M8 12.6v.4", tone: "text-2" }],
]);

/** Calls of models: what a run used and cost is the sum of these. */
export const BILLED_KINDS = ["llm", "embedding"];

/** How an exception has to do with the one before it. */
export const RELATIONS = new Map([
  ["cause", "caused by"],
  ["context", "while handling"],
  ["member", "member"],
]);

/** What calls of models used; null is unknown. */
export interface Amounts {
  input_tokens: number | null;
  output_tokens: number | null;
  cache_read_tokens: number | null;
  cache_write_tokens: number | null;
  reasoning_tokens: number | null;
  cost_usd: number | null;
}
