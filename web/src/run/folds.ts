/** Which executions are folded, and which groups of them are opened. */
import { useEffect, useState } from "preact/hooks";
import { type Lines, REQUEST, type Tree } from "../tree";

type Names = ReadonlySet<string>;

export interface Folds {
  folded: Names;
  opened: Names;
  fold(key: string, close: boolean): void;
  toggle(group: string): void;
  reveal(keys: string[], groups: string[]): void;
}

export const withThese = (names: Names, more: string[]): Names =>
  more.every((name) => names.has(name)) ? names : new Set([...names, ...more]);

/** The same set where nothing changes, so that nothing is drawn anew. */
export function withoutThese(names: Names, less: string[]): Names {
  const kept = [...names].filter((name) => !less.includes(name));
  return kept.length === names.size ? names : new Set(kept);
}

export function useFolds(): Folds {
  const [folded, setFolded] = useState<Names>(new Set());
  const [opened, setOpened] = useState<Names>(new Set());
  return {
    folded,
    opened,
    fold: (key, close) => setFolded((former) => (close ? withThese(former, [key]) : withoutThese(former, [key]))),
    toggle: (group) =>
      setOpened((former) => (former.has(group) ? withoutThese(former, [group]) : withThese(former, [group]))),
    reveal: (keys, groups) => {
      setFolded((former) => withoutThese(former, keys));
      setOpened((former) => withThese(former, groups));
    },
  };
}

/** What an execution is folded by: its id, and nothing for the request. */
export const foldKey = (tree: Tree, row: number) => (row === REQUEST ? "" : tree.id(row));

/** Unfold what hides the selected execution. */
export function useRevealed(tree: Tree, lines: Lines, selected: number, folds: Folds): void {
  useEffect(() => {
    if (selected < 0 || selected === REQUEST || lines.row.includes(selected)) return;
    const above = tree.above(selected);
    const around = new Set([selected, ...above]);
    const groups = lines.groups.filter((group) => group.members.some((row) => around.has(row)));
    folds.reveal(
      ["", ...above.map(tree.id)],
      groups.map((group) => group.key),
    );
  }, [selected, lines]);
}
