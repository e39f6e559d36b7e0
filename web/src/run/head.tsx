/** What a run is, in a glance: outcome, numbers, and what went wrong. */
import { useState } from "preact/hooks";
import { age, atLeast, count, duration, lacking, moment, totalCost } from "../format";
import type { Execution, Request, RunAnswer } from "../model";
import { Copy, Mark, useNow } from "../parts";
import { href } from "../route";
import { useFetched, useSource } from "../source";
import type { Tree } from "../tree";

const FORMATS: [string, string][] = [
  ["html", "HTML, one file"],
  ["json", "JSON"],
  ["md", "Markdown"],
  ["csv", "CSV"],
  ["mermaid", "Mermaid"],
  ["perfetto", "Perfetto"],
  ["otlp-json", "OpenTelemetry"],
];
const SHOWN = 3;

export function Head({ run }: { run: RunAnswer }) {
  const source = useSource();
  const [format, setFormat] = useState("");
  return (
    <div class="run-head">
      <div class="title">
        <Mark status={run.status} text />
        <h1 class="cut">{run.entrypoint ?? "unnamed run"}</h1>
        <Copy text={run.request_id} label={run.request_id.slice(0, 8)} what="Copy the id" />
        {run.tags.map((tag) => (
          <span class="tag">{tag}</span>
        ))}
      </div>
      {source.kind === "server" && (
        <div class="actions">
          <a
            class="button"
            href={href(["compare"], { b: run.request_id })}
            title="With the run before of the same entrypoint, or any other"
          >
            Compare
          </a>
          <select
            class="field"
            aria-label="Export"
            value={format}
            onChange={(event) => {
              const link = document.createElement("a");
              link.href = source.exported(run.request_id, event.currentTarget.value)!;
              link.download = "";
              link.click();
              setFormat("");
              event.currentTarget.value = "";
            }}
          >
            <option value="">Export …</option>
            {FORMATS.map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </div>
      )}
    </div>
  );
}

export function Facts({ run, tree, total }: { run: RunAnswer; tree: Tree; total: number }) {
  const now = useNow(30_000);
  const { usage } = run;
  const { value: request } = useFetched<Request>(
    tree.count <= 5_000 ? `runs/${run.request_id}/request` : null,
    run.status,
  );
  return (
    <dl class="facts">
      <div>
        <dt>Duration</dt>
        <dd>{duration(total)}</dd>
      </div>
      <div title={run.started_at ?? ""}>
        <dt>Started</dt>
        <dd>
          {moment(run.started_at)} <span class="dim">{age(run.started_at, now)}</span>
        </dd>
      </div>
      <div>
        <dt>Executions</dt>
        <dd>{count(tree.count)}</dd>
      </div>
      {tree.llmCalls > 0 && (
        <div>
          <dt>LLM calls</dt>
          <dd>{count(tree.llmCalls)}</dd>
        </div>
      )}
      {tree.toolCalls > 0 && (
        <div>
          <dt>Tool calls</dt>
          <dd>{count(tree.toolCalls)}</dd>
        </div>
      )}
      {usage.input_tokens !== null && (
        <div title={lacking(usage)}>
          <dt>Tokens</dt>
          <dd>
            {atLeast(count(usage.input_tokens), usage.missing?.tokens)} in, {count(usage.output_tokens)} out
          </dd>
        </div>
      )}
      {usage.cost_usd !== null && (
        <div title={lacking(usage)}>
          <dt>Cost</dt>
          <dd>
            {totalCost(usage)} {usage.missing?.cost ? <span class="dim">{lacking(usage)}</span> : null}
          </dd>
        </div>
      )}
      {tree.models.length > 0 && (
        <div>
          <dt>Model</dt>
          <dd class="cut">
            {tree.models.slice(0, 3).join(", ")}
            {tree.models.length > 3 ? ` and ${tree.models.length - 3} more` : ""}
          </dd>
        </div>
      )}
      {run.session_id && (
        <div>
          <dt>Session</dt>
          <dd>
            <a href={href(["session", run.session_id])}>{run.session_id}</a>
          </dd>
        </div>
      )}
      {request?.links
        .filter((link) => link.request_id)
        .map((link) => (
          <div>
            <dt>{link.relation.replace("_", " ")}</dt>
            <dd>
              <a class="mono" href={href(["run", link.request_id!])}>
                {link.request_id!.slice(0, 8)}
              </a>
            </dd>
          </div>
        ))}
    </dl>
  );
}

interface BannersProps {
  run: RunAnswer;
  tree: Tree;
  failures: number[];
  select: (row: number) => void;
}

/** Failures first: those that made the run fail in red, those that the agent handled in amber. */
export function Banners({ run, tree, failures, select }: BannersProps) {
  if (run.status === "interrupted")
    return (
      <div class="banner handled">
        <Mark status="interrupted" />
        <span>It waits for a human; a later run of the same thread goes on.</span>
      </div>
    );
  if (run.status === "aborted")
    return (
      <div class="banner">
        <Mark status="aborted" />
        <span>Its process died. What was open then is marked.</span>
      </div>
    );
  if (failures.length === 0)
    return run.status === "error" ? (
      <div class="banner">
        <Mark status="error" />
        <span>The entrypoint itself failed; its details tell why.</span>
      </div>
    ) : null;
  // What the run ended with began last.
  const shown = (run.status === "error" ? [...failures].reverse() : failures).slice(
    0,
    run.status === "error" ? 1 : SHOWN,
  );
  if (run.status !== "error") {
    return (
      <div class="banner handled">
        <Mark status="error" />
        <span class="grow">
          {count(failures.length)} {failures.length === 1 ? "error" : "errors"} inside, handled:{" "}
          {shown.map((row) => tree.name(row)).join(", ")}
          {failures.length > SHOWN ? " …" : ""}
        </span>
        <button type="button" class="button" onClick={() => select(failures[0])} title="n">
          Show
        </button>
      </div>
    );
  }
  return (
    <>
      {shown.map((row) => (
        <Banner key={row} run={run} tree={tree} row={row} more={failures.length - 1} select={select} />
      ))}
    </>
  );
}

function Banner({ run, tree, row, more, select }: Omit<BannersProps, "failures"> & { row: number; more: number }) {
  const { value } = useFetched<Execution>(`runs/${run.request_id}/executions/${tree.id(row)}`);
  const path = [...tree.above(row), row].map(tree.name).join(" › ");
  return (
    <div class="banner" role="alert">
      <Mark status="error" />
      <b class="cut" title={path}>
        {path}
      </b>
      <span class="what grow">
        {value?.error
          ? `${value.error.type ?? "error"}: ${value.error.message ?? ""}`
          : tree.word(tree.columns.error_type, row)}
      </span>
      {more > 0 && <span class="dim small">and {count(more)} more</span>}
      <button type="button" class="button" onClick={() => select(row)} title="n and p go from error to error">
        Show
      </button>
    </div>
  );
}
