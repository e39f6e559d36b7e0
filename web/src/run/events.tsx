/** What happened at moments: failures, further attempts, and what the agent noted. */
import { duration } from "../format";
import { Empty, Failure, Kind, Loading, Mark } from "../parts";
import { useFetched } from "../source";
import { REQUEST } from "../tree";
import { Value } from "../value";
import type { RunState } from "./state";

interface Happened {
  /** Null for what was noted outside of any execution. */
  execution_id: string | null;
  of: string;
  kind: string;
  what: "retry" | "event" | "error";
  offset_ms: number;
  name: string;
  attributes: Record<string, unknown>;
}

const SHOWN = 500;

export function Events({ state }: { state: RunState }) {
  const { run, tree } = state;
  const { value, problem } = useFetched<{ events: Happened[] }>(
    `runs/${run.request_id}/events`,
    `${run.status} ${tree.count}`,
  );
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the events" />;
  if (value.events.length === 0)
    return (
      <Empty title="Nothing failed, and nothing was noted">
        <p>
          <code>annotate("…")</code> in your agent notes something here.
        </p>
      </Empty>
    );
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Events">
      <table class="table">
        <thead>
          <tr>
            <th class="num">At</th>
            <th>What</th>
            <th>In</th>
            <th>Told</th>
          </tr>
        </thead>
        <tbody>
          {value.events.slice(0, SHOWN).map((event, at) => (
            <One key={at} event={event} state={state} />
          ))}
        </tbody>
      </table>
      {value.events.length > SHOWN && (
        <p class="pad dim">
          The first {SHOWN} of {value.events.length}.
        </p>
      )}
    </div>
  );
}

const One = ({ event, state }: { event: Happened; state: RunState }) => (
  <tr>
    <td class="num">{duration(event.offset_ms)}</td>
    <td class={event.what === "error" ? "bad" : event.what === "retry" ? "warned" : ""}>
      {event.what === "error" && <Mark status="error" />} {event.name}
    </td>
    <td>
      <span class="mark">
        <Kind kind={event.kind} />
        <button
          type="button"
          class="button link"
          onClick={() => state.select(event.execution_id === null ? REQUEST : state.tree.row(event.execution_id))}
        >
          {event.of}
        </button>
      </span>
    </td>
    <td>
      {event.what === "error" ? (
        <span class="mono text">{String(event.attributes.message ?? "")}</span>
      ) : (
        <Value value={event.attributes} depth={1} />
      )}
    </td>
  </tr>
);
