/** Threads of runs: what belongs to one conversation or one user's visit. */
import { age, allMissing, atLeast, count, duration, few, lacking, moment, tokens, totalCost } from "../format";
import type { Missing, Request, Row } from "../model";
import { Empty, Failure, Loading, Mark, useTitle } from "../parts";
import { href } from "../route";
import { useFetched } from "../source";
import { type Column, Table } from "../table";
import { Value } from "../value";

interface Session {
  session_id: string;
  user_id: string | null;
  runs: number;
  status: string;
  errors: number;
  entrypoints: string[];
  started_at: string | null;
  last_at: string | null;
  duration_ms: number;
  tokens: number | null;
  cost_usd: number | null;
  missing: Missing | null;
}

const COLUMNS: Column<Session>[] = [
  {
    title: "Session",
    by: (one) => one.session_id,
    cell: (one) => <a href={href(["session", one.session_id])}>{one.session_id}</a>,
  },
  { title: "Last", by: (one) => one.status, cell: (one) => <Mark status={one.status} text /> },
  {
    title: "Active",
    by: (one) => one.last_at,
    cell: (one) => <span title={one.last_at ?? ""}>{age(one.last_at)}</span>,
  },
  { title: "Began", by: (one) => one.started_at, wide: true, look: () => "dim", cell: (one) => moment(one.started_at) },
  { title: "Runs", number: true, by: (one) => one.runs, cell: (one) => count(one.runs) },
  {
    title: "Failed",
    number: true,
    wide: true,
    by: (one) => one.errors,
    look: (one) => (one.errors ? "bad" : "dim"),
    cell: (one) => one.errors || "–",
  },
  { title: "Time", number: true, by: (one) => one.duration_ms, cell: (one) => duration(one.duration_ms) },
  {
    title: "Tokens",
    number: true,
    wide: true,
    by: (one) => one.tokens,
    cell: (one) => <span title={lacking(one)}>{atLeast(few(one.tokens), one.missing?.tokens)}</span>,
  },
  {
    title: "Cost",
    number: true,
    wide: true,
    by: (one) => one.cost_usd,
    cell: (one) => <span title={lacking(one)}>{totalCost(one)}</span>,
  },
  { title: "Entrypoints", wide: true, by: (one) => one.entrypoints.join(), cell: (one) => one.entrypoints.join(", ") },
  { title: "User", wide: true, by: (one) => one.user_id, cell: (one) => one.user_id ?? "" },
];

export function SessionsPage() {
  const { value, problem } = useFetched<{ sessions: Session[]; newest: number; whole: boolean }>("sessions");
  useTitle("Sessions");
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the sessions" />;
  if (value.sessions.length === 0) {
    return (
      <Empty title="No run belongs to a session">
        <pre>{'from gradient.sdk import session\n\nwith session("user-17"):\n    my_agent(question)'}</pre>
      </Empty>
    );
  }
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Sessions">
      <Table columns={COLUMNS} rows={value.sessions} id={(session) => session.session_id} />
      {!value.whole && <p class="pad dim">Of the newest {count(value.newest)} runs.</p>}
    </div>
  );
}

export function SessionPage({ id }: { id: string }) {
  const { value, problem } = useFetched<{ runs: Row[] }>(`sessions/${encodeURIComponent(id)}`);
  useTitle(id);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the session" />;
  if (value.runs.length === 0)
    return (
      <Empty title="No run belongs to this session">
        <p class="mono">{id}</p>
      </Empty>
    );
  const total = value.runs.reduce((sum, run) => sum + (run.duration_ms ?? 0), 0);
  const used = value.runs.reduce((sum, run) => sum + (tokens(run.usage) ?? 0), 0);
  const missing = allMissing(value.runs.map((run) => run.usage));
  const paid = value.runs.reduce((sum, run) => sum + (run.usage.cost_usd ?? 0), 0);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Session">
      <div class="chat">
        <h1>{id}</h1>
        <p class="dim" style={{ margin: "4px 0 16px" }} title={lacking({ missing })}>
          {count(value.runs.length)} runs, {duration(total)}
          {used ? `, ${atLeast(count(used), missing.tokens)} tokens` : ""}
          {paid ? `, ${totalCost({ cost_usd: paid, missing })}` : ""}
        </p>
        <div class="cards">
          {value.runs.map((run, at) => (
            <Turn key={run.request_id} run={run} number={at + 1} />
          ))}
        </div>
      </div>
    </div>
  );
}

function Turn({ run, number }: { run: Row; number: number }) {
  const { value } = useFetched<Request>(run.executions <= 5_000 ? `runs/${run.request_id}/request` : null, run.status);
  return (
    <article class="card">
      <div class="mark" style={{ width: "100%", marginBottom: "8px" }}>
        <span class="dim num">{number}</span>
        <Mark status={run.status} text />
        <a href={href(["run", run.request_id])}>
          <b>{run.entrypoint ?? "run"}</b>
        </a>
        <span class="mono dim">{run.request_id.slice(0, 8)}</span>
        {value?.links
          .filter((link) => link.request_id)
          .map((link) => (
            <a class="tag" href={href(["run", link.request_id!])}>
              {link.relation.replace("_", " ")} {link.request_id!.slice(0, 8)}
            </a>
          ))}
        <span class="grow" />
        <span class="dim">{moment(run.started_at)}</span>
        <span class="num">{duration(run.duration_ms)}</span>
      </div>
      {value && value.inputs != null && (
        <div class="message user">
          <div class="who">input</div>
          <Value value={value.inputs} depth={1} />
        </div>
      )}
      {value && value.outputs != null && (
        <div class="message assistant">
          <div class="who">output</div>
          <Value value={value.outputs} depth={1} />
        </div>
      )}
      {value?.error && (
        <div class="problem mono">
          {value.error.type}: {value.error.message}
        </div>
      )}
    </article>
  );
}
