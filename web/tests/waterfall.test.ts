/** Where things stand in the timeline and in the flame graph. */
import { expect, test } from "vitest";
import { built, placed } from "../src/run/blocks";
import { parentLine, rangeOf, sibling, step, ticks, written } from "../src/run/waterfall";
import { type Lines, REQUEST } from "../src/tree";
import { tree } from "./support";

/** The request, a group, an execution with one inside, and a sibling. */
const LINES: Lines = { row: [REQUEST, ~0, 3, 4, 5], level: [1, 2, 2, 3, 2], groups: [] };

test("ticks are round numbers, and stop before the end", () => {
  expect(ticks([0, 1000])).toEqual([0, 200, 400, 600, 800]);
  expect(ticks([30, 75])).toEqual([30, 40, 50, 60]);
});

test.each([0.0013, 0.7, 33, 5e4, 1e9])("a time of %s ms has at least three ticks and at most twelve", (length) => {
  const found = ticks([0, length]).length;

  expect(found).toBeGreaterThanOrEqual(3);
  expect(found).toBeLessThanOrEqual(12);
});

test("a step passes over groups, and at the end it stays", () => {
  expect([step(LINES, 0, 1), step(LINES, 2, -1), step(LINES, 4, 1)]).toEqual([2, 0, 4]);
});

test("a sibling has the same parent", () => {
  expect([sibling(LINES, 2, 1), sibling(LINES, 3, 1), sibling(LINES, 3, -1)]).toEqual([4, 3, 3]);
});

test("the line above in the tree is the parent's", () => {
  expect([parentLine(LINES, 3), parentLine(LINES, 2), parentLine(LINES, 0)]).toEqual([2, 0, 0]);
});

test("a range that is written is read again", () => {
  expect(rangeOf(written([1.25, 7.5]), 10)).toEqual([1.25, 7.5]);
});

test.each([null, "", "5", "7-3", "12-14", "-1-2"])("the range %s of ten is all of it", (text) => {
  expect(rangeOf(text, 10)).toEqual([0, 10]);
});

test("executions of one path are one block, and a name elsewhere is another", () => {
  const run = tree(
    { id: "a", name: "node", length: 2 },
    { id: "b", name: "node", length: 3, start: 2 },
    { id: "c", name: "node", length: 1, parent: "a" },
  );
  const root = built(run, "agent", "time", 10);

  expect([...root.children.values()].map((block) => [block.rows, block.value])).toEqual([[[0, 1], 5]]);
  expect([...[...root.children.values()][0].children.values()].map((block) => block.rows)).toEqual([[2]]);
});

test("no block is narrower than what is inside of it", () => {
  const run = tree({ id: "outer", length: 1 }, { id: "inner", parent: "outer", length: 4 });
  const [request, outer, inner] = placed(built(run, "agent", "time", 5), 1008);

  expect([request.wide, outer.wide, inner.wide]).toEqual([999, 799, 799]);
  expect([outer.left, inner.depth]).toEqual([4, 2]);
});
