/** One run in the list of runs. */
import { age, atLeast, count, duration, few, lacking, moment, tokens, totalCost } from "../format";
import type { Row } from "../model";
import { Mark } from "../parts";
import { go, href } from "../route";

const TITLES = [
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
];
/** Columns that hold numbers, and those that are left out where there is little room. */
const NUMBERS = [6, 7, 8, 9, 10];
const WIDE_ONLY = [3, 5, 6, 8, 10, 11, 12];

export const Titles = () => (
  <div class="head" role="row">
    {TITLES.map((title, number) => (
      <div
        key={number}
        role="columnheader"
        class={`cell ${NUMBERS.includes(number) ? "num" : ""} ${WIDE_ONLY.includes(number) ? "hide-narrow" : ""}`}
      >
        {title || <span class="unseen">{number === 0 ? "Choose" : "Time of day"}</span>}
      </div>
    ))}
  </div>
);

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

export function Line({ run, number, top, now, longest, selected, chosen, choose }: LineProps) {
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
      <Which run={run} now={now} />
      <Numbers run={run} now={now} longest={longest} />
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

/** How it ended, which it is, and when it began. */
const Which = ({ run, now }: { run: Row; now: number }) => (
  <>
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
  </>
);

function Numbers({ run, now, longest }: { run: Row; now: number; longest: number }) {
  const running = run.status === "running";
  const took = running && run.started_at ? Math.max(0, now - Date.parse(run.started_at)) : run.duration_ms;
  const { input_tokens: given, output_tokens: made } = run.usage;
  const handled = run.errors > 0 && run.status !== "error";
  return (
    <>
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
    </>
  );
}
