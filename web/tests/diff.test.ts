/** Two texts line by line. */
import { expect, test } from "vitest";
import { diffed } from "../src/diff";

const written = (a: string[], b: string[]) => diffed(a, b).map(([sign, line]) => sign + line);
/** Every list of up to four lines of three kinds. */
const TEXTS = [[]] as string[][];
for (const text of TEXTS) if (text.length < 4) for (const line of "abc") TEXTS.push([...text, line]);

test("what is kept and what is gone is the first text, what is kept and what came is the second", () => {
  for (const a of TEXTS) {
    for (const b of TEXTS) {
      const lines = diffed(a, b);
      const without = (sign: string) => lines.filter(([each]) => each !== sign).map(([, line]) => line);
      if (without("+").join() !== a.join() || without("-").join() !== b.join()) expect.fail(`${a} and ${b}: ${lines}`);
    }
  }
});

test("a line that was put in is the only one that is told", () => {
  expect(written(["a", "b", "c"], ["a", "x", "b", "c"])).toEqual([" a", "+x", " b", " c"]);
});

test("lines in common stay where the text around them changed", () => {
  expect(written(["x", "same", "y"], ["p", "same", "q"])).toEqual(["-x", "+p", " same", "-y", "+q"]);
});

test("of texts too long to compare, only the common beginning and end stay", () => {
  const long = (name: string) => Array.from({ length: 600 }, (_, at) => (at === 300 ? "same" : `${name}${at}`));
  const lines = diffed(["head", ...long("a"), "tail"], ["head", ...long("b"), "tail"]);

  expect(lines.filter(([sign]) => sign === " ").map(([, line]) => line)).toEqual(["head", "tail"]);
  expect(lines.length).toBe(1202);
});
