/** What the tabs of a run share: the tree, what is selected, and how it is looked at. */
import type { RunAnswer } from "../model";
import type { Lines, Tree } from "../tree";

export interface RunState {
  run: RunAnswer;
  tree: Tree;
  lines: Lines;
  /** Milliseconds since the start of the request; what is open ends here. */
  now: number;
  /** How long the run took, or took so far. */
  total: number;
  running: boolean;
  range: [number, number];
  /** A row, `REQUEST`, or -1. */
  selected: number;
  showCritical: boolean;
  treeWidth: number;
  theme: string;
  select(row: number): void;
  inspect(): void;
  zoom(row: number): void;
  fold(row: number, folded: boolean): void;
  isFolded(row: number): boolean;
  toggleGroup(key: string): void;
  isGroupOpen(key: string): boolean;
}
