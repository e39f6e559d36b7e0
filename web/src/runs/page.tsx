/** The runs, newest first, as they happen. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Part } from "../boundary";
import { age, atLeast, count, duration, few, lacking, moment, tokens, totalCost } from "../format";
import type { Row } from "../model";
import { Empty, Failure, List, Loading, Mark, useKeys, useNow } from "../parts";
import { amend, go, href, usePlace } from "../route";
import { Failed, type Problem, useFetched, useSource } from "../source";
import { Query } from "./query";
import { toggled } from "./terms";

interface Answer {
  runs: Row[];
  cursor: string | null;
  /** Where in the stream of changes it stands. */
  changes: number;
}

interface Facets {
  count: number;
  every: number;
  elsewhere: number;
  status: Record<string, number>;
  entrypoint: Record<string, number>;
  damaged: number;
  newer: number;
}

const HEIGHT = 28;
const AHEAD = 40;
const FIRST_RUN = `gradient demo                  # a made-up run
gradient run your_agent.py     # your own

or put @entrypoint, from gradient.sdk, on the function that answers`;
/** Columns that hold numbers, and those that are left out where there is little room. */
const NUMBERS = [6, 7, 8, 9, 10];
const WIDE_ONLY = [3, 5, 6, 8, 10, 11, 12];

export function RunsPage() {
  const source = useSource();
  const place = usePlace();
  const query = place.query.get("q") ?? "";
  const [again, setAgain] = useState(0);
  const path = `runs?q=${encodeURIComponent(query)}`;
  const first = useFetched<Answer>(path, again);
  const facets = useFetched<Facets>(`facets?q=${encodeURIComponent(query)}`, again);
  const [runs, setRuns] = useState<Row[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [waiting, setWaiting] = useState<Row[]>([]);
  const [at, setAt] = useState(0);
  const [chosen, setChosen] = useState<string[]>([]);
  const top = useRef(0);
  useEffect(() => {
    document.title = "Runs · Gradient";
  }, []);
  useEffect(() => {
    if (first.value === null) return;
    setRuns(first.value.runs);
    setCursor(first.value.cursor);
    setWaiting([]);
  }, [first.value]);
  useEffect(() => setAt(0), [query]);

  const shown = useRef<Row[]>([]);
  shown.current = runs ?? [];
  const begun = first.value !== null;
  useEffect(() => {
    if (first.value === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = source.follow(
      null,
      first.value.changes,
      (event) => {
        if (!event.runs?.length) return;
        const changed = new Map(event.runs.map((run) => [run.request_id, run]));
        setRuns((former) => former?.map((run) => changed.get(run.request_id) ?? run) ?? null);
        clearTimeout(timer);
        // What a query selects only the server knows.
        timer = setTimeout(
          () => (query === "" && top.current === 0 ? setAgain((former) => former + 1) : undefined),
          query ? 0 : 400,
        );
        const known = new Set(shown.current.map((run) => run.request_id));
        const fresh = event.runs.filter((run) => !known.has(run.request_id));
        if (query !== "" || top.current > 0) {
          setWaiting((former) => [...former.filter((run) => !changed.has(run.request_id)), ...fresh]);
          return;
        }
        setRuns((former) => former && [...fresh.reverse(), ...former]);
      },
      () => undefined,
    );
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [source, query, begun]);

  const more = useRef(false);
  const fetchMore = useCallback(() => {
    if (more.current || cursor === null) return;
    more.current = true;
    source
      .get<Answer>(`${path}&cursor=${cursor}`)
      .then((answer) => {
        setRuns((former) => former && [...former, ...answer.runs]);
        setCursor(answer.cursor);
      })
      .catch((error: unknown) => error instanceof Failed || console.error(error))
      .finally(() => (more.current = false));
  }, [cursor, path, source]);

  const open = (run: Row | undefined) => run && go(href(["run", run.request_id]));
  const list = runs ?? [];
  const choose = (run: Row | undefined) =>
    run &&
    setChosen((former) =>
      former.includes(run.request_id)
        ? former.filter((id) => id !== run.request_id)
        : [...former.slice(-1), run.request_id],
    );
  const compare = () => chosen.length === 2 && go(href(["compare"], { a: chosen[0], b: chosen[1] }));
  const withTerm = (term: string) => amend({ q: toggled(query, term) || null }, false);
  const move = (by: number) => {
    setAt((former) => Math.max(0, Math.min(list.length - 1, former + by)));
    if (at + by > list.length - AHEAD) fetchMore();
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(20),
    PageUp: () => move(-20),
    Home: () => setAt(0),
    End: () => move(list.length),
    Enter: () => open(list[at]),
    x: () => choose(list[at]),
    c: compare,
    e: () => withTerm("status:error"),
    ".": () =>
      void navigator.clipboard?.writeText(new URL(href(["run", list[at]?.request_id ?? ""]), location.href).href),
  });
  const running = list.some((run) => run.status === "running");
  const now = useNow(running ? 500 : 15_000);
  const longest = useMemo(() => list.reduce((most, run) => Math.max(most, run.duration_ms ?? 0), 1), [list]);
  const wrong: Problem | null = first.problem?.kind === "QueryError" ? first.problem : null;

  return (
    <div class="runs">
      <aside class="facets" aria-label="Facets">
        <Part what="the facets" of={facets.value}>
          {facets.value && (
            <Facet title="Status" values={facets.value.status} field="status" query={query} pick={withTerm} />
          )}
          {facets.value && (
            <Facet
              title="Entrypoint"
              values={facets.value.entrypoint}
              field="entrypoint"
              query={query}
              pick={withTerm}
            />
          )}
        </Part>
      </aside>
      <div class="grow" style={{ display: "flex", flexDirection: "column", position: "relative" }}>
        <div class="toolbar">
          <Query value={query} problem={wrong} onQuery={(text) => amend({ q: text || null }, false)} />
          {facets.value && !wrong && (
            <span class="dim num" aria-live="polite">
              {count(facets.value.count)} {facets.value.count === 1 ? "run" : "runs"}
            </span>
          )}
          {chosen.length > 0 && (
            <button type="button" class="button" disabled={chosen.length < 2} onClick={compare} title="c">
              {chosen.length < 2 ? "Choose one more" : "Compare the two"}
            </button>
          )}
        </div>
        {facets.value && facets.value.damaged > 0 && (
          <div class="notice">{count(facets.value.damaged)} damaged frames were skipped.</div>
        )}
        {facets.value && facets.value.newer > 0 && (
          <div class="notice">
            {count(facets.value.newer)} journals of a newer version were left out. Upgrade gradient-runtime to see them.
          </div>
        )}
        {waiting.length > 0 && (
          <button
            type="button"
            class="pill"
            onClick={() => {
              top.current = 0;
              setAt(0);
              document.querySelector(".runs .list")?.scrollTo(0, 0);
              setAgain(again + 1);
            }}
          >
            {count(waiting.length)} new
          </button>
        )}
        {first.problem && !wrong && runs === null ? (
          <Failure problem={first.problem} />
        ) : runs === null ? (
          wrong ? (
            <Empty title="Mend the query to see runs" />
          ) : (
            <Loading what="the runs" />
          )
        ) : list.length === 0 ? (
          <NoRuns query={query} facets={facets.value} />
        ) : (
          <List
            label="Runs"
            count={list.length}
            height={HEIGHT}
            at={at}
            focus
            active={list[at] ? `run-${list[at].request_id}` : undefined}
            onScroll={(position) => {
              top.current = position;
              if (position > (list.length - AHEAD) * HEIGHT) fetchMore();
            }}
            head={
              <div class="head" role="row">
                {[
                  "",
                  "Status",
                  "Entrypoint",
                  "Id",
                  "Started",
                  "",
                  "Executions",
                  "Duration",
                  "Tokens",
                  "Cost",
                  "Errors",
                  "Session",
                  "Tags",
                ].map((title, number) => (
                  <div
                    key={number}
                    role="columnheader"
                    class={`cell ${NUMBERS.includes(number) ? "num" : ""} ${WIDE_ONLY.includes(number) ? "hide-narrow" : ""}`}
                  >
                    {title || <span class="unseen">{number === 0 ? "Choose" : "Time of day"}</span>}
                  </div>
                ))}
              </div>
            }
            row={(number, top, slot) => (
              <Line
                key={slot}
                run={list[number]}
                number={number}
                top={top}
                now={now}
                longest={longest}
                selected={number === at}
                chosen={chosen.includes(list[number].request_id)}
                choose={choose}
              />
            )}
          />
        )}
      </div>
    </div>
  );
}

interface LineProps {
  run: Row;
  number: number;
  top: number;
  now: number;
  longest: number;
  selected: boolean;
  chosen: boolean;
  choose: (run: Row) => void;
}

function Line({ run, number, top, now, longest, selected, chosen, choose }: LineProps) {
  const running = run.status === "running";
  const took = running && run.started_at ? Math.max(0, now - Date.parse(run.started_at)) : run.duration_ms;
  const { input_tokens: given, output_tokens: made } = run.usage;
  const handled = run.errors > 0 && run.status !== "error";
  return (
    <div
      id={`run-${run.request_id}`}
      class="line"
      style={{ top: `${top}px` }}
      role="row"
      aria-rowindex={number + 2}
      aria-selected={selected}
      onClick={() => go(href(["run", run.request_id]))}
    >
      <div class="cell" role="gridcell" onClick={(event) => event.stopPropagation()}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={chosen}
          aria-label={`Choose ${run.entrypoint ?? "run"} to compare`}
          onChange={() => choose(run)}
        />
      </div>
      <div class="cell" role="gridcell">
        <Mark status={run.status} text />
      </div>
      <div class="cell" role="gridcell">
        <a href={href(["run", run.request_id])} tabIndex={-1} style={{ color: "inherit", fontWeight: "600" }}>
          {run.entrypoint ?? "–"}
        </a>
      </div>
      <div class="cell mono dim hide-narrow" role="gridcell">
        {run.request_id.slice(0, 8)}
      </div>
      <div class="cell" role="gridcell" title={run.started_at ?? ""}>
        {age(run.started_at, now)}
      </div>
      <div class="cell dim hide-narrow" role="gridcell">
        {moment(run.started_at)}
      </div>
      <div class="cell num hide-narrow" role="gridcell">
        {count(run.executions)}
      </div>
      <div class="cell num" role="gridcell">
        <span class="meter">
          {duration(took)}
          <i style={{ width: `${Math.min(100, ((took ?? 0) / longest) * 100)}%` }} />
        </span>
      </div>
      <div
        class="cell num hide-narrow"
        role="gridcell"
        title={given === null ? "" : `${count(given)} in, ${count(made)} out`}
      >
        {atLeast(few(tokens(run.usage)), run.usage.missing?.tokens)}
      </div>
      <div class="cell num" role="gridcell" title={lacking(run.usage)}>
        {totalCost(run.usage)}
      </div>
      <div
        class={`cell num hide-narrow ${handled ? "warned" : run.errors ? "bad" : "dim"}`}
        role="gridcell"
        title={handled ? "handled: the run went on" : ""}
      >
        {run.errors || "–"}
      </div>
      <div class="cell dim hide-narrow" role="gridcell">
        {run.session_id ?? ""}
      </div>
      <div class="cell hide-narrow" role="gridcell">
        {run.tags.map((tag) => (
          <span class="tag">{tag}</span>
        ))}
      </div>
    </div>
  );
}

function Facet({
  title,
  values,
  field,
  query,
  pick,
}: {
  title: string;
  values: Record<string, number>;
  field: string;
  query: string;
  pick: (term: string) => void;
}) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {entries.map(([value, number]) => {
          const term = `${field}:${/[\s,"*]/.test(value) ? JSON.stringify(value) : value}`;
          return (
            <li key={value}>
              <button type="button" aria-pressed={query.split(/\s+/).includes(term)} onClick={() => pick(term)}>
                {field === "status" ? <Mark status={value} /> : null}
                <span class="cut grow">{value}</span>
                <span class="num dim">{count(number)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
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
