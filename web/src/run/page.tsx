/** One run: what went wrong first, then what happened, then everything about the one thing that is selected. */
import { lazy, Suspense } from "preact/compat";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Part } from "../boundary";
import type { RunAnswer } from "../model";
import { Failure, Loading, useKeys, useNow } from "../parts";
import { amend, back, href, usePlace } from "../route";
import { remember, remembered } from "../shell/memory";
import { useTheme } from "../shell/theme";
import { useFetched, useSource } from "../source";
import { type Choice, linesOf, merged, REQUEST, Tree } from "../tree";
import { Chat } from "./chat";
import { Events } from "./events";
import { Flame } from "./flame";
import { Banners, Facts, Head } from "./head";
import { Inspector } from "./inspector";
import { Minimap } from "./minimap";
import { Raw } from "./raw";
import type { RunState } from "./state";
import { States } from "./states";
import { Timeline } from "./timeline";
import { rangeOf, written } from "./waterfall";

const Graph = lazy(() => import("./graph").then((module) => module.Graph));
const TABS = ["timeline", "flame", "graph", "chat", "state", "events", "raw"] as const;
type Tab = (typeof TABS)[number];
const TITLES: Record<Tab, string> = {
  timeline: "Timeline",
  flame: "Flame",
  graph: "Graph",
  chat: "Chat",
  state: "State",
  events: "Events",
  raw: "Raw",
};

export function RunPage({ id }: { id: string }) {
  const source = useSource();
  const { value, problem } = useFetched<RunAnswer>(`runs/${encodeURIComponent(id)}`);
  const [run, setRun] = useState<RunAnswer | null>(null);
  useEffect(() => setRun(value), [value]);
  const whole = run?.request_id ?? null;
  const running = run?.status === "running";
  useEffect(() => {
    if (run === null || whole === null || !running) return;
    return source.follow(
      whole,
      run.changes,
      (event) => {
        const row = event.runs?.find((each) => each.request_id === whole);
        if (row)
          setRun(
            (former) =>
              former && {
                ...former,
                ...row,
                columns: event.executions ? merged(former.columns, event.executions) : former.columns,
              },
          );
      },
      () => undefined,
    );
  }, [whole, running, source]);
  useEffect(() => {
    document.title = run ? `${run.entrypoint ?? "run"} ${run.status} · Gradient` : "Gradient";
  }, [run?.status]);
  if (run === null) return problem ? <Failure problem={problem} /> : <Loading what="the run" />;
  return <Run run={run} key={run.request_id} />;
}

function Run({ run }: { run: RunAnswer }) {
  const place = usePlace();
  const theme = useTheme();
  const running = run.status === "running";
  const clock = useNow(running ? 250 : null);
  const tree = useMemo(() => new Tree(run.columns), [run.columns]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [showCritical, setShowCritical] = useState(true);
  const [inspector, setInspector] = useState(() => Number(remembered("inspector")) || Math.min(460, innerWidth * 0.36));
  const view = TABS.includes(place.query.get("view") as Tab) ? (place.query.get("view") as Tab) : "timeline";
  const find = place.query.get("find") ?? "";
  const onlyErrors = place.query.get("only") === "error";
  const focus = tree.row(place.query.get("focus"));
  const span = place.query.get("span");
  const selected = span === null ? REQUEST : tree.row(span);

  const latest = useMemo(
    () => tree.start.reduce((end, start, row) => Math.max(end, start + (tree.length[row] || 0)), 0),
    [tree],
  );
  const total = Math.max(
    run.duration_ms ?? (running && run.started_at ? clock - Date.parse(run.started_at) : 0),
    latest,
    0.001,
  );
  const range = useMemo(() => rangeOf(place.query.get("t"), total), [place.query.get("t"), total]);
  const choice: Choice = useMemo(
    () => ({ folded, opened, find, onlyErrors, focus }),
    [folded, opened, find, onlyErrors, focus],
  );
  const lines = useMemo(() => linesOf(tree, choice), [tree, choice]);
  const failures = useMemo(() => tree.failures(), [tree]);

  // What is selected must be among the lines: unfold what is above it.
  useEffect(() => {
    if (selected < 0 || selected === REQUEST || lines.row.includes(selected)) return;
    const above = new Set(tree.above(selected).map(tree.id));
    setFolded((former) => new Set([...former].filter((key) => key !== "" && !above.has(key))));
    const around = new Set([selected, ...tree.above(selected)]);
    const groups = lines.groups.filter((group) => group.members.some((row) => around.has(row)));
    if (groups.length > 0) setOpened((former) => new Set([...former, ...groups.map((group) => group.key)]));
  }, [selected, lines]);

  const select = useCallback((row: number) => amend({ span: row === REQUEST ? null : tree.id(row) }), [tree]);
  const key = (row: number) => (row === REQUEST ? "" : tree.id(row));
  const zoomed = (row: number) => {
    if (row === REQUEST) return amend({ t: null });
    const margin = (tree.end(row, total) - tree.start[row]) * 0.04;
    amend({ t: written([Math.max(0, tree.start[row] - margin), Math.min(total, tree.end(row, total) + margin)]) });
  };
  const state: RunState = {
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
    zoom: zoomed,
    fold: (row, close) =>
      setFolded((former) =>
        close ? new Set([...former, key(row)]) : new Set([...former].filter((each) => each !== key(row))),
      ),
    isFolded: (row) => folded.has(key(row)),
    toggleGroup: (group) =>
      setOpened((former) =>
        former.has(group) ? new Set([...former].filter((each) => each !== group)) : new Set([...former, group]),
      ),
    isGroupOpen: (group) => opened.has(group),
  };
  const failure = (by: 1 | -1) => {
    if (failures.length === 0) return;
    const at = failures.indexOf(selected);
    select(failures[at < 0 ? (by > 0 ? 0 : failures.length - 1) : (at + by + failures.length) % failures.length]);
  };
  useKeys({
    n: () => failure(1),
    p: () => failure(-1),
    z: () => zoomed(selected < 0 ? REQUEST : selected),
    f: () => amend({ focus: focus >= 0 || selected === REQUEST ? null : span }),
    e: () => amend({ only: onlyErrors ? null : "error" }),
    c: () => setShowCritical(!showCritical),
    g: () => amend({ view: "graph" }, false),
    y: () => void navigator.clipboard?.writeText(location.href),
    Escape: () =>
      find || onlyErrors || focus >= 0 || place.query.get("t")
        ? amend({ find: null, only: null, focus: null, t: null })
        : back(),
    ...Object.fromEntries(
      TABS.map((tab, at) => [String(at + 1), () => amend({ view: tab === "timeline" ? null : tab }, false)]),
    ),
  });

  return (
    <>
      <Part what="the title" of={run}>
        <Head run={run} />
      </Part>
      <Part what="the facts" of={run}>
        <Facts run={run} tree={tree} total={total} />
      </Part>
      <Part what="the errors" of={run}>
        <Banners run={run} tree={tree} failures={failures} select={select} />
      </Part>
      <div class="tabs">
        <div role="tablist" aria-label="Views of the run">
          {TABS.map((tab) => (
            <button
              key={tab}
              type="button"
              role="tab"
              id={`tab-${tab}`}
              aria-controls="view"
              aria-selected={tab === view}
              onClick={() => amend({ view: tab === "timeline" ? null : tab }, false)}
            >
              {TITLES[tab]}
            </button>
          ))}
        </div>
        {view === "timeline" && (
          <div class="tools">
            {focus >= 0 && (
              <button type="button" class="button on" onClick={() => amend({ focus: null })}>
                Only {tree.name(focus)} ×
              </button>
            )}
            {place.query.get("t") && (
              <button type="button" class="button" onClick={() => amend({ t: null })}>
                Whole time
              </button>
            )}
            <button
              type="button"
              class="button plain"
              aria-pressed={showCritical}
              title="What the run had to wait for (c)"
              onClick={() => setShowCritical(!showCritical)}
            >
              Critical path
            </button>
            {failures.length > 0 && (
              <button
                type="button"
                class="button plain"
                aria-pressed={onlyErrors}
                title="e"
                onClick={() => amend({ only: onlyErrors ? null : "error" })}
              >
                Only errors
              </button>
            )}
            <input
              class="field"
              type="search"
              placeholder="Find by name, kind, model"
              aria-label="Find executions"
              value={find}
              onInput={(event) => amend({ find: event.currentTarget.value || null })}
            />
          </div>
        )}
      </div>
      <div class="split" id="view" role="tabpanel" aria-labelledby={`tab-${view}`}>
        <div class="view">
          {view === "timeline" && (
            <Part what="the strip" of={tree}>
              <Minimap
                tree={tree}
                total={total}
                now={total}
                range={range}
                theme={theme}
                onRange={(to) => amend({ t: to && written(to) })}
              />
            </Part>
          )}
          <Part what={`the tab ${TITLES[view]}`} of={`${view} ${tree.count} ${run.status}`}>
            {view === "timeline" && <Timeline state={state} />}
            {view === "flame" && <Flame state={state} />}
            {view === "graph" && (
              <Suspense fallback={<Loading what="the graph" />}>
                <Graph state={state} />
              </Suspense>
            )}
            {view === "chat" && <Chat state={state} />}
            {view === "state" && <States state={state} />}
            {view === "events" && <Events state={state} />}
            {view === "raw" && <Raw state={state} />}
          </Part>
        </div>
        <Handle width={inspector} onWidth={setInspector} />
        <Part what="the details" of={`${selected} ${run.status}`}>
          <Inspector state={state} width={inspector} />
        </Part>
      </div>
    </>
  );
}

/** Drags the border of the inspector; the arrow keys move it too. */
function Handle({ width, onWidth }: { width: number; onWidth: (width: number) => void }) {
  const drag = useRef<number | null>(null);
  const set = (wanted: number) => {
    const bounded = Math.round(Math.min(innerWidth * 0.7, Math.max(280, wanted)));
    remember("inspector", String(bounded));
    onWidth(bounded);
  };
  return (
    <div
      class="handle"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the details"
      aria-valuenow={Math.round(width)}
      aria-valuemin={280}
      aria-valuemax={Math.round(innerWidth * 0.7)}
      tabIndex={0}
      onPointerDown={(event) => {
        drag.current = event.clientX + width;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => drag.current !== null && set(drag.current - event.clientX)}
      onPointerUp={() => (drag.current = null)}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") set(width + 24);
        else if (event.key === "ArrowRight") set(width - 24);
      }}
    />
  );
}

export const runHref = (id: string, span?: string) => href(["run", id], { span });
