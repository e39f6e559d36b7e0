/** Terms of the query language, begun and put together. */
import { expect, test } from "vitest";
import { completed, type Fields, nextOption, optionsFor, quoted, toggled } from "../src/runs/terms";

const KNOWN: Fields = {
  fields: [
    { name: "status", sort: "text", help: "", example: "" },
    { name: "since", sort: "time", help: "", example: "" },
    { name: "cost", sort: "number", help: "", example: "" },
  ],
  values: { status: ["error", "completed"], entrypoint: ["my agent", "other"] },
};
const offered = (before: string) => optionsFor(KNOWN, before).map((option) => option.text);

test("only the last word is completed, and a number asks for a comparison", () => {
  expect(offered("status:error s")).toEqual(["status:", "since:"]);
  expect(offered("co")).toEqual(["cost>"]);
});

test("a value with a space is quoted, and found though its quote is begun", () => {
  expect(offered('entrypoint:"my')).toEqual(['entrypoint:"my agent"']);
});

test("a term that is taken out stays so when it is completed", () => {
  expect(offered("-status:err")).toEqual(["-status:error"]);
});

test("a value that is whole is not offered again", () => {
  expect(offered("status:error")).toEqual([]);
});

test("a term takes the place of another of its field, and leaves the rest", () => {
  expect(toggled("status:error dur>2s", "status:completed")).toBe("dur>2s status:completed");
});

test("a term that is there is taken out", () => {
  expect(toggled("  status:error   dur>2s ", "status:error")).toBe("dur>2s");
});

test("an option takes the place of the word before the caret", () => {
  expect(completed("cost>1 sta text:x", 10, { text: "status:", help: "" })).toBe("cost>1 status: text:x");
});

test("options come round and round, and none is before the first", () => {
  expect([nextOption(-1, 1, 3), nextOption(-1, -1, 3), nextOption(2, 1, 3), nextOption(0, -1, 3)]).toEqual([
    0, 2, 0, 2,
  ]);
  expect(nextOption(-1, 1, 0)).toBe(-1);
});

test.each([
  ["plan_trip", "plan_trip"],
  ["plan trip", '"plan trip"'],
  ["a*", '"a*"'],
])("the value %s is written as %s", (value, written) => {
  expect(quoted(value)).toBe(written);
});
