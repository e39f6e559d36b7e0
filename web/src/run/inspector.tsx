/** Everything about one execution, read when it is selected. */
import { cost, count, duration, tokens } from "../format";
import { Messages } from "../messages";
import { type Execution, type Failure, messagesIn, type Raised, type Request } from "../model";
import { Copy, Kind, Loading, Mark, Failure as Problem } from "../parts";
import { href } from "../route";
import { useFetched } from "../source";
import { REQUEST } from "../tree";
import { Text, Value } from "../value";
import { RELATIONS } from "../vocabulary";
import type { RunState } from "./state";

export function Inspector({ state, width }: { state: RunState; width: number }) {
  const { tree, selected, run } = state;
  const request = selected === REQUEST || selected < 0;
  const status = request ? run.status : tree.status(selected);
  const path = `runs/${run.request_id}/${request ? "request" : `executions/${tree.id(selected)}`}`;
  const { value, problem } = useFetched<Execution | Request>(path, status);
  return (
    <aside class="inspector" style={{ width: `${width}px` }} aria-label="Details" tabIndex={-1} id="inspector">
      {problem ? (
        <Problem problem={problem} />
      ) : value === null ? (
        <Loading what="the details" />
      ) : request ? (
        <OfRequest request={value as Request} state={state} />
      ) : (
        <OfExecution execution={value as Execution} state={state} />
      )}
    </aside>
  );
}

function OfRequest({ request, state }: { request: Request; state: RunState }) {
  const { process } = request;
  return (
    <>
      <div class="top">
        <div class="title">
          <Kind kind="request" />
          <h2 class="cut">{request.entrypoint ?? "request"}</h2>
          <span class="dim">request</span>
          <span class="grow" />
          <Mark status={request.status} text />
        </div>
      </div>
      {request.error && <Wrong error={request.error} />}
      <Section title="Input" value={request.inputs} />
      <Section title="Output" value={request.outputs} />
      <section>
        <dl class="pairs">
          <dt>Request</dt>
          <dd class="mono">{request.request_id}</dd>
          <dt>Trace</dt>
          <dd class="mono">{request.trace_id}</dd>
          <dt>Duration</dt>
          <dd>{duration(state.total)}</dd>
          {request.user_id && (
            <>
              <dt>User</dt>
              <dd>{request.user_id}</dd>
            </>
          )}
          {process.pid !== null && (
            <>
              <dt>Process</dt>
              <dd>
                {process.pid} on {process.host}, Python {process.python}
              </dd>
            </>
          )}
          {process.argv && process.argv.length > 0 && (
            <>
              <dt>Command</dt>
              <dd class="mono">{process.argv.join(" ")}</dd>
            </>
          )}
          {request.loss.dropped > 0 && (
            <>
              <dt>Lost</dt>
              <dd class="warned">{count(request.loss.dropped)} events could not be kept</dd>
            </>
          )}
          {(request.loss.process ?? 0) > 0 && (
            <>
              <dt>Lost</dt>
              <dd class="warned">{count(request.loss.process!)} events of its process, of this run or of others</dd>
            </>
          )}
          {request.loss.truncated > 0 && (
            <>
              <dt>Cut</dt>
              <dd class="warned">{count(request.loss.truncated)} values were too long</dd>
            </>
          )}
        </dl>
      </section>
      <Links links={request.links} />
      <Metadata value={request.metadata} />
    </>
  );
}

function OfExecution({ execution, state }: { execution: Execution; state: RunState }) {
  const { tree } = state;
  const row = tree.row(execution.execution_id);
  const usage = execution.usage;
  const heard = messagesIn(execution.inputs);
  const said = messagesIn(execution.outputs);
  const params = execution.kind === "llm" && heard !== null ? withoutMessages(execution.inputs) : null;
  const own = row >= 0 && tree.hasChildren(row) ? tree.own(row, state.now) : null;
  return (
    <>
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
                <button type="button" class="button link small" onClick={() => state.select(each)}>
                  {tree.name(each)}
                </button>
                {" › "}
              </>
            ))}
          </div>
        )}
      </div>
      {execution.error && <Wrong error={execution.error} />}
      <section>
        <dl class="pairs">
          <dt>Time</dt>
          <dd>
            {duration(row >= 0 ? tree.end(row, state.now) - tree.start[row] : execution.duration_ms)}
            <span class="dim"> from {duration(execution.start_offset_ms)}</span>
            {own !== null && <span class="dim">, own {duration(own)}</span>}
          </dd>
          {execution.model && (
            <>
              <dt>Model</dt>
              <dd>
                {execution.model}
                {execution.provider && <span class="dim"> {execution.provider}</span>}
              </dd>
            </>
          )}
          {execution.time_to_first_token_ms !== null && (
            <>
              <dt>First token</dt>
              <dd>after {duration(execution.time_to_first_token_ms)}</dd>
            </>
          )}
          {usage && tokens(usage) !== null && (
            <>
              <dt>Tokens</dt>
              <dd>
                {count(usage.input_tokens)} in, {count(usage.output_tokens)} out
                <span class="dim">
                  {usage.cache_read_tokens ? `, ${count(usage.cache_read_tokens)} from cache` : ""}
                  {usage.cache_write_tokens ? `, ${count(usage.cache_write_tokens)} to cache` : ""}
                  {usage.reasoning_tokens ? `, ${count(usage.reasoning_tokens)} reasoning` : ""}
                </span>
              </dd>
            </>
          )}
          {usage?.cost_usd != null && (
            <>
              <dt>Cost</dt>
              <dd>{cost(usage.cost_usd)}</dd>
            </>
          )}
          {usage?.missing?.why && (
            <>
              <dt>Cost</dt>
              <dd class="dim">unknown: {usage.missing.why}</dd>
            </>
          )}
          {(execution.attempt ?? 1) > 1 && (
            <>
              <dt>Attempt</dt>
              <dd>{execution.attempt}</dd>
            </>
          )}
          {execution.cached && (
            <>
              <dt>Cached</dt>
              <dd>yes, nothing ran</dd>
            </>
          )}
          <dt>Framework</dt>
          <dd>
            {execution.framework} <span class="dim mono">{execution.node_id}</span>
          </dd>
        </dl>
      </section>
      {execution.kind === "llm" && heard !== null ? (
        <section>
          <h3>Conversation</h3>
          <Messages messages={[...heard, ...(said ?? [])]} />
          {said === null && execution.outputs != null && <Value value={execution.outputs} />}
        </section>
      ) : execution.kind === "retriever" ? (
        <>
          <Section title="Query" value={execution.inputs} />
          <Documents value={execution.outputs} />
        </>
      ) : (
        <>
          <Section title={execution.kind === "tool" ? "Arguments" : "Input"} value={execution.inputs} />
          <Section title={execution.kind === "tool" ? "Result" : "Output"} value={execution.outputs} />
        </>
      )}
      {params !== null && <Section title="Parameters and tools" value={params} depth={1} />}
      {execution.events.length > 0 && (
        <section>
          <h3>Events</h3>
          {execution.events.map((event) => (
            <div>
              <span class="dim num">{duration(event.offset_ms)}</span> <b>{event.name}</b>
              <Value value={event.attributes} depth={1} />
            </div>
          ))}
        </section>
      )}
      <Links links={execution.links} />
      <Metadata value={execution.metadata} />
      <section>
        <span class="mono dim">{execution.execution_id}</span>{" "}
        <Copy text={JSON.stringify(execution, null, 2)} label="Copy as JSON" />
      </section>
    </>
  );
}

function withoutMessages(inputs: unknown): Record<string, unknown> | null {
  if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) return null;
  const { messages: _, ...rest } = inputs as Record<string, unknown>;
  return Object.keys(rest).length > 0 ? rest : null;
}

function Section({ title, value, depth = 2 }: { title: string; value: unknown; depth?: number }) {
  if (value == null) return null;
  const messages = messagesIn(value);
  const rest = messages === null ? null : withoutMessages(value);
  return (
    <section>
      <h3>{title}</h3>
      {messages === null ? <Value value={value} depth={depth} /> : <Messages messages={messages} />}
      {rest !== null && <Value value={rest} depth={1} />}
    </section>
  );
}

function Documents({ value }: { value: unknown }) {
  const documents = Array.isArray(value) ? (value as Record<string, unknown>[]) : null;
  const isDocument = (one: unknown): boolean =>
    typeof one === "object" && one !== null && ("page_content" in one || "content" in one);
  if (documents === null || !documents.every(isDocument)) return <Section title="Documents" value={value} />;
  return (
    <section>
      <h3>
        Documents <span class="dim">{count(documents.length)}</span>
      </h3>
      {documents.map((document, at) => {
        const { page_content, content, score, ...rest } = document;
        return (
          <div class="message" key={at}>
            <div class="who">
              {at + 1}
              {score != null && <span class="dim">score {String(score)}</span>}
            </div>
            <Text text={String(page_content ?? content)} />
            <Value value={rest} depth={0} />
          </div>
        );
      })}
    </section>
  );
}

function Wrong({ error }: { error: Failure }) {
  return (
    <section>
      <h3 class="bad">Error</h3>
      <Exception one={error} />
      {error.causes.map((cause) => (
        <div style={{ marginInlineStart: `${Math.min(cause.depth, 8)}rem` }}>
          <div class="dim">{RELATIONS.get(cause.relation) ?? cause.relation}</div>
          <Exception one={cause} />
        </div>
      ))}
      {error.causes_left_out > 0 && (
        <div class="dim">and {count(error.causes_left_out)} more exceptions that it came from</div>
      )}
    </section>
  );
}

function Exception({ one }: { one: Raised }) {
  const at = lastFrame(one.stacktrace ?? "");
  return (
    <>
      <div class="problem mono">
        {one.type ? `${one.type}: ` : ""}
        {one.message ?? "no message"}
      </div>
      {one.notes.map((note) => (
        <div class="mono dim">note: {note}</div>
      ))}
      {at && (
        <div class="source mono">
          <span class="dim">{at.place}</span>
          {at.line && `\n${at.line}`}
        </div>
      )}
      {one.stacktrace && (
        <details>
          <summary>Stack trace</summary>
          <pre class="text" tabIndex={0}>
            {one.stacktrace}
          </pre>
        </details>
      )}
    </>
  );
}

/** Where it was raised, and the line that stands there. */
function lastFrame(stacktrace: string): { place: string; line: string } | null {
  const lines = stacktrace.split("\n");
  for (let at = lines.length - 1; at >= 0; at--) {
    const found = /^ {2}File "(.*)", line (\d+), in (.*)$/.exec(lines[at]);
    if (found) return { place: `${found[1]}:${found[2]} in ${found[3]}`, line: (lines[at + 1] ?? "").trim() };
  }
  return null;
}

function Links({ links }: { links: { request_id: string | null; relation: string }[] }) {
  const known = links.filter((link) => link.request_id);
  if (known.length === 0) return null;
  return (
    <section>
      <h3>Other runs</h3>
      {known.map((link) => (
        <div>
          {link.relation.replace("_", " ")}{" "}
          <a class="mono" href={href(["run", link.request_id!])}>
            {link.request_id!.slice(0, 8)}
          </a>
        </div>
      ))}
    </section>
  );
}

const Metadata = ({ value }: { value: Record<string, unknown> }) =>
  Object.keys(value).length === 0 ? null : (
    <section>
      <h3>Metadata</h3>
      <Value value={value} depth={1} />
    </section>
  );
