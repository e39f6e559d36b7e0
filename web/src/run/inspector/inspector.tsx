/** Everything about what is selected, read when it is. */
import type { Execution, Request } from "../../model";
import { Loading, Failure as Problem } from "../../parts";
import { useFetched } from "../../source";
import { REQUEST } from "../../tree";
import type { RunState } from "../state";
import { OfExecution } from "./execution";
import { OfRequest } from "./request";

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
