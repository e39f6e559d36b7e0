/** The runs that one can be compared with. */
import { duration, moment } from "../format";
import type { Row } from "../model";
import { Failure, Mark } from "../parts";
import { href } from "../route";
import { useFetched } from "../source";

const MOST = 100;

export function Choose({ side, other }: { side: "a" | "b"; other: string | null }) {
  const known = useFetched<{ runs: Row[] }>("runs?limit=300");
  const listed = known.value?.runs ?? [];
  const given = listed.find((run) => run.request_id === other);
  const named = `${given?.entrypoint ?? ""} ${other?.slice(0, 8)}`;
  const link = (run: Row) =>
    href(["compare"], { ...(other ? { [side === "a" ? "b" : "a"]: other } : {}), [side]: run.request_id });
  if (known.problem) return <Failure problem={known.problem} />;
  return (
    <div class="scroll pad">
      <h1>Compare</h1>
      <p class="dim" style={{ margin: "4px 0 12px" }}>
        {other ? `Choose the run to compare ${named} with; those of the same entrypoint come first.` : "Choose a run."}
      </p>
      <table class="table">
        <thead>
          <tr>
            <th>Status</th>
            <th>Entrypoint</th>
            <th>Id</th>
            <th>Started</th>
            <th class="num">Duration</th>
          </tr>
        </thead>
        <tbody>
          {alikeFirst(listed, other, given)
            .slice(0, MOST)
            .map((run) => (
              <Candidate key={run.request_id} run={run} link={link(run)} />
            ))}
        </tbody>
      </table>
    </div>
  );
}

const Candidate = ({ run, link }: { run: Row; link: string }) => (
  <tr>
    <td>
      <Mark status={run.status} text />
    </td>
    <td>
      <a href={link}>{run.entrypoint ?? "–"}</a>
    </td>
    <td class="mono">{run.request_id.slice(0, 8)}</td>
    <td>{moment(run.started_at)}</td>
    <td class="num">{duration(run.duration_ms)}</td>
  </tr>
);

/** All runs but one, those of the same entrypoint first. */
function alikeFirst(runs: Row[], other: string | null, given: Row | undefined): Row[] {
  const isAlike = (run: Row) => Number(run.entrypoint === given?.entrypoint);
  return runs.filter((run) => run.request_id !== other).sort((one, two) => isAlike(two) - isAlike(one));
}
