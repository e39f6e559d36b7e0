/** The documents behind the page, to read and to take away. */
import type { Execution, Request } from "../model";
import { Copy, Failure, Loading } from "../parts";
import { useFetched, useSource } from "../source";
import { REQUEST } from "../tree";
import { Text } from "../value";
import type { RunState } from "./state";

export function Raw({ state }: { state: RunState }) {
  const { run, tree, selected } = state;
  const source = useSource();
  const request = selected === REQUEST || selected < 0;
  const path = `runs/${run.request_id}/${request ? "request" : `executions/${tree.id(selected)}`}`;
  const { value, problem } = useFetched<Execution | Request>(path, run.status);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the document" />;
  const text = JSON.stringify(value, null, 2);
  const json = source.exported(run.request_id, "json");
  return (
    <>
      <div class="toolbar">
        <span class="dim">
          {request ? "The request, without its executions" : `The execution ${tree.name(selected)}`} as in{" "}
          <code>gradient.run/1</code>
        </span>
        <span class="grow" />
        <Copy text={text} label="Copy" />
        <Copy text={`gradient show ${run.request_id.slice(0, 8)} --json`} label="Copy command" />
        {json && <Copy text={`curl -s --compressed '${new URL(json, location.href).href}'`} label="Copy as curl" />}
        {json && (
          <a class="button" href={json} download>
            Whole run
          </a>
        )}
      </div>
      <div class="scroll pad mono" tabIndex={0} role="region" aria-label="JSON">
        <Text text={text} box={false} />
      </div>
    </>
  );
}
