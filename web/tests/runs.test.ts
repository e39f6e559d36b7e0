/** The list of runs as they change, and which of its lines are drawn. */
import { expect, test } from "vitest";
import { inSight } from "../src/list";
import type { Row } from "../src/model";
import { changedBy, type Listed } from "../src/runs/live";

const run = (request_id: string, status = "completed") => ({ request_id, status }) as Row;
const ids = (runs: Row[]) => runs.map((one) => one.request_id);
const LISTED: Listed = { runs: [run("b", "running"), run("a")], cursor: "next", waiting: [] };

test("a run that changed stays where it stands", () => {
  const { runs } = changedBy(LISTED, [run("b", "error")], false);

  expect(runs).toEqual([run("b", "error"), run("a")]);
});

test("new runs come first, the newest before all others", () => {
  expect(ids(changedBy(LISTED, [run("c"), run("d")], false).runs)).toEqual(["d", "c", "b", "a"]);
});

test("where the list must stand still, new runs wait", () => {
  const { runs, waiting } = changedBy(LISTED, [run("c")], true);

  expect([ids(runs), ids(waiting)]).toEqual([["b", "a"], ["c"]]);
});

test("a run that waits is counted once, however often it changes", () => {
  const once = changedBy(LISTED, [run("c", "running")], true);

  expect(changedBy(once, [run("c")], true).waiting).toEqual([run("c")]);
});

test.each([0, 137, 5_000, 27_900])("at %s pixels every line in sight is drawn, in a slot of its own", (top) => {
  const lines = inSight({ top, height: 280, moving: false }, 1000, 28);
  const drawn = lines.map(([at]) => at);

  for (let at = Math.floor(top / 28); at * 28 < Math.min(top + 280, 28_000); at++) expect(drawn).toContain(at);
  expect(new Set(lines.map(([, slot]) => slot)).size).toBe(lines.length);
});

test("while the list moves, lines stand in the order of their slots, so that none changes its place", () => {
  const lines = inSight({ top: 1000, height: 280, moving: true }, 1000, 28);
  const slots = lines.map(([, slot]) => slot);

  expect(slots).toEqual(slots.toSorted((one, two) => one - two));
});

test("a list of three lines draws three", () => {
  expect(inSight({ top: 0, height: 800, moving: false }, 3, 28).map(([at]) => at)).toEqual([0, 1, 2]);
});
