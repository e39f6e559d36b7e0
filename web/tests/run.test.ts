/** How a run is looked at: by its address, by keys, with parts of it folded. */
import { expect, test } from "vitest";
import { withoutThese, withThese } from "../src/run/folds";
import { lastFrame } from "../src/run/inspector/stack";
import { lookOf, nextFailure } from "../src/run/look";
import { rangeAround } from "../src/run/waterfall";
import { REQUEST } from "../src/tree";
import { tree } from "./support";

const RUN = tree({ id: "a" }, { id: "b", parent: "a" });
const look = (query: string) => lookOf(new URLSearchParams(query), RUN);

test("an address that says nothing shows the timeline of the whole run, with the request selected", () => {
  expect(look("")).toEqual({
    view: "timeline",
    find: "",
    onlyErrors: false,
    focus: -1,
    selected: REQUEST,
    time: null,
  });
});

test("an address says what is selected and what is in sight", () => {
  const found = look("view=flame&find=x&only=error&focus=a&span=b&t=1-2");

  expect(found).toEqual({ view: "flame", find: "x", onlyErrors: true, focus: 0, selected: 1, time: "1-2" });
});

test("an address of what is not there selects nothing and shows the timeline", () => {
  expect(look("view=constructor&span=other&only=all")).toMatchObject({
    view: "timeline",
    selected: -1,
    onlyErrors: false,
  });
});

test("failures come round and round", () => {
  expect([nextFailure([2, 5], REQUEST, 1), nextFailure([2, 5], REQUEST, -1)]).toEqual([2, 5]);
  expect([nextFailure([2, 5], 5, 1), nextFailure([2, 5], 2, -1), nextFailure([2, 5], 2, 1)]).toEqual([2, 5, 5]);
  expect(nextFailure([], 2, 1)).toBeNull();
});

test("names that change nothing leave the same set, so that nothing is drawn anew", () => {
  const names = new Set(["a", "b"]);

  expect(withThese(names, ["a"])).toBe(names);
  expect(withoutThese(names, ["c", ""])).toBe(names);
  expect([withThese(names, ["c"]), withoutThese(names, ["a"])]).toEqual([new Set(["a", "b", "c"]), new Set(["b"])]);
});

test("a range around an execution has room on both sides, but none outside of the run", () => {
  expect(rangeAround(100, 200, 1000)).toEqual([96, 204]);
  expect(rangeAround(0, 1000, 1000)).toEqual([0, 1000]);
});

test("an error was raised in the last frame of its stack", () => {
  const stack =
    'Traceback:\n  File "a.py", line 1, in outer\n    inner()\n  File "b.py", line 22, in inner\n    1 / 0\nError';

  expect(lastFrame(stack)).toEqual({ place: "b.py:22 in inner", line: "1 / 0" });
  expect(lastFrame("Error: no stack")).toBeNull();
});
