/** What the tabs of a run share: the tree, what is selected, and how it is looked at. */
import { useCallback, useMemo } from "preact/hooks";
import type { RunAnswer } from "../model";
import { useNow } from "../parts";
import { amend } from "../route";
import { useTheme } from "../shell/theme";
import { type Choice, type Lines, linesOf, REQUEST, type Tree } from "../tree";
import { foldKey, useFolds, useRevealed } from "./folds";
import type { Look } from "./look";
import { rangeAround, rangeOf, written } from "./waterfall";

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

export function useRunState(run: RunAnswer, tree: Tree, look: Look, showCritical: boolean): RunState {
  const { selected } = look;
  const theme = useTheme();
  const running = run.status === "running";
  const total = useTotal(run, tree);
  const range = useMemo(() => rangeOf(look.time, total), [look.time, total]);
  const folds = useFolds();
  const lines = useLines(tree, look, folds);
  useRevealed(tree, lines, selected, folds);
  const select = useCallback((row: number) => amend({ span: row === REQUEST ? null : tree.id(row) }), [tree]);
  return {
    run,
    tree,
    lines,
    now: total,
    total,
    running,
    range,
    selected,
    showCritical,
    theme,
    treeWidth: Math.round(Math.min(420, Math.max(240, innerWidth * 0.27))),
    select,
    inspect: () => document.getElementById("inspector")?.focus(),
    zoom: (row) =>
      amend({ t: row === REQUEST ? null : written(rangeAround(tree.start[row], tree.end(row, total), total)) }),
    fold: (row, close) => folds.fold(foldKey(tree, row), close),
    isFolded: (row) => folds.folded.has(foldKey(tree, row)),
    toggleGroup: folds.toggle,
    isGroupOpen: (group) => folds.opened.has(group),
  };
}

/** How long the run took; while it runs, how long until now. */
function useTotal(run: RunAnswer, tree: Tree): number {
  const running = run.status === "running";
  const clock = useNow(running ? 250 : null);
  const latest = useMemo(
    () => tree.start.reduce((end, start, row) => Math.max(end, start + (tree.length[row] || 0)), 0),
    [tree],
  );
  const until = running && run.started_at ? clock - Date.parse(run.started_at) : 0;
  return Math.max(run.duration_ms ?? until, latest, 0.001);
}

function useLines(
  tree: Tree,
  { find, onlyErrors, focus }: Look,
  { folded, opened }: Pick<Choice, "folded" | "opened">,
) {
  return useMemo(
    () => linesOf(tree, { folded, opened, find, onlyErrors, focus }),
    [tree, folded, opened, find, onlyErrors, focus],
  );
}
