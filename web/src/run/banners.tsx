/** What went wrong in a run, above everything else. */
import { count } from "../format";
import type { Execution, RunAnswer } from "../model";
import { Mark } from "../parts";
import { useFetched } from "../source";
import type { Tree } from "../tree";

const SHOWN = 3;

interface BannersProps {
  run: RunAnswer;
  tree: Tree;
  failures: number[];
  select: (row: number) => void;
}

/** Failures first: those that made the run fail in red, those that the agent handled in amber. */
export function Banners({ run, tree, failures, select }: BannersProps) {
  if (run.status === "interrupted")
    return (
      <div class="banner handled">
        <Mark status="interrupted" />
        <span>It waits for a human; a later run of the same thread goes on.</span>
      </div>
    );
  if (run.status === "aborted")
    return (
      <div class="banner">
        <Mark status="aborted" />
        <span>Its process died. What was open then is marked.</span>
      </div>
    );
  if (failures.length === 0)
    return run.status === "error" ? (
      <div class="banner">
        <Mark status="error" />
        <span>The entrypoint itself failed; its details tell why.</span>
      </div>
    ) : null;
  // What the run ended with began last.
  const shown = (run.status === "error" ? [...failures].reverse() : failures).slice(
    0,
    run.status === "error" ? 1 : SHOWN,
  );
  if (run.status !== "error") {
    return (
      <div class="banner handled">
        <Mark status="error" />
        <span class="grow">
          {count(failures.length)} {failures.length === 1 ? "error" : "errors"} inside, handled:{" "}
          {shown.map((row) => tree.name(row)).join(", ")}
          {failures.length > SHOWN ? " …" : ""}
        </span>
        <button type="button" class="button" onClick={() => select(failures[0])} title="n">
          Show
        </button>
      </div>
    );
  }
  return (
    <>
      {shown.map((row) => (
        <Banner key={row} run={run} tree={tree} row={row} more={failures.length - 1} select={select} />
      ))}
    </>
  );
}

function Banner({ run, tree, row, more, select }: Omit<BannersProps, "failures"> & { row: number; more: number }) {
  const { value } = useFetched<Execution>(`runs/${run.request_id}/executions/${tree.id(row)}`);
  const path = [...tree.above(row), row].map(tree.name).join(" › ");
  return (
    <div class="banner" role="alert">
      <Mark status="error" />
      <b class="cut" title={path}>
        {path}
      </b>
      <span class="what grow">
        {value?.error
          ? `${value.error.type ?? "error"}: ${value.error.message ?? ""}`
          : tree.word(tree.columns.error_type, row)}
      </span>
      {more > 0 && <span class="dim small">and {count(more)} more</span>}
      <button type="button" class="button" onClick={() => select(row)} title="n and p go from error to error">
        Show
      </button>
    </div>
  );
}
