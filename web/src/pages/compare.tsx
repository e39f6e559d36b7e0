/** Two runs side by side: where they part, and by how much they differ. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { diffed } from "../diff";
import { atLeast, cost, count, delta, duration, few, moment } from "../format";
import type { Row, Usage } from "../model";
import { Empty, Failure, Kind, List, Loading, Mark } from "../parts";
import { amend, href, usePlace } from "../route";
import { useFetched } from "../source";

interface Sides<T> {
  a?: T;
  b?: T;
}
interface Numbers {
  a: number | null;
  b: number | null;
  delta: number | null;
}
interface Difference {
  in: string;
  at: string;
  value: Sides<unknown>;
}
interface Pair {
  change: "same" | "changed" | "added" | "removed";
  moved: boolean;
  depth: number;
  path: string[];
  kind: string;
  execution_id: Sides<string>;
  status: Sides<string>;
  differs: string[];
  duration_ms: Numbers;
  tokens: Numbers;
  cost_usd: Numbers;
  differences: Difference[];
}
type Run = Row & Pick<Usage, "missing">;
interface Diff {
  a: Run;
  b: Run;
  totals: Record<string, Numbers>;
  first_divergence: {
    what: string;
    path: string[];
    kind: string;
    execution_id: Sides<string>;
    at?: string;
    value?: Sides<unknown>;
  } | null;
  executions: Pair[];
}

const ROW = 24;
const TOTALS: [string, string, (value: number) => string][] = [
  ["duration_ms", "Duration", duration],
  ["executions", "Executions", count],
  ["errors", "Errors", count],
  ["llm_calls", "LLM calls", count],
  ["tool_calls", "Tool calls", count],
  ["input_tokens", "Tokens in", count],
  ["output_tokens", "Tokens out", count],
  ["cost_usd", "Cost", cost],
];

/** What the sums of tokens and cost may lack. */
const SUMS = new Map<string, "tokens" | "cost">([
  ["input_tokens", "tokens"],
  ["output_tokens", "tokens"],
  ["cost_usd", "cost"],
]);

/** A number of a run, as a lower bound where it is a sum that lacks some calls. */
function total(name: string, number: number | null, run: Run, write: (value: number) => string): string {
  const part = SUMS.get(name);
  return number === null ? "–" : atLeast(write(number), part && run.missing?.[part]);
}

export function ComparePage() {
  const { query } = usePlace();
  const [a, b] = [query.get("a"), query.get("b")];
  useEffect(() => {
    document.title = "Compare · Gradient";
  }, []);
  return a && b ? <Compared a={a} b={b} /> : <Choose side={b ? "a" : "b"} other={a ?? b} />;
}

function Choose({ side, other }: { side: "a" | "b"; other: string | null }) {
  const known = useFetched<{ runs: Row[] }>("runs?limit=300");
  const listed = known.value?.runs ?? [];
  const given = listed.find((run) => run.request_id === other);
  const named = `${given?.entrypoint ?? ""} ${other?.slice(0, 8)}`;
  const runs = listed
    .filter((run) => run.request_id !== other)
    .sort((one, two) => Number(two.entrypoint === given?.entrypoint) - Number(one.entrypoint === given?.entrypoint));
  if (known.problem) return <Failure problem={known.problem} />;
  return (
    <div class="scroll pad">
      <h1>Compare</h1>
      <p class="dim" style={{ margin: "4px 0 12px" }}>
        {other ? `Choose the run to compare ${named} with; those of the same entrypoint come first.` : "Choose a run."}
      </p>
      <table class="table">
        <thead>
          <tr>
            <th>Status</th>
            <th>Entrypoint</th>
            <th>Id</th>
            <th>Started</th>
            <th class="num">Duration</th>
          </tr>
        </thead>
        <tbody>
          {runs.slice(0, 100).map((run) => (
            <tr key={run.request_id}>
              <td>
                <Mark status={run.status} text />
              </td>
              <td>
                <a
                  href={href(["compare"], {
                    ...(other ? { [side === "a" ? "b" : "a"]: other } : {}),
                    [side]: run.request_id,
                  })}
                >
                  {run.entrypoint ?? "–"}
                </a>
              </td>
              <td class="mono">{run.request_id.slice(0, 8)}</td>
              <td>{moment(run.started_at)}</td>
              <td class="num">{duration(run.duration_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Compared({ a, b }: { a: string; b: string }) {
  const { query } = usePlace();
  const by = query.get("by") === "name" ? "name" : "path";
  const { value, problem } = useFetched<Diff>(`compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}&by=${by}`);
  const [hideSame, setHideSame] = useState(false);
  const first = useMemo(
    () => (value === null ? -1 : value.executions.findIndex((pair) => isFirst(pair, value))),
    [value],
  );
  const [picked, setPicked] = useState<number | null>(null);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="both runs" />;
  const at = picked ?? first;
  const numbers = value.executions
    .map((_, number) => number)
    .filter((number) => !hideSame || value.executions[number].change !== "same");
  const move = (by: number) => {
    const here = numbers.indexOf(at);
    setPicked(numbers[Math.max(0, Math.min(numbers.length - 1, here + by))] ?? null);
  };
  return (
    <div class="compare" style={{ display: "flex", flexDirection: "column", minHeight: "0", flex: "1" }}>
      <div class="run-head">
        <div class="title">
          <h1>Compare</h1>
          <Side name="A" run={value.a} />
          <span class="dim">with</span>
          <Side name="B" run={value.b} />
        </div>
        <div class="actions">
          <button type="button" class="button" onClick={() => amend({ a: b, b: a })}>
            Swap
          </button>
          <button
            type="button"
            class="button"
            aria-pressed={by === "name"}
            onClick={() => amend({ by: by === "name" ? null : "name" })}
            title="Align by names, wherever in the tree they are"
          >
            By name
          </button>
          <button type="button" class="button" aria-pressed={hideSame} onClick={() => setHideSame(!hideSame)}>
            Hide what is the same
          </button>
        </div>
      </div>
      <div class="facts">
        {TOTALS.map(([name, title, write]) => {
          const one = value.totals[name];
          if (one.a === null && one.b === null) return null;
          return (
            <div key={name}>
              <span class="dim">{title}</span>
              <span class="num">
                {total(name, one.a, value.a, write)} → {total(name, one.b, value.b, write)}
              </span>
              {one.delta !== null && one.delta !== 0 && <b class="num">{delta(one.delta, write)}</b>}
            </div>
          );
        })}
      </div>
      {value.first_divergence ? (
        <div class="banner handled">
          <b>First difference</b>
          <span class="grow">{said(value.first_divergence)}</span>
          {first >= 0 && (
            <button type="button" class="button" onClick={() => setPicked(first)}>
              Show
            </button>
          )}
        </div>
      ) : (
        <div class="banner handled" style={{ background: "var(--bg-2)", borderColor: "var(--ok)" }}>
          The two runs say the same.
        </div>
      )}
      <div class="split">
        <div class="view">
          <List
            label="Executions of both runs"
            role="treegrid"
            count={numbers.length}
            height={ROW}
            at={numbers.indexOf(at)}
            active={at >= 0 ? `pair-${at}` : undefined}
            onKeyDown={(event) => {
              const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
              if (by) {
                event.preventDefault();
                move(by);
              }
            }}
            head={
              <div class="head" role="row">
                {["Change", "Name", "Time A", "Time B", "± Time", "± Tokens", "Differs"].map((title, number) => (
                  <div key={title} role="columnheader" class={`cell ${number > 1 && number < 6 ? "num" : ""}`}>
                    {title}
                  </div>
                ))}
              </div>
            }
            row={(line, top, slot) => {
              const number = numbers[line];
              const pair = value.executions[number];
              return (
                <div
                  key={slot}
                  id={`pair-${number}`}
                  class={`line ${pair.change} ${number === first ? "first" : ""}`}
                  style={{ top: `${top}px` }}
                  role="row"
                  aria-level={pair.depth + 1}
                  aria-selected={number === at}
                  onClick={() => setPicked(number)}
                >
                  <div class="cell what" role="gridcell">
                    {pair.change === "same" ? <span class="dim">same</span> : pair.moved ? "moved" : pair.change}
                  </div>
                  <div class="cell" role="gridcell" style={{ paddingLeft: `${8 + pair.depth * 14}px` }}>
                    <span class="mark">
                      <Kind kind={pair.kind} />
                      {pair.path.at(-1)}
                    </span>
                  </div>
                  <div class="cell num" role="gridcell">
                    {pair.change === "added" ? "" : duration(pair.duration_ms.a)}
                  </div>
                  <div class="cell num" role="gridcell">
                    {pair.change === "removed" ? "" : duration(pair.duration_ms.b)}
                  </div>
                  <div class="cell num" role="gridcell">
                    {pair.duration_ms.delta === null ? "" : delta(pair.duration_ms.delta, duration)}
                  </div>
                  <div class="cell num" role="gridcell">
                    {pair.tokens.delta === null ? "" : delta(pair.tokens.delta, few)}
                  </div>
                  <div class="cell dim" role="gridcell">
                    {pair.differs.join(", ")}
                  </div>
                </div>
              );
            }}
          />
        </div>
        <aside
          class="inspector"
          style={{ width: "460px", borderLeft: "1px solid var(--line)" }}
          aria-label="Differences"
          tabIndex={0}
        >
          {at >= 0 ? (
            <PairView pair={value.executions[at]} a={value.a.request_id} b={value.b.request_id} />
          ) : (
            <Empty title="Choose a line to see where it differs" />
          )}
        </aside>
      </div>
    </div>
  );
}

const Side = ({ name, run }: { name: string; run: Row }) => (
  <a class="mark" href={href(["run", run.request_id])} style={{ color: "inherit" }}>
    <b>{name}</b> <Mark status={run.status} /> {run.entrypoint ?? "run"}{" "}
    <span class="mono dim">{run.request_id.slice(0, 8)}</span>
  </a>
);

function isFirst(pair: Pair, diff: Diff): boolean {
  const ids = diff.first_divergence?.execution_id;
  return (
    ids !== undefined &&
    (ids.a ?? ids.b) !== undefined &&
    pair.execution_id.a === ids.a &&
    pair.execution_id.b === ids.b
  );
}

function said(divergence: NonNullable<Diff["first_divergence"]>): string {
  const where = divergence.path.length ? divergence.path.join(" › ") : "the request";
  if (divergence.what === "added" || divergence.what === "removed")
    return `${where}: only in ${divergence.what === "added" ? "B" : "A"}`;
  return `${where}: ${divergence.what}${divergence.at ? ` at ${divergence.at}` : ""}`;
}

function PairView({ pair, a, b }: { pair: Pair; a: string; b: string }) {
  return (
    <>
      <div class="top">
        <div class="title">
          <Kind kind={pair.kind} />
          <h2 class="cut">{pair.path.at(-1)}</h2>
          <span class="dim">{pair.change}</span>
        </div>
        <div class="small dim cut">{pair.path.slice(0, -1).join(" › ")}</div>
        <div class="small">
          {pair.execution_id.a && <a href={href(["run", a], { span: pair.execution_id.a })}>Open in A</a>}{" "}
          {pair.execution_id.b && <a href={href(["run", b], { span: pair.execution_id.b })}>Open in B</a>}
        </div>
      </div>
      {pair.differences.length === 0 && (
        <section class="dim">
          {pair.change === "same"
            ? "Inputs, outputs, status and model are the same."
            : pair.change === "changed"
              ? "It ran in another order."
              : `Only ${pair.change === "added" ? "B" : "A"} has it.`}
        </section>
      )}
      {pair.differences.map((one, number) => (
        <section key={number}>
          <h3>
            {one.in}
            <span class="mono">{one.at}</span>
          </h3>
          <TextDiff a={text(one.value.a)} b={text(one.value.b)} />
        </section>
      ))}
    </>
  );
}

const text = (value: unknown): string | null =>
  value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value, null, 2);

/** Two texts line by line. */
function TextDiff({ a, b }: { a: string | null; b: string | null }) {
  const lines = useMemo(() => diffed(a === null ? [] : a.split("\n"), b === null ? [] : b.split("\n")), [a, b]);
  return (
    <div class="diff">
      {lines
        .slice(0, 400)
        .map(([sign, line], number) =>
          sign === "+" ? (
            <ins key={number}>{line}</ins>
          ) : sign === "-" ? (
            <del key={number}>{line}</del>
          ) : (
            <span key={number}>{line}</span>
          ),
        )}
      {lines.length > 400 && <p class="dim">{count(lines.length - 400)} more lines</p>}
    </div>
  );
}
