/** What failed, those alike together, the commonest first. */
import { useEffect } from "preact/hooks";
import { age, count } from "../format";
import { Empty, Failure, Loading } from "../parts";
import { href } from "../route";
import { useFetched } from "../source";

interface Group {
  type: string;
  message: string;
  count: number;
  runs: number;
  first_seen: string | null;
  last_seen: string | null;
  samples: string[];
  nodes: string[];
}

export function ErrorsPage() {
  const { value, problem } = useFetched<{ groups: Group[] }>("errors");
  useEffect(() => {
    document.title = "Errors · Gradient";
  }, []);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the errors" />;
  if (value.groups.length === 0) return <Empty title="Nothing failed" />;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Errors">
      <table class="table">
        <thead><tr><th>Error</th><th class="num">Times</th><th class="num">Runs</th><th>In</th><th>First</th><th>Last</th><th>Newest runs</th></tr></thead>
        <tbody>
          {value.groups.map((group) => (
            <tr key={`${group.type} ${group.message}`}>
              <td>
                <a href={href(["runs"], { q: `error:${group.type}` })}><b class="bad">{group.type}</b></a>
                <div class="mono text" style={{ maxWidth: "720px" }}>{group.message}</div>
              </td>
              <td class="num">{count(group.count)}</td>
              <td class="num">{count(group.runs)}</td>
              <td>{group.nodes.join(", ")}</td>
              <td title={group.first_seen ?? ""}>{age(group.first_seen)}</td>
              <td title={group.last_seen ?? ""}>{age(group.last_seen)}</td>
              <td class="mono">{group.samples.map((id) => <><a href={href(["run", id])}>{id.slice(0, 8)}</a> </>)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
