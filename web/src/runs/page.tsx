/** The runs, newest first, as they happen. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { count } from "../format";
import { List } from "../list";
import type { Row } from "../model";
import { Empty, Failure, Loading, useKeys, useNow, useTitle } from "../parts";
import { amend, go, href, usePlace } from "../route";
import type { Problem } from "../source";
import { FacetsOf, Notices } from "./facets";
import { Line, Titles } from "./line";
import { type Facets, useRuns } from "./live";
import { Query } from "./query";
import { toggled } from "./terms";

const HEIGHT = 28;
const AHEAD = 40;
const FIRST_RUN = `gradient demo                  # a made-up run
gradient run your_agent.py     # your own

or put @entrypoint, from gradient.sdk, on the function that answers`;

export function RunsPage() {
  const query = usePlace().query.get("q") ?? "";
  const found = useRuns(query);
  const { facets, listed, fetchMore } = found;
  const runs = listed?.runs ?? [];
  const [at, setAt] = useState(0);
  const { chosen, choose, compare } = useChosen();
  useTitle("Runs");
  useEffect(() => setAt(0), [query]);
  const withTerm = (term: string) => amend({ q: toggled(query, term) || null }, false);
  useRunKeys({ runs, at, setAt, fetchMore, choose, compare, withTerm });
  const wrong = found.problem?.kind === "QueryError" ? found.problem : null;
  const scrolled = (top: number) => {
    found.top.current = top;
    if (top > (runs.length - AHEAD) * HEIGHT) fetchMore();
  };
  const toTop = () => {
    found.top.current = 0;
    setAt(0);
    document.querySelector(".runs .list")?.scrollTo(0, 0);
    found.askAgain();
  };
  return (
    <div class="runs">
      <FacetsOf facets={facets} query={query} pick={withTerm} />
      <div class="grow" style={{ display: "flex", flexDirection: "column", position: "relative" }}>
        <div class="toolbar">
          <Query value={query} problem={wrong} onQuery={(text) => amend({ q: text || null }, false)} />
          {facets && !wrong && <Count of={facets.count} />}
          {chosen.length > 0 && <CompareButton ready={chosen.length === 2} compare={compare} />}
        </div>
        {facets && <Notices facets={facets} />}
        {listed && listed.waiting.length > 0 && (
          <button type="button" class="pill" onClick={toTop}>
            {count(listed.waiting.length)} new
          </button>
        )}
        {listed === null ? (
          <NotYet problem={found.problem} />
        ) : runs.length === 0 ? (
          <NoRuns query={query} facets={facets} />
        ) : (
          <Runs runs={runs} at={at} chosen={chosen} choose={choose} onScroll={scrolled} />
        )}
      </div>
    </div>
  );
}

const Count = ({ of }: { of: number }) => (
  <span class="dim num" aria-live="polite">
    {count(of)} {of === 1 ? "run" : "runs"}
  </span>
);

const CompareButton = ({ ready, compare }: { ready: boolean; compare: () => void }) => (
  <button type="button" class="button" disabled={!ready} onClick={compare} title="c">
    {ready ? "Compare the two" : "Choose one more"}
  </button>
);

/** The last two runs that somebody chose, to compare them. */
function useChosen() {
  const [chosen, setChosen] = useState<string[]>([]);
  const choose = ({ request_id: id }: Row) =>
    setChosen((former) => (former.includes(id) ? former.filter((each) => each !== id) : [...former.slice(-1), id]));
  const compare = () => {
    if (chosen.length === 2) go(href(["compare"], { a: chosen[0], b: chosen[1] }));
  };
  return { chosen, choose, compare };
}

interface Acts {
  runs: Row[];
  at: number;
  setAt: (change: (former: number) => number) => void;
  fetchMore: () => void;
  choose: (run: Row) => void;
  compare: () => void;
  withTerm: (term: string) => void;
}

function useRunKeys({ runs, at, setAt, fetchMore, choose, compare, withTerm }: Acts): void {
  const run: Row | undefined = runs[at];
  const move = (by: number) => {
    setAt((former) => Math.max(0, Math.min(runs.length - 1, former + by)));
    if (at + by > runs.length - AHEAD) fetchMore();
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(20),
    PageUp: () => move(-20),
    Home: () => setAt(() => 0),
    End: () => move(runs.length),
    Enter: () => run && go(href(["run", run.request_id])),
    x: () => run && choose(run),
    c: compare,
    e: () => withTerm("status:error"),
    ".": () => void navigator.clipboard?.writeText(new URL(href(["run", run?.request_id ?? ""]), location.href).href),
  });
}

interface RunsProps {
  runs: Row[];
  at: number;
  chosen: string[];
  choose: (run: Row) => void;
  onScroll: (top: number) => void;
}

function Runs({ runs, at, chosen, choose, onScroll }: RunsProps) {
  const running = runs.some((run) => run.status === "running");
  const now = useNow(running ? 500 : 15_000);
  const longest = useMemo(() => runs.reduce((most, run) => Math.max(most, run.duration_ms ?? 0), 1), [runs]);
  return (
    <List
      label="Runs"
      count={runs.length}
      height={HEIGHT}
      at={at}
      focus
      active={runs[at] ? `run-${runs[at].request_id}` : undefined}
      onScroll={onScroll}
      head={<Titles />}
      row={(number, top, slot) => (
        <Line
          key={slot}
          run={runs[number]}
          number={number}
          top={top}
          now={now}
          longest={longest}
          selected={number === at}
          chosen={chosen.includes(runs[number].request_id)}
          choose={choose}
        />
      )}
    />
  );
}

/** Instead of runs that were never answered. */
function NotYet({ problem }: { problem: Problem | null }) {
  if (problem === null) return <Loading what="the runs" />;
  return problem.kind === "QueryError" ? <Empty title="Mend the query to see runs" /> : <Failure problem={problem} />;
}

function NoRuns({ query, facets }: { query: string; facets: Facets | null }) {
  if (query && facets?.every) {
    return (
      <Empty title="No run is so">
        <p class="mono">{query}</p>
        <button type="button" class="button" onClick={() => amend({ q: null })}>
          Show all {count(facets.every)}
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No runs yet">
      <p>They appear here as they happen. To make one:</p>
      <pre>{FIRST_RUN}</pre>
      {facets && facets.elsewhere > 0 && (
        <p>{count(facets.elsewhere)} runs of other projects: choose “all projects” above.</p>
      )}
    </Empty>
  );
}
