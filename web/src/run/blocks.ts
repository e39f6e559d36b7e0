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
  const root = block(name, "request", REQUEST);
  root.rows.push(REQUEST);
  const value = (row: number): number => {
    if (row === REQUEST) return by === "time" ? now : 0;
    if (by === "time") return tree.end(row, now) - tree.start[row];
    return (by === "tokens" ? tree.tokens(row) : tree.columns.cost_usd[row]) ?? 0;
  };
  // From the leaves: nothing is narrower than what is inside of it.
  for (const each of below(root, tree).reverse()) {
    const inside = [...each.children.values()].reduce((sum, child) => sum + child.value, 0);
    const own = each.rows.reduce((sum, row) => sum + value(row), 0);
    each.value = Math.max(inside, own);
  }
  return root;
}

const block = (name: string, kind: string, row: number): Block => ({
  name,
  kind,
  row,
  rows: [],
  value: 0,
  failed: false,
  children: new Map(),
});

/** Put what ran into the blocks of its paths of names; return all blocks, each before those inside of it. */
function below(root: Block, tree: Tree): Block[] {
  const waiting = [root];
  const order = [root];
  while (waiting.length > 0) {
    const above = waiting.pop()!;
    for (const row of above.rows.flatMap((each) => [...tree.children(each)])) {
      const key = `${tree.kind(row)} ${tree.name(row)}`;
      let found = above.children.get(key);
      if (found === undefined) {
        found = block(tree.name(row), tree.kind(row), row);
        above.children.set(key, found);
        waiting.push(found);
        order.push(found);
      }
      found.rows.push(row);
      found.failed ||= tree.status(row) === "error";
    }
  }
  return order;
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
