/** A run's tree: who is whose child, what it waited for, and which lines are shown. */
import { expect, test } from "vitest";
import { type Choice, linesOf, merged, REQUEST, Tree } from "../src/tree";
import { columns, type Made, tree } from "./support";

const EVERYTHING: Choice = { folded: new Set(), opened: new Set(), find: "", onlyErrors: false, focus: -1 };
const FAMILY: Made[] = [
  { id: "graph", length: 10 },
  { id: "first", parent: "graph", start: 0, length: 4 },
  { id: "inner", parent: "first", start: 1, length: 2, status: "error" },
  { id: "second", parent: "graph", start: 5, length: 5 },
];
const alike = (number: number): Made[] => Array.from({ length: number }, (_, at) => ({ id: `t${at}`, name: "tool" }));

test("children stand in the order in which they began", () => {
  const family = tree(...FAMILY);

  expect([...family.children(0)]).toEqual([1, 3]);
  expect([...family.children(REQUEST)]).toEqual([0]);
});

test("a child that was recorded before its parent is as deep as any other", () => {
  const turned = tree({ id: "child", parent: "parent" }, { id: "parent" });

  expect([...turned.level]).toEqual([3, 2]);
});

test("what is inside of it is not its own time, and overlapping children count once", () => {
  const family = tree(
    { id: "outer", length: 10 },
    { id: "a", parent: "outer", start: 1, length: 4 },
    { id: "b", parent: "outer", start: 3, length: 4 },
  );

  expect(family.own(0, 10)).toBe(4);
});

test("what still runs ends now", () => {
  expect(tree({ id: "open", start: 3, length: null }).end(0, 8)).toBe(8);
});

test("the critical path leaves out what ran beside something longer", () => {
  const family = tree({ id: "long", length: 10 }, { id: "beside", start: 2, length: 3 });

  expect([...family.critical(10)]).toEqual([1, 0]);
});

test("a model call that failed and told nothing lacks nothing, one that ended lacks tokens and cost", () => {
  const calls = tree({ id: "failed", kind: "llm", status: "error" }, { id: "mute", kind: "llm" }, { id: "step" });

  expect([0, 1, 2].map((row) => calls.missing(row))).toEqual([null, { tokens: 1, cost: 1 }, null]);
});

test("a name that draws nothing is told to be none", () => {
  expect(tree({ id: "a", name: " \n" }).name(0)).toBe("(no name)");
});

test("below what is folded no line is shown", () => {
  const lines = linesOf(tree(...FAMILY), { ...EVERYTHING, folded: new Set(["first"]) });

  expect(lines.row).toEqual([REQUEST, 0, 1, 3]);
});

test("what is looked for is shown with all above it, even where that is folded", () => {
  const lines = linesOf(tree(...FAMILY), { ...EVERYTHING, find: "INNER", folded: new Set(["first"]) });

  expect(lines.row).toEqual([REQUEST, 0, 1, 2]);
});

test("of errors alone, nothing is shown that neither failed nor holds what did", () => {
  expect(linesOf(tree(...FAMILY), { ...EVERYTHING, onlyErrors: true }).row).toEqual([REQUEST, 0, 1, 2]);
});

test("with a focus the lines begin there", () => {
  expect(linesOf(tree(...FAMILY), { ...EVERYTHING, focus: 1 }).row).toEqual([1, 2]);
});

test("five siblings of one name are one line, four are four", () => {
  expect(linesOf(tree(...alike(5)), EVERYTHING).row).toEqual([REQUEST, ~0]);
  expect(linesOf(tree(...alike(4)), EVERYTHING).row).toEqual([REQUEST, 0, 1, 2, 3]);
});

test("a group that is opened shows its members one level deeper", () => {
  const lines = linesOf(tree(...alike(5)), { ...EVERYTHING, opened: new Set(["*t0"]) });

  expect(lines.row).toEqual([REQUEST, ~0, 0, 1, 2, 3, 4]);
  expect(lines.level).toEqual([1, 2, 3, 3, 3, 3, 3]);
});

test("a run of ten thousand levels has ten thousand lines", () => {
  const deep = Array.from({ length: 10_000 }, (_, at): Made => ({ id: `${at}`, parent: `${at - 1}` }));
  const made = columns(deep.map(({ id }) => ({ id })));
  made.parent = deep.map((_, at) => at - 1);

  expect(linesOf(new Tree(made), EVERYTHING).row.length).toBe(10_001);
});

test("what changed is put in without changing what was known", () => {
  const known = columns(FAMILY);
  const { parent: _, ...fresh } = columns([{ id: "new", name: "unheard", status: "running", length: null }]);
  const repeating = Object.entries(fresh).map(([name, column]) =>
    typeof column === "object" && !Array.isArray(column)
      ? [name, column.at.map((at) => (at < 0 ? null : column.words[at]))]
      : [name, column],
  );

  const after = new Tree(merged(known, { ...Object.fromEntries(repeating), parent_id: ["second"] }));

  expect([after.count, after.name(4), after.status(4), after.parent[4]]).toEqual([5, "unheard", "running", 3]);
  expect(known).toEqual(columns(FAMILY));
});
