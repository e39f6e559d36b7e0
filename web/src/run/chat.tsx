/** The run as one conversation: what each model call heard and said that nobody had said before. */
import { cost, count, duration, tokens } from "../format";
import { Messages } from "../messages";
import type { Message, Request, Usage, Failure as Wrong } from "../model";
import { Empty, Failure, Kind, Loading, Mark } from "../parts";
import { useFetched } from "../source";
import { Value } from "../value";
import type { RunState } from "./state";

interface Turn {
  execution_id: string;
  name: string;
  model: string | null;
  status: string;
  usage: Usage | null;
  duration_ms: number | null;
  error: Wrong | null;
  heard: Message[];
  said: Message[];
  conversation: number;
}

const SHOWN = 200;

export function Chat({ state }: { state: RunState }) {
  const { run, tree } = state;
  const version = `${run.status} ${tree.count}`;
  const { value, problem } = useFetched<{ turns: Turn[]; conversations: number }>(
    `runs/${run.request_id}/chat`,
    version,
  );
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the conversation" />;
  const { turns } = value;
  if (turns.length === 0) return <Whole state={state} />;
  return (
    <div class="scroll" tabIndex={0} aria-label="Conversation" role="region">
      <div class="chat">
        {turns.slice(0, SHOWN).map((turn, at) => (
          <OneTurn key={turn.execution_id} turns={turns} at={at} several={value.conversations > 1} state={state} />
        ))}
        {turns.length > SHOWN && (
          <p class="dim">
            The first {SHOWN} of {count(turns.length)} turns.
          </p>
        )}
      </div>
    </div>
  );
}

interface TurnProps {
  turns: Turn[];
  at: number;
  /** Whether the run has more than one conversation. */
  several: boolean;
  state: RunState;
}

function OneTurn({ turns, at, several, state }: TurnProps) {
  const turn = turns[at];
  // What tools answered is told by the next call of the same conversation.
  const later = turns.slice(at + 1).find((next) => next.conversation === turn.conversation);
  return (
    <div class="turn">
      <div class="about">
        <span class="num">{at + 1}</span>
        <Kind kind="llm" />
        <button type="button" class="button link small" onClick={() => state.select(state.tree.row(turn.execution_id))}>
          {turn.model ?? turn.name}
        </button>
        {several && <span>conversation {turn.conversation + 1}</span>}
        {turn.status !== "completed" && <Mark status={turn.status} text />}
        <span class="grow" />
        {tokens(turn.usage) !== null && (
          <span>
            {count(turn.usage!.input_tokens)} → {count(turn.usage!.output_tokens)} tokens
          </span>
        )}
        {turn.usage?.cost_usd != null && <span>{cost(turn.usage.cost_usd)}</span>}
        <span>{duration(turn.duration_ms)}</span>
      </div>
      <Messages messages={fresh(turn, turns.slice(0, at))} before={later?.heard} />
      <Messages messages={turn.said} before={later?.heard} />
      {turn.error && (
        <div class="problem mono">
          {turn.error.type}: {turn.error.message}
        </div>
      )}
    </div>
  );
}

/** What a call heard, without the results that stand beside the calls that asked for them. */
function fresh(turn: Turn, before: Turn[]): Message[] {
  const asked = new Set<string>();
  for (const former of before) {
    if (former.conversation !== turn.conversation) continue;
    for (const message of former.said)
      for (const part of message.parts) if (part.type === "tool_call" && part.id) asked.add(part.id);
  }
  return turn.heard.filter(
    (message) =>
      message.parts.length === 0 ||
      !message.parts.every((part) => part.type === "tool_call_response" && asked.has(part.id ?? "")),
  );
}

/** Without model calls, what was asked and what was answered. */
function Whole({ state }: { state: RunState }) {
  const { value } = useFetched<Request>(`runs/${state.run.request_id}/request`, state.run.status);
  if (value === null) return <Loading what="the conversation" />;
  if (value.inputs == null && value.outputs == null)
    return (
      <Empty title="Nothing was said">
        <p>The run called no model, and its inputs and outputs were not recorded.</p>
      </Empty>
    );
  return (
    <div class="scroll">
      <div class="chat">
        <p class="dim">The run called no model: this is what it was given and what it gave.</p>
        <div class="message user">
          <div class="who">input</div>
          <Value value={value.inputs} />
        </div>
        <div class="message assistant">
          <div class="who">output</div>
          <Value value={value.outputs} />
        </div>
      </div>
    </div>
  );
}
