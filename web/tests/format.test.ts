/** Numbers as people read them. */
import { expect, test } from "vitest";
import { age, allMissing, bytes, cost, delta, duration, few, lacking, tokens, totalCost } from "../src/format";

test.each([
  [null, "–"],
  [Number.NaN, "–"],
  [0.0125, "13 µs"],
  [9.996, "10.0 ms"],
  [999.4, "999 ms"],
  [999.6, "1.00 s"],
  [59_990, "60.0 s"],
  [61_000, "1m 01s"],
  [3_660_000, "1h 01m"],
])("a duration of %s ms is written %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [9_999, "9,999"],
  [12_345, "12.3k"],
  [999_499, "999k"],
  [999_500, "1.00M"],
])("the count %s has at most six characters: %s", (value, text) => {
  expect(few(value)).toBe(text);
});

test.each([
  [0, "$0.00"],
  [0.00001234, "$0.000012"],
  [0.0123, "$0.0123"],
  [1234.5, "$1,234.50"],
])("the cost %s is written %s", (usd, text) => {
  expect(cost(usd)).toBe(text);
});

test.each([
  [999, "999 B"],
  [1_500, "1.50 kB"],
  [2e9, "2.00 GB"],
])("%s bytes are written %s", (value, text) => {
  expect(bytes(value)).toBe(text);
});

test("a sum that lacks calls is a lower bound, and an unknown one is none", () => {
  const missing = { tokens: 0, cost: 1 };

  expect(totalCost({ cost_usd: 2, missing })).toBe("≥ $2.00");
  expect(totalCost({ cost_usd: null, missing })).toBe("–");
});

test("a call without tokens is not counted again as one without a cost", () => {
  const missing = allMissing([{ missing: { tokens: 1, cost: 3 } }, { missing: null }, {}]);

  expect(lacking({ missing })).toBe("without the tokens and cost of 1 call and the cost of 2 calls");
  expect(lacking({ missing: null })).toBe("");
});

test("tokens that are known on one side are a sum, on none they are unknown", () => {
  expect(tokens({ input_tokens: 3, output_tokens: null })).toBe(3);
  expect(tokens({ input_tokens: null, output_tokens: null })).toBe(null);
});

test("a difference has its sign, and none is an equals sign", () => {
  expect([delta(2, String), delta(-2, String), delta(0, String), delta(null, String)]).toEqual(["+2", "−2", "=", "–"]);
});

test("an age is told in the largest unit that is whole, and never lies ahead", () => {
  const at = (seconds: number) => age("2020-01-01T00:00:00Z", Date.parse("2020-01-01T00:00:00Z") + seconds * 1000);

  expect([-5, 59, 60, 7_200, 86_400 * 3].map(at)).toEqual(["0 s ago", "59 s ago", "1 min ago", "2 h ago", "3 d ago"]);
});
