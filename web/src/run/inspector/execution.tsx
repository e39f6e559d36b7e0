/** The details of one execution. */
import { cost, count, duration, tokens } from "../../format";
import { Messages } from "../../messages";
import { type Execution, messagesIn } from "../../model";
import { Copy, Kind, Mark } from "../../parts";
import { Value } from "../../value";
import type { RunState } from "../state";
import { Wrong } from "./error";
import { Documents, Links, Metadata, Pair, Section, withoutMessages } from "./sections";

interface Props {
  execution: Execution;
  state: RunState;
}

export const OfExecution = ({ execution, state }: Props) => (
  <>
    <Top execution={execution} state={state} />
    {execution.error && <Wrong error={execution.error} />}
    <section>
      <dl class="pairs">
        <Pair name="Time">
          <Time execution={execution} state={state} />
        </Pair>
        <Called execution={execution} />
        <Spent execution={execution} />
        {(execution.attempt ?? 1) > 1 && <Pair name="Attempt">{execution.attempt}</Pair>}
        {execution.cached && <Pair name="Cached">yes, nothing ran</Pair>}
        <Pair name="Framework">
          {execution.framework} <span class="dim mono">{execution.node_id}</span>
        </Pair>
      </dl>
    </section>
    <Content execution={execution} />
    {execution.events.length > 0 && <Noted events={execution.events} />}
    <Links links={execution.links} />
    <Metadata value={execution.metadata} />
    <section>
      <span class="mono dim">{execution.execution_id}</span>{" "}
      <Copy text={JSON.stringify(execution, null, 2)} label="Copy as JSON" />
    </section>
  </>
);

/** What it is, and what it is inside of. */
function Top({ execution, state: { tree, select } }: Props) {
  const row = tree.row(execution.execution_id);
  return (
    <div class="top">
      <div class="title">
        <Kind kind={execution.kind} />
        <h2 class="cut">{execution.name}</h2>
        <span class="dim">{execution.kind}</span>
        <span class="grow" />
        <Mark status={execution.status} text />
      </div>
      {row >= 0 && tree.parent[row] >= 0 && (
        <div class="small dim cut">
          {tree.above(row).map((each) => (
            <>
              <button type="button" class="button link small" onClick={() => select(each)}>
                {tree.name(each)}
              </button>
              {" › "}
            </>
          ))}
        </div>
      )}
    </div>
  );
}

function Time({ execution, state: { tree, now } }: Props) {
  const row = tree.row(execution.execution_id);
  return (
    <>
      {duration(row >= 0 ? tree.end(row, now) - tree.start[row] : execution.duration_ms)}
      <span class="dim"> from {duration(execution.start_offset_ms)}</span>
      {row >= 0 && tree.hasChildren(row) && <span class="dim">, own {duration(tree.own(row, now))}</span>}
    </>
  );
}

const Called = ({ execution }: { execution: Execution }) => (
  <>
    {execution.model && (
      <Pair name="Model">
        {execution.model}
        {execution.provider && <span class="dim"> {execution.provider}</span>}
      </Pair>
    )}
    {execution.time_to_first_token_ms !== null && (
      <Pair name="First token">after {duration(execution.time_to_first_token_ms)}</Pair>
    )}
  </>
);

const Spent = ({ execution: { usage } }: { execution: Execution }) => (
  <>
    {usage && tokens(usage) !== null && (
      <Pair name="Tokens">
        {count(usage.input_tokens)} in, {count(usage.output_tokens)} out
        <span class="dim">
          {usage.cache_read_tokens ? `, ${count(usage.cache_read_tokens)} from cache` : ""}
          {usage.cache_write_tokens ? `, ${count(usage.cache_write_tokens)} to cache` : ""}
          {usage.reasoning_tokens ? `, ${count(usage.reasoning_tokens)} reasoning` : ""}
        </span>
      </Pair>
    )}
    {usage?.cost_usd != null && <Pair name="Cost">{cost(usage.cost_usd)}</Pair>}
    {usage?.missing?.why && (
      <Pair name="Cost" look="dim">
        unknown: {usage.missing.why}
      </Pair>
    )}
  </>
);

/** What it was given and what it gave, in the words of its kind. */
function Content({ execution: { kind, inputs, outputs } }: { execution: Execution }) {
  const heard = messagesIn(inputs);
  if (kind === "llm" && heard !== null) {
    const said = messagesIn(outputs);
    const parameters = withoutMessages(inputs);
    return (
      <>
        <section>
          <h3>Conversation</h3>
          <Messages messages={[...heard, ...(said ?? [])]} />
          {said === null && outputs != null && <Value value={outputs} />}
        </section>
        {parameters !== null && <Section title="Parameters and tools" value={parameters} depth={1} />}
      </>
    );
  }
  if (kind === "retriever")
    return (
      <>
        <Section title="Query" value={inputs} />
        <Documents value={outputs} />
      </>
    );
  return (
    <>
      <Section title={kind === "tool" ? "Arguments" : "Input"} value={inputs} />
      <Section title={kind === "tool" ? "Result" : "Output"} value={outputs} />
    </>
  );
}

const Noted = ({ events }: Pick<Execution, "events">) => (
  <section>
    <h3>Events</h3>
    {events.map((event) => (
      <div>
        <span class="dim num">{duration(event.offset_ms)}</span> <b>{event.name}</b>
        <Value value={event.attributes} depth={1} />
      </div>
    ))}
  </section>
);
