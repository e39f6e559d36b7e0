/** What each node changed in the state of its graph, step by step. */
import { useState } from "preact/hooks";
import { duration } from "../format";
import { Empty, Failure, Loading, Mark } from "../parts";
import { useFetched } from "../source";
import type { RunState } from "./state";

interface Change {
  channel: string;
  what: "appended" | "added" | "same" | "changed";
  items?: string[];
  more?: number;
  before?: string;
  after?: string;
  places?: { at: string; before: string | null; after: string | null }[];
}

interface Step {
  execution_id: string;
  path: string[];
  step: number | null;
  status: string;
  start_offset_ms: number;
  duration_ms: number | null;
  changes: Change[];
}

const SHOWN = 100;
const MORE = 500;

export function States({ state }: { state: RunState }) {
  const { run, tree } = state;
  const { value, problem } = useFetched<{ steps: Step[] }>(
    `runs/${run.request_id}/state`,
    `${run.status} ${tree.count}`,
  );
  const [channel, setChannel] = useState("");
  const [most, setMost] = useState(SHOWN);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the state" />;
  if (value.steps.length === 0)
    return (
      <Empty title="No node of this run has a state">
        <p>Nodes of graphs have one, such as those of LangGraph.</p>
      </Empty>
    );
  const channels = [...new Set(value.steps.flatMap((step) => step.changes.map((change) => change.channel)))].sort();
  const isShown = (change: Change) => !channel || change.channel === channel;
  const steps = channel ? value.steps.filter((step) => step.changes.some(isShown)) : value.steps;
  return (
    <>
      <Bar channels={channels} channel={channel} setChannel={setChannel} />
      <div class="scroll" tabIndex={0} role="region" aria-label="State by node">
        <table class="table">
          <thead>
            <tr>
              <th class="num">Step</th>
              <th>Node</th>
              <th class="num">Took</th>
              <th>What changed</th>
            </tr>
          </thead>
          <tbody>
            {steps.slice(0, most).map((step) => (
              <OneStep key={step.execution_id} step={step} changes={step.changes.filter(isShown)} state={state} />
            ))}
          </tbody>
        </table>
        {steps.length > most && (
          <p class="pad">
            <button type="button" class="button" onClick={() => setMost(most + MORE)}>
              {steps.length - most} more
            </button>
          </p>
        )}
      </div>
    </>
  );
}

interface BarProps {
  channels: string[];
  channel: string;
  setChannel: (channel: string) => void;
}

const Bar = ({ channels, channel, setChannel }: BarProps) => (
  <div class="toolbar">
    <label class="dim">
      Channel{" "}
      <select class="field" value={channel} onChange={(event) => setChannel(event.currentTarget.value)}>
        <option value="">all {channels.length}</option>
        {channels.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
    <span class="dim small">
      <span class="plus">+</span> new or appended, <span class="tilde">~</span> changed, = as it was
    </span>
  </div>
);

const OneStep = ({ step, changes, state }: { step: Step; changes: Change[]; state: RunState }) => (
  <tr>
    <td class="num dim">{step.step ?? ""}</td>
    <td>
      <button type="button" class="button link" onClick={() => state.select(state.tree.row(step.execution_id))}>
        {step.path.join(" › ")}
      </button>
      {step.status !== "completed" && (
        <>
          {" "}
          <Mark status={step.status} text />
        </>
      )}
    </td>
    <td class="num">{duration(step.duration_ms)}</td>
    <td>
      {step.changes.length === 0 && <span class="dim">wrote nothing</span>}
      {changes.map((change) => (
        <OneChange key={change.channel} change={change} />
      ))}
    </td>
  </tr>
);

const OneChange = ({ change }: { change: Change }) => (
  <div class="change">
    <span class="dim mono cut" title={change.channel}>
      {change.channel}
    </span>
    <div class="mono text">
      {change.what === "appended" && (
        <>
          {change.items!.map((item) => (
            <div>
              <span class="plus">+ </span>
              {item}
            </div>
          ))}
          {change.more! > 0 && <div class="dim">and {change.more} more</div>}
        </>
      )}
      {change.what === "added" && (
        <div>
          <span class="plus">+ </span>
          {change.after}
        </div>
      )}
      {change.what === "same" && <div class="dim">= as it was</div>}
      {change.what === "changed" &&
        (change.places?.length ? (
          change.places.map((place) => (
            <div>
              <span class="tilde">~ </span>
              <span class="dim">{place.at}: </span>
              {place.before !== null && <span class="minus">{place.before}</span>}
              {place.before !== null && place.after !== null && " → "}
              {place.after !== null && <span class="plus">{place.after}</span>}
            </div>
          ))
        ) : (
          <div>
            <span class="minus">− {change.before}</span>
            {"\n"}
            <span class="plus">+ {change.after}</span>
          </div>
        ))}
    </div>
  </div>
);
