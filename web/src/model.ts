/** What the server answers: the names are those of `gradient.ls/1` and `gradient.run/1`. */

import type { Amounts } from "./vocabulary";

export interface Usage extends Amounts {
  /** How many calls the sums lack; for one call, why its cost is not known. Older files do not have it. */
  missing?: Missing | null;
}

export interface Missing {
  tokens: number;
  cost: number;
  why?: string;
}

export interface Row {
  request_id: string;
  entrypoint: string | null;
  project: string | null;
  status: string;
  started_at: string | null;
  duration_ms: number | null;
  executions: number;
  errors: number;
  usage: Usage;
  session_id: string | null;
  tags: string[];
}

export interface Words {
  words: string[];
  at: number[];
}

export interface Columns {
  count: number;
  execution_id: string[];
  parent: number[];
  start_offset_ms: number[];
  duration_ms: (number | null)[];
  time_to_first_token_ms: (number | null)[];
  attempt: (number | null)[];
  cached: boolean[];
  input_tokens: (number | null)[];
  output_tokens: (number | null)[];
  cost_usd: (number | null)[];
  node_id: Words;
  name: Words;
  framework: Words;
  kind: Words;
  status: Words;
  model: Words;
  provider: Words;
  error_type: Words;
  /** Whether it failed, and not only passed on what failed inside of it. */
  failed_here: boolean[];
}

export interface RunAnswer extends Row {
  columns: Columns;
  /** Where in the stream of changes it stands. */
  changes: number;
}

/** What was raised. */
export interface Raised {
  type: string | null;
  message: string | null;
  stacktrace: string | null;
  notes: string[];
}

/** An exception that another one came from; `depth` is how many groups it is inside of. */
export interface Cause extends Raised {
  relation: string;
  depth: number;
}

export interface Failure extends Raised {
  /** The execution that it was raised in; null for the request itself. */
  began_in: string | null;
  causes: Cause[];
  causes_left_out: number;
}

export interface Link {
  request_id: string | null;
  relation: string;
}

export interface Noted {
  name: string;
  offset_ms: number;
  attributes: Record<string, unknown>;
}

export interface Request extends Row {
  inputs: unknown;
  outputs: unknown;
  error: Failure | null;
  metadata: Record<string, unknown>;
  user_id: string | null;
  events: Noted[];
  links: Link[];
  process: { pid: number | null; host: string | null; python: string | null; argv: string[] | null };
  trace_id: string;
  loss: { dropped: number; truncated: number; process?: number };
}

export interface Execution {
  execution_id: string;
  parent_id: string | null;
  node_id: string;
  name: string;
  framework: string;
  kind: string;
  status: string;
  start_offset_ms: number;
  duration_ms: number | null;
  inputs: unknown;
  outputs: unknown;
  error: Failure | null;
  attempt: number | null;
  cached: boolean;
  model: string | null;
  provider: string | null;
  usage: Usage | null;
  time_to_first_token_ms: number | null;
  metadata: Record<string, unknown>;
  events: Noted[];
  links: Link[];
}

export interface Part {
  type?: string;
  content?: unknown;
  id?: string;
  name?: string;
  arguments?: unknown;
  response?: unknown;
}

export interface Message {
  role: string;
  parts: Part[];
  name?: string;
}

export const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && "role" in value && Array.isArray((value as Message).parts);

/** The chat messages in what a model was given or gave; null where there are none. */
export function messagesIn(value: unknown): Message[] | null {
  const inside =
    typeof value === "object" && value !== null && "messages" in value
      ? (value as { messages: unknown }).messages
      : value;
  if (isMessage(inside)) return [inside];
  return Array.isArray(inside) && inside.length > 0 && inside.every(isMessage) ? inside : null;
}
