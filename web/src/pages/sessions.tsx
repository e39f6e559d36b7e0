/** Threads of runs: what belongs to one conversation or one user's visit. */
import { useEffect } from "preact/hooks";
import { age, cost, count, duration, few, moment, tokens } from "../format";
import type { Request, Row } from "../model";
import { Empty, Failure, Loading, Mark } from "../parts";
import { href } from "../route";
import { useFetched } from "../source";
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
}

export function SessionsPage() {
  const { value, problem } = useFetched<{ sessions: Session[]; newest: number; whole: boolean }>("sessions");
  useEffect(() => {
    document.title = "Sessions · Gradient";
  }, []);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the sessions" />;
  if (value.sessions.length === 0) {
    return <Empty title="No run belongs to a session"><pre>{'from gradient.sdk import session\n\nwith session("user-17"):\n    my_agent(question)'}</pre></Empty>;
  }
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Sessions">
      <table class="table">
        <thead><tr><th>Session</th><th>Last</th><th class="num">Runs</th><th class="num">Failed</th><th>Entrypoints</th><th>User</th><th class="num">Time</th><th class="num">Tokens</th><th class="num">Cost</th><th>Active</th></tr></thead>
        <tbody>
          {value.sessions.map((session) => (
            <tr key={session.session_id}>
              <td><a href={href(["session", session.session_id])}>{session.session_id}</a></td>
              <td><Mark status={session.status} text /></td>
              <td class="num">{count(session.runs)}</td>
              <td class={`num ${session.errors ? "bad" : "dim"}`}>{session.errors || "–"}</td>
              <td>{session.entrypoints.join(", ")}</td>
              <td>{session.user_id ?? ""}</td>
              <td class="num">{duration(session.duration_ms)}</td>
              <td class="num">{few(session.tokens)}</td>
              <td class="num">{cost(session.cost_usd)}</td>
              <td title={session.last_at ?? ""}>{age(session.last_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!value.whole && <p class="pad dim">Of the newest {count(value.newest)} runs.</p>}
    </div>
  );
}

export function SessionPage({ id }: { id: string }) {
  const { value, problem } = useFetched<{ runs: Row[] }>(`sessions/${encodeURIComponent(id)}`);
  useEffect(() => {
    document.title = `${id} · Gradient`;
  }, [id]);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the session" />;
  if (value.runs.length === 0) return <Empty title="No run belongs to this session"><p class="mono">{id}</p></Empty>;
  const total = value.runs.reduce((sum, run) => sum + (run.duration_ms ?? 0), 0);
  const used = value.runs.reduce((sum, run) => sum + (tokens(run.usage) ?? 0), 0);
  const paid = value.runs.reduce((sum, run) => sum + (run.usage.cost_usd ?? 0), 0);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Session">
      <div class="chat">
        <h1>{id}</h1>
        <p class="dim" style={{ margin: "4px 0 16px" }}>{count(value.runs.length)} runs, {duration(total)}{used ? `, ${count(used)} tokens` : ""}{paid ? `, ${cost(paid)}` : ""}</p>
        <div class="cards">{value.runs.map((run, at) => <Turn key={run.request_id} run={run} number={at + 1} />)}</div>
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
        <a href={href(["run", run.request_id])}><b>{run.entrypoint ?? "run"}</b></a>
        <span class="mono dim">{run.request_id.slice(0, 8)}</span>
        {value?.links.filter((link) => link.request_id).map((link) => <a class="tag" href={href(["run", link.request_id!])}>{link.relation.replace("_", " ")} {link.request_id!.slice(0, 8)}</a>)}
        <span class="grow" />
        <span class="dim">{moment(run.started_at)}</span>
        <span class="num">{duration(run.duration_ms)}</span>
      </div>
      {value && value.inputs != null && <div class="message user"><div class="who">input</div><Value value={value.inputs} depth={1} /></div>}
      {value && value.outputs != null && <div class="message assistant"><div class="who">output</div><Value value={value.outputs} depth={1} /></div>}
      {value?.error && <div class="problem mono">{value.error.type}: {value.error.message}</div>}
    </article>
  );
}
