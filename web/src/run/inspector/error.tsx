/** An error, what it came from, and where it was raised. */
import { count } from "../../format";
import type { Failure, Raised } from "../../model";
import { RELATIONS } from "../../vocabulary";
import { lastFrame } from "./stack";

export function Wrong({ error }: { error: Failure }) {
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
