/** Where time, tokens or cost went: executions of the same path of names, added up. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { cost, count, duration, few } from "../format";
import { Empty } from "../parts";
import { amend, usePlace } from "../route";
import { type Block, built, MEASURES, type Measure, placed } from "./blocks";
import type { RunState } from "./state";

const ROW = 22;

export function Flame({ state }: { state: RunState }) {
  const asked = usePlace().query.get("by") as Measure;
  const by = MEASURES.includes(asked) ? asked : "time";
  const { element, width } = useWidth();
  const root = useMemo(
    () => built(state.tree, state.run.entrypoint ?? "request", by, state.now),
    [state.tree, by, state.running ? state.now : 0],
  );
  const blocks = useMemo(() => placed(root, width), [root, width]);
  const write = by === "time" ? duration : by === "cost" ? cost : few;
  const told = (value: number) => `${write(value)}, ${((value / (root.value || 1)) * 100).toFixed(1)} %`;
  return (
    <>
      <Bar by={by} />
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
              title={`${titled(block)}: ${told(block.value)}`}
              onClick={() => state.select(block.row)}
            >
              {wide > 30 && (
                <>
                  {titled(block)} <span class="dim">{write(block.value)}</span>
                </>
              )}
            </button>
          ))}
        </div>
      </div>
    </>
  );
}

/** How wide an element is, as the window changes. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const watcher = new ResizeObserver(() => element.current && setWidth(element.current.clientWidth));
    watcher.observe(element.current!);
    return () => watcher.disconnect();
  }, []);
  return { element, width };
}

const Bar = ({ by }: { by: Measure }) => (
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
);

const titled = ({ name, rows }: Block) => `${name}${rows.length > 1 ? ` × ${count(rows.length)}` : ""}`;
