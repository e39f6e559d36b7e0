/** What a run is, in a glance: outcome and numbers. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { age, atLeast, count, duration, lacking, moment, totalCost } from "../format";
import type { Request, RunAnswer, Usage } from "../model";
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
const FEW = 5_000;

export function Head({ run }: { run: RunAnswer }) {
  const source = useSource();
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
          <Export id={run.request_id} />
        </div>
      )}
    </div>
  );
}

function Export({ id }: { id: string }) {
  const source = useSource();
  const [format, setFormat] = useState("");
  return (
    <select
      class="field"
      aria-label="Export"
      value={format}
      onChange={(event) => {
        const link = document.createElement("a");
        link.href = source.exported(id, event.currentTarget.value)!;
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
  );
}

export function Facts({ run, tree, total }: { run: RunAnswer; tree: Tree; total: number }) {
  const now = useNow(30_000);
  return (
    <dl class="facts">
      <Fact name="Duration">{duration(total)}</Fact>
      <Fact name="Started" title={run.started_at ?? ""}>
        {moment(run.started_at)} <span class="dim">{age(run.started_at, now)}</span>
      </Fact>
      <Fact name="Executions">{count(tree.count)}</Fact>
      {tree.llmCalls > 0 && <Fact name="LLM calls">{count(tree.llmCalls)}</Fact>}
      {tree.toolCalls > 0 && <Fact name="Tool calls">{count(tree.toolCalls)}</Fact>}
      <Spent usage={run.usage} />
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
        <Fact name="Session">
          <a href={href(["session", run.session_id])}>{run.session_id}</a>
        </Fact>
      )}
      <Linked run={run} few={tree.count <= FEW} />
    </dl>
  );
}

const Fact = ({ name, title, children }: { name: string; title?: string; children: ComponentChildren }) => (
  <div title={title}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Spent = ({ usage }: { usage: Usage }) => (
  <>
    {usage.input_tokens !== null && (
      <Fact name="Tokens" title={lacking(usage)}>
        {atLeast(count(usage.input_tokens), usage.missing?.tokens)} in, {count(usage.output_tokens)} out
      </Fact>
    )}
    {usage.cost_usd !== null && (
      <Fact name="Cost" title={lacking(usage)}>
        {totalCost(usage)} {usage.missing?.cost ? <span class="dim">{lacking(usage)}</span> : null}
      </Fact>
    )}
  </>
);

/** Runs that this one has to do with. To find them takes reading the run, so only few executions are read for it. */
function Linked({ run, few }: { run: RunAnswer; few: boolean }) {
  const { value: request } = useFetched<Request>(few ? `runs/${run.request_id}/request` : null, run.status);
  return (
    <>
      {request?.links
        .filter((link) => link.request_id)
        .map((link) => (
          <Fact name={link.relation.replace("_", " ")}>
            <a class="mono" href={href(["run", link.request_id!])}>
              {link.request_id!.slice(0, 8)}
            </a>
          </Fact>
        ))}
    </>
  );
}
