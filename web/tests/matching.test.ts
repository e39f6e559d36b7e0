/** What the command palette finds. */
import { expect, test } from "vitest";
import { matching } from "../src/shell/matching";

const COMMANDS = [
  ["Runs", "page"],
  ["Failed runs", "command"],
  ["plan_trip 01234567", "error"],
].map(([title, about]) => ({ title, about, act: () => undefined }));
const titles = (text: string) => matching(COMMANDS, text).map(({ title }) => title);

test("without a text everything is found", () => {
  expect(titles(" ")).toHaveLength(3);
});

test("every word must occur, in any order and of any case, in the title or in what it is", () => {
  expect(titles("0123 PLAN")).toEqual(["plan_trip 01234567"]);
  expect(titles("runs command")).toEqual(["Failed runs"]);
  expect(titles("runs nothing")).toEqual([]);
});
