/** The details of the request itself. */
import { count, duration } from "../../format";
import type { Request } from "../../model";
import { Kind, Mark } from "../../parts";
import type { RunState } from "../state";
import { Wrong } from "./error";
import { Links, Metadata, Pair, Section } from "./sections";

export const OfRequest = ({ request, state }: { request: Request; state: RunState }) => (
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
        <Pair name="Request" look="mono">
          {request.request_id}
        </Pair>
        <Pair name="Trace" look="mono">
          {request.trace_id}
        </Pair>
        <Pair name="Duration">{duration(state.total)}</Pair>
        {request.user_id && <Pair name="User">{request.user_id}</Pair>}
        <Process process={request.process} />
        <Loss loss={request.loss} />
      </dl>
    </section>
    <Links links={request.links} />
    <Metadata value={request.metadata} />
  </>
);

const Process = ({ process }: Pick<Request, "process">) => (
  <>
    {process.pid !== null && (
      <Pair name="Process">
        {process.pid} on {process.host}, Python {process.python}
      </Pair>
    )}
    {process.argv && process.argv.length > 0 && (
      <Pair name="Command" look="mono">
        {process.argv.join(" ")}
      </Pair>
    )}
  </>
);

/** What is not there, or not all of it. */
const Loss = ({ loss }: Pick<Request, "loss">) => (
  <>
    {loss.dropped > 0 && (
      <Pair name="Lost" look="warned">
        {count(loss.dropped)} events could not be kept
      </Pair>
    )}
    {(loss.process ?? 0) > 0 && (
      <Pair name="Lost" look="warned">
        {count(loss.process!)} events of its process, of this run or of others
      </Pair>
    )}
    {loss.truncated > 0 && (
      <Pair name="Cut" look="warned">
        {count(loss.truncated)} values were too long
      </Pair>
    )}
  </>
);
