/** Terms of the query language, begun and put together. */
import { expect, test } from "vitest";
import { type Fields, optionsFor, toggled } from "../src/runs/terms";

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
