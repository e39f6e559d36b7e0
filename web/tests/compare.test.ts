/** What differs between two runs. */
import { expect, test } from "vitest";
import { type Diff, isFirst, type Pair, said, total } from "../src/compare/difference";
import { count } from "../src/format";

const pair = (a?: string, b?: string) => ({ execution_id: { a, b } }) as Pair;
const diff = (a?: string, b?: string) =>
  ({ first_divergence: { what: "added", path: ["ask"], kind: "node", execution_id: { a, b } } }) as unknown as Diff;
const run = (missing: unknown) => ({ missing }) as Diff["a"];

test("the first difference is the pair of the same two executions", () => {
  expect(isFirst(pair("1", "2"), diff("1", "2"))).toBe(true);
  expect(isFirst(pair("1", "3"), diff("1", "2"))).toBe(false);
});

test("a first difference of the requests themselves is no pair", () => {
  expect(isFirst(pair(), diff())).toBe(false);
  expect(isFirst(pair("1"), { first_divergence: null } as Diff)).toBe(false);
});

test("the first difference is told in words", () => {
  const told = { path: ["ask", "model"], kind: "llm", execution_id: {} };

  expect(said({ ...told, what: "added" })).toBe("ask › model: only in B");
  expect(said({ ...told, what: "removed" })).toBe("ask › model: only in A");
  expect(said({ ...told, path: [], what: "inputs", at: "question" })).toBe("the request: inputs at question");
});

test("only sums that lack calls are lower bounds", () => {
  const lacks = run({ tokens: 1, cost: 0 });

  expect(total("input_tokens", 7, lacks, count)).toBe("≥ 7");
  expect([total("cost_usd", 7, lacks, count), total("errors", 7, lacks, count)]).toEqual(["7", "7"]);
  expect(total("errors", null, lacks, count)).toBe("–");
});
