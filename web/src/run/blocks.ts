/** The blocks of a flame graph: how much each stands for, and where it is drawn. */
import { REQUEST, type Tree } from "../tree";

export const MEASURES = ["time", "tokens", "cost"] as const;

export type Measure = (typeof MEASURES)[number];

export interface Block {
  name: string;
  kind: string;
  row: number;
  rows: number[];
  value: number;
  failed: boolean;
  children: Map<string, Block>;
}

const MOST = 900;

export function built(tree: Tree, name: string, by: Measure, now: number): Block {
  const value = (row: number): number =>
    by === "time"
      ? tree.end(row, now) - tree.start[row]
      : by === "tokens"
        ? (tree.tokens(row) ?? 0)
        : (tree.columns.cost_usd[row] ?? 0);
  const root: Block = {
    name,
    kind: "request",
    row: REQUEST,
    rows: [REQUEST],
    value: 0,
    failed: false,
    children: new Map(),
  };
  const waiting: Block[] = [root];
  const order: Block[] = [root];
  while (waiting.length > 0) {
    const block = waiting.pop()!;
    for (const row of block.rows) {
      for (const child of tree.children(row)) {
        const key = `${tree.kind(child)} ${tree.name(child)}`;
        let found = block.children.get(key);
        if (found === undefined) {
          found = {
            name: tree.name(child),
            kind: tree.kind(child),
            row: child,
            rows: [],
            value: 0,
            failed: false,
            children: new Map(),
          };
          block.children.set(key, found);
          waiting.push(found);
          order.push(found);
        }
        found.rows.push(child);
        found.failed ||= tree.status(child) === "error";
      }
    }
  }
  // From the leaves: nothing is narrower than what is inside of it.
  for (let at = order.length - 1; at >= 0; at--) {
    const block = order[at];
    const inside = [...block.children.values()].reduce((sum, child) => sum + child.value, 0);
    const own =
      block.row === REQUEST ? (by === "time" ? now : 0) : block.rows.reduce((sum, row) => sum + value(row), 0);
    block.value = Math.max(inside, own);
  }
  return root;
}

export function placed(root: Block, width: number): { block: Block; left: number; wide: number; depth: number }[] {
  const found: { block: Block; left: number; wide: number; depth: number }[] = [];
  const scale = (width - 8) / (root.value || 1);
  let level = [{ block: root, left: 4, depth: 0 }];
  while (level.length > 0 && found.length < MOST) {
    const below: typeof level = [];
    for (const { block, left, depth } of level) {
      const wide = block.value * scale;
      if (wide < 1.5 || found.length >= MOST) continue;
      found.push({ block, left, wide: wide - 1, depth });
      let at = left;
      for (const child of [...block.children.values()].sort((a, b) => b.value - a.value)) {
        below.push({ block: child, left: at, depth: depth + 1 });
        at += child.value * scale;
      }
    }
    level = below;
  }
  return found;
}
