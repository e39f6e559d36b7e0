/** Where things stand in the timeline: its ticks, the time in sight, and the lines that keys go to. */
import type { Lines } from "../tree";

const TICKS = [1, 2, 5];

export function ticks([from, to]: [number, number]): number[] {
  const wanted = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const size = (TICKS.find((each) => each * power >= wanted) ?? 10) * power;
  const found: number[] = [];
  for (let tick = Math.ceil(from / size) * size; tick < to - (to - from) * 0.14 && found.length < 12; tick += size)
    found.push(tick);
  return found;
}

/** The next line that is an execution. */
export function step(lines: Lines, from: number, by: 1 | -1): number {
  let at = from + by;
  while (at >= 0 && at < lines.row.length && lines.row[at] < 0) at += by;
  return at < 0 || at >= lines.row.length ? from : at;
}

export function sibling(lines: Lines, from: number, by: 1 | -1): number {
  for (let at = from + by; at >= 0 && at < lines.row.length && lines.level[at] >= lines.level[from]; at += by) {
    if (lines.level[at] === lines.level[from] && lines.row[at] >= 0) return at;
  }
  return from;
}

export function parentLine(lines: Lines, from: number): number {
  for (let at = from - 1; at >= 0; at--) {
    if (lines.level[at] < lines.level[from] && lines.row[at] >= 0) return at;
  }
  return from;
}

export const written = ([from, to]: [number, number]) => `${+from.toFixed(3)}-${+to.toFixed(3)}`;

export function rangeOf(text: string | null, total: number): [number, number] {
  const found = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text ?? "");
  const [from, to] = found ? [Number(found[1]), Number(found[2])] : [0, total];
  return to > from && from < total ? [from, Math.min(to, total)] : [0, total];
}

/** A range with a little room before and after. */
export function rangeAround(start: number, end: number, total: number): [number, number] {
  const margin = (end - start) * 0.04;
  return [Math.max(0, start - margin), Math.min(total, end + margin)];
}
