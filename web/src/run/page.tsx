/** One run: what went wrong first, then what happened, then everything about the one thing that is selected. */
import { lazy, Suspense } from "preact/compat";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Part } from "../boundary";
import type { RunAnswer } from "../model";
import { Failure, Loading, useKeys } from "../parts";
import { OfRun } from "../picture";
import { amend, back, usePlace } from "../route";
import { type Problem, useFetched, useSource } from "../source";
import { merged, REQUEST, Tree } from "../tree";
import { Banners } from "./banners";
import { Chat } from "./chat";
import { Events } from "./events";
import { Flame } from "./flame";
import { Handle, useWidth } from "./handle";
import { Facts, Head } from "./head";
import { Inspector } from "./inspector/inspector";
import { type Look, lookOf, nextFailure, TABS, type Tab } from "./look";
import { Minimap } from "./minimap";
import { Raw } from "./raw";
import { type RunState, useRunState } from "./state";
import { States } from "./states";
import { showErrors, showTab, Tabs, TITLES, Tools } from "./tabs";
import { Timeline } from "./timeline";
import { written } from "./waterfall";

const Graph = lazy(() => import("./graph/graph").then((module) => module.Graph));

export function RunPage({ id }: { id: string }) {
  const { run, problem } = useRun(id);
  useEffect(() => {
    document.title = run ? `${run.entrypoint ?? "run"} ${run.status} · Gradient` : "Gradient";
  }, [run?.status]);
  if (run === null) return problem ? <Failure problem={problem} /> : <Loading what="the run" />;
  return (
    <OfRun value={run.request_id}>
      <Run run={run} key={run.request_id} />
    </OfRun>
  );
}

/** A run, as it goes on. */
function useRun(id: string): { run: RunAnswer | null; problem: Problem | null } {
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
      ({ runs, executions }) => {
        const row = runs?.find((each) => each.request_id === whole);
        if (row === undefined) return;
        const columns = (former: RunAnswer) => (executions ? merged(former.columns, executions) : former.columns);
        setRun((former) => former && { ...former, ...row, columns: columns(former) });
      },
      () => undefined,
    );
  }, [whole, running, source]);
  return { run, problem };
}

function Run({ run }: { run: RunAnswer }) {
  const { query } = usePlace();
  const tree = useMemo(() => new Tree(run.columns), [run.columns]);
  const failures = useMemo(() => tree.failures(), [tree]);
  const look = lookOf(query, tree);
  const [critical, setCritical] = useState(true);
  const [width, setWidth] = useWidth();
  const state = useRunState(run, tree, look, critical);
  useRunKeys(state, look, failures, () => setCritical(!critical));
  const { view } = look;
  return (
    <>
      <Part what="the title" of={run}>
        <Head run={run} />
      </Part>
      <Part what="the facts" of={run}>
        <Facts run={run} tree={tree} total={state.total} />
      </Part>
      <Part what="the errors" of={run}>
        <Banners run={run} tree={tree} failures={failures} select={state.select} />
      </Part>
      <div class="tabs">
        <Tabs view={view} />
        {view === "timeline" && (
          <Tools tree={tree} look={look} failed={failures.length > 0} critical={critical} setCritical={setCritical} />
        )}
      </div>
      <div class="split" id="view" role="tabpanel" aria-labelledby={`tab-${view}`}>
        <div class="view">
          {view === "timeline" && <Strip state={state} />}
          <Part what={`the tab ${TITLES[view]}`} of={`${view} ${tree.count} ${run.status}`}>
            <View view={view} state={state} />
          </Part>
        </div>
        <Handle width={width} onWidth={setWidth} />
        <Part what="the details" of={`${state.selected} ${run.status}`}>
          <Inspector state={state} width={width} />
        </Part>
      </div>
    </>
  );
}

const Strip = ({ state: { tree, total, range, theme } }: { state: RunState }) => (
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
);

const View = ({ view, state }: { view: Tab; state: RunState }) => (
  <>
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
  </>
);

function useRunKeys(state: RunState, look: Look, failures: number[], toggleCritical: () => void): void {
  const { selected, tree } = state;
  const failure = (by: 1 | -1) => {
    const row = nextFailure(failures, selected, by);
    if (row !== null) state.select(row);
  };
  const focus = () => {
    const on = look.focus < 0 && selected >= 0 && selected !== REQUEST;
    amend({ focus: on ? tree.id(selected) : null });
  };
  const chosen = look.find || look.onlyErrors || look.focus >= 0 || look.time;
  useKeys({
    n: () => failure(1),
    p: () => failure(-1),
    z: () => state.zoom(selected < 0 ? REQUEST : selected),
    f: focus,
    e: () => showErrors(!look.onlyErrors),
    c: toggleCritical,
    g: () => amend({ view: "graph" }, false),
    y: () => void navigator.clipboard?.writeText(location.href),
    Escape: () => (chosen ? amend({ find: null, only: null, focus: null, t: null }) : back()),
    ...Object.fromEntries(TABS.map((tab, at) => [String(at + 1), () => showTab(tab)])),
  });
}
