/** Two texts line by line. */

/** A line, and whether it is only in the second text, only in the first, or in both. */
export type Signed = ["+" | "-" | " ", string];

/** The longest common lines; of long texts the common beginning and end only. */
export function diffed(a: string[], b: string[]): Signed[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [from, to] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const same = (lines: string[]) => lines.map((line): [" ", string] => [" ", line]);
  const middle: Signed[] = [];
  if (from.length * to.length > 250_000) {
    middle.push(...from.map((line): ["-", string] => ["-", line]), ...to.map((line): ["+", string] => ["+", line]));
  } else {
    const length = Array.from({ length: from.length + 1 }, () => new Uint16Array(to.length + 1));
    for (let i = from.length - 1; i >= 0; i--)
      for (let j = to.length - 1; j >= 0; j--)
        length[i][j] = from[i] === to[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    let [i, j] = [0, 0];
    while (i < from.length || j < to.length) {
      if (i < from.length && j < to.length && from[i] === to[j]) {
        middle.push([" ", from[i++]]);
        j++;
      } else if (i < from.length && (j === to.length || length[i + 1][j] >= length[i][j + 1]))
        middle.push(["-", from[i++]]);
      else middle.push(["+", to[j++]]);
    }
  }
  return [...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))];
}
