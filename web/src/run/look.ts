/** How a run is looked at, as the address says it, so that a link leads anybody to the same view. */
import { REQUEST, type Tree } from "../tree";

export const TABS = ["timeline", "flame", "graph", "chat", "state", "events", "raw"] as const;
export type Tab = (typeof TABS)[number];

export interface Look {
  view: Tab;
  find: string;
  onlyErrors: boolean;
  /** The execution below which everything is, or -1. */
  focus: number;
  /** A row, `REQUEST`, or -1. */
  selected: number;
  /** The part of the time that is in sight; null for all of it. */
  time: string | null;
}

export function lookOf(query: URLSearchParams, tree: Tree): Look {
  const view = query.get("view") as Tab;
  const span = query.get("span");
  return {
    view: TABS.includes(view) ? view : "timeline",
    find: query.get("find") ?? "",
    onlyErrors: query.get("only") === "error",
    focus: tree.row(query.get("focus")),
    selected: span === null ? REQUEST : tree.row(span),
    time: query.get("t"),
  };
}

/** The failure after or before the selected row, round and round. */
export function nextFailure(failures: number[], selected: number, by: 1 | -1): number | null {
  if (failures.length === 0) return null;
  const at = failures.indexOf(selected);
  return failures[at < 0 ? (by > 0 ? 0 : failures.length - 1) : (at + by + failures.length) % failures.length];
}
