/** What failed, those alike together, the commonest first. */
import { age, count } from "../format";
import { Empty, Failure, Loading, useTitle } from "../parts";
import { href } from "../route";
import { useFetched } from "../source";
import { type Column, Table } from "../table";

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

const COLUMNS: Column<Group>[] = [
  {
    title: "Error",
    by: (one) => one.type,
    cell: (one) => (
      <>
        <a href={href(["runs"], { q: `error:${one.type}` })}>
          <b class="bad">{one.type}</b>
        </a>
        <div class="mono text" style={{ maxWidth: "720px" }}>
          {one.message}
        </div>
      </>
    ),
  },
  { title: "Times", number: true, by: (one) => one.count, cell: (one) => count(one.count) },
  { title: "Runs", number: true, by: (one) => one.runs, cell: (one) => count(one.runs) },
  { title: "In", wide: true, by: (one) => one.nodes.join(), cell: (one) => one.nodes.join(", ") },
  {
    title: "First",
    wide: true,
    by: (one) => one.first_seen,
    cell: (one) => <span title={one.first_seen ?? ""}>{age(one.first_seen)}</span>,
  },
  {
    title: "Last",
    by: (one) => one.last_seen,
    cell: (one) => <span title={one.last_seen ?? ""}>{age(one.last_seen)}</span>,
  },
  {
    title: "Newest runs",
    wide: true,
    by: (one) => one.samples[0] ?? null,
    look: () => "mono",
    cell: (one) =>
      one.samples.map((id) => (
        <>
          <a href={href(["run", id])}>{id.slice(0, 8)}</a>{" "}
        </>
      )),
  },
];

export function ErrorsPage() {
  const { value, problem } = useFetched<{ groups: Group[] }>("errors");
  useTitle("Errors");
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="the errors" />;
  if (value.groups.length === 0) return <Empty title="Nothing failed" />;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Errors">
      <Table columns={COLUMNS} rows={value.groups} id={(group) => `${group.type} ${group.message}`} />
    </div>
  );
}
