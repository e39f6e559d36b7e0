/** Where time, tokens or cost went: executions of the same path of names, added up. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { cost, count, duration, few } from "../format";
import { Empty } from "../parts";
import { amend, usePlace } from "../route";
import { REQUEST, type Tree } from "../tree";
import type { RunState } from "./state";

const ROW = 22;
const MOST = 900;
const MEASURES = ["time", "tokens", "cost"] as const;
type Measure = (typeof MEASURES)[number];

interface Block {
  name: string;
  kind: string;
  row: number;
  rows: number[];
  value: number;
  failed: boolean;
  children: Map<string, Block>;
}

export function Flame({ state }: { state: RunState }) {
  const place = usePlace();
  const by = MEASURES.includes(place.query.get("by") as Measure) ? (place.query.get("by") as Measure) : "time";
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const watcher = new ResizeObserver(() => element.current && setWidth(element.current.clientWidth));
    watcher.observe(element.current!);
    return () => watcher.disconnect();
  }, []);
  const root = useMemo(
    () => built(state.tree, state.run.entrypoint ?? "request", by, state.now),
    [state.tree, by, state.running ? state.now : 0],
  );
  const blocks = useMemo(() => placed(root, width), [root, width]);
  const write = by === "time" ? duration : by === "cost" ? cost : few;
  return (
    <>
      <div class="toolbar">
        <span class="dim">Width by</span>
        {MEASURES.map((measure) => (
          <button
            key={measure}
            type="button"
            class="button"
            aria-pressed={measure === by}
            onClick={() => amend({ by: measure === "time" ? null : measure })}
          >
            {measure}
          </button>
        ))}
        <span class="dim small">
          {by === "time" ? "What ran at the same time counts as often as it ran." : "Only what models reported."}
        </span>
      </div>
      <div class="flame" ref={element} tabIndex={0} aria-label="Flame graph" role="group">
        {root.value === 0 && (
          <Empty title={`No ${by} is known`}>
            <p>The models of this run did not report any.</p>
          </Empty>
        )}
        <div style={{ height: `${(Math.max(0, ...blocks.map((block) => block.depth)) + 1) * ROW + 8}px` }}>
          {blocks.map(({ block, left, wide, depth }) => (
            <button
              type="button"
              key={`${depth}-${left}`}
              class={`block k-${block.kind} ${block.failed ? "failed" : ""}`}
              style={{ left: `${left}px`, width: `${Math.max(2, wide)}px`, top: `${depth * ROW + 4}px` }}
              title={`${block.name}${block.rows.length > 1 ? ` × ${count(block.rows.length)}` : ""}: ${write(block.value)}, ${((block.value / (root.value || 1)) * 100).toFixed(1)} %`}
              onClick={() => state.select(block.row)}
            >
              {wide > 30 && (
                <>
                  {block.name}
                  {block.rows.length > 1 ? ` × ${count(block.rows.length)}` : ""}{" "}
                  <span class="dim">{write(block.value)}</span>
                </>
              )}
            </button>
          ))}
        </div>
      </div>
    </>
  );
}

function built(tree: Tree, name: string, by: Measure, now: number): Block {
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

function placed(root: Block, width: number): { block: Block; left: number; wide: number; depth: number }[] {
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
