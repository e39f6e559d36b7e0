/** What many runs add up to; a click leads to the runs. */
import { Part } from "../boundary";
import { allMissing, atLeast, count, duration, few, lacking, totalCost } from "../format";
import type { Missing } from "../model";
import { Empty, Failure, Kind, Loading, useTitle } from "../parts";
import { amend, go, href, usePlace } from "../route";
import { quoted } from "../runs/terms";
import { useFetched } from "../source";
import { type Column, Table } from "../table";

interface Group {
  name: string;
  kind: string;
  count: number;
  errors: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
  max_ms: number | null;
  total_ms: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  missing: Missing | null;
}

const BY = ["entrypoint", "node", "model"] as const;
const SINCE: [string, string][] = [
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["52w", "a year"],
];

export function StatsPage() {
  const { query } = usePlace();
  const by = query.get("by") ?? "entrypoint";
  const since = query.get("since") ?? "30d";
  const days = useFetched<{ groups: Group[] }>(`stats?by=day&since=${since}`);
  const groups = useFetched<{ groups: Group[] }>(`stats?by=${by}&since=${since}`);
  useTitle("Stats");
  const problem = days.problem ?? groups.problem;
  if (problem) return <Failure problem={problem} />;
  if (days.value === null || groups.value === null) return <Loading what="the statistics" />;
  const every = days.value.groups;
  return (
    <div class="scroll pad" tabIndex={0} role="region" aria-label="Statistics">
      <Since since={since} />
      {every.every((group) => group.count === 0) ? (
        <Empty title="Nothing ended in this time" />
      ) : (
        <>
          <Tiles every={every} />
          <h2 style={{ margin: "20px 0 8px" }}>Runs by day</h2>
          <Part what="the days" of={every}>
            <Days groups={every} />
          </Part>
          <By by={by} />
          <Part what="the table" of={groups.value}>
            <Groups groups={groups.value.groups} by={by} since={since} />
          </Part>
        </>
      )}
    </div>
  );
}

const Since = ({ since }: { since: string }) => (
  <div class="mark" style={{ marginBottom: "12px" }}>
    <span class="dim">The last</span>
    {SINCE.map(([value, title]) => (
      <button
        key={value}
        type="button"
        class="button"
        aria-pressed={value === since}
        onClick={() => amend({ since: value === "30d" ? null : value })}
      >
        {title}
      </button>
    ))}
  </div>
);

const By = ({ by }: { by: string }) => (
  <div class="mark" style={{ margin: "24px 0 8px" }}>
    <h2>By</h2>
    {BY.map((each) => (
      <button
        key={each}
        type="button"
        class="button"
        aria-pressed={each === by}
        onClick={() => amend({ by: each === "entrypoint" ? null : each, sort: null })}
      >
        {each}
      </button>
    ))}
  </div>
);

/** What all days add up to. */
function Tiles({ every }: { every: Group[] }) {
  const sum = (pick: (group: Group) => number | null) => every.reduce((total, group) => total + (pick(group) ?? 0), 0);
  const missing = allMissing(every);
  const [runs, errors] = [sum((group) => group.count), sum((group) => group.errors)];
  const tokens = sum((group) => group.input_tokens) + sum((group) => group.output_tokens);
  return (
    <div class="tiles">
      <div class="tile">
        <span class="dim">Runs</span>
        <b>{count(runs)}</b>
      </div>
      <div class="tile">
        <span class="dim">Failed</span>
        <b class={errors ? "bad" : ""}>{((errors / runs) * 100).toFixed(errors && errors / runs < 0.1 ? 1 : 0)} %</b>
      </div>
      <div class="tile" title={lacking({ missing })}>
        <span class="dim">Tokens</span>
        <b>{atLeast(few(tokens), missing.tokens)}</b>
      </div>
      <div class="tile" title={lacking({ missing })}>
        <span class="dim">Cost</span>
        <b>{totalCost({ cost_usd: sum((group) => group.cost_usd), missing })}</b>
      </div>
    </div>
  );
}

function Days({ groups }: { groups: Group[] }) {
  const most = Math.max(1, ...groups.map((group) => group.count));
  return (
    <>
      <div class="bars">
        {groups.map((group) => (
          <button
            key={group.name}
            type="button"
            aria-label={told(group)}
            title={`${told(group)}, median ${duration(group.p50_ms)}`}
            onClick={() => go(href(["runs"], { q: `since:${group.name} until:${dayAfter(group.name)}` }))}
          >
            <i style={{ height: `${((group.count - group.errors) / most) * 100}%` }} />
            <i class="failed" style={{ height: `${(group.errors / most) * 100}%` }} />
          </button>
        ))}
      </div>
      <div class="mark dim small" style={{ width: "100%", justifyContent: "space-between" }}>
        <span>{groups[0]?.name}</span>
        {groups.length > 1 && <span>{groups.at(-1)!.name}</span>}
      </div>
    </>
  );
}

const told = (day: Group) => `${day.name}: ${count(day.count)} runs, ${count(day.errors)} failed`;

const dayAfter = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

interface Shown {
  by: string;
  since: string;
}

function Groups({ groups, by, since }: Shown & { groups: Group[] }) {
  const total = groups.reduce((sum, group) => sum + group.total_ms, 0) || 1;
  const columns = [...names({ by, since }), ...times(total), ...SPENT];
  return <Table columns={columns} rows={groups} id={(group) => `${group.kind} ${group.name}`} />;
}

/** What a group is, and how often it ran and failed; both lead to its runs. */
function names({ by, since }: Shown): Column<Group>[] {
  const runsOf = (group: Group, more = "") =>
    href(["runs"], { q: `${by}:${quoted(group.name)}${more} since:${since}` });
  return [
    {
      title: `${by[0].toUpperCase()}${by.slice(1)}`,
      by: (one) => one.name,
      cell: (one) => <a href={runsOf(one)}>{one.name}</a>,
    },
    ...(by === "entrypoint" ? [] : [kinds(by)]),
    { title: "Count", number: true, by: (one) => one.count, cell: (one) => count(one.count) },
    {
      title: "Failed",
      number: true,
      by: (one) => one.errors,
      cell: (one) =>
        one.errors ? (
          <a class="bad" href={runsOf(one, by === "entrypoint" ? " status:error" : " errors>0")}>
            {count(one.errors)} ({((one.errors / one.count) * 100).toFixed(0)} %)
          </a>
        ) : (
          <span class="dim">–</span>
        ),
    },
  ];
}

const kinds = (by: string): Column<Group> => ({
  title: by === "model" ? "Provider" : "Kind",
  by: (one) => one.kind,
  look: () => "dim",
  wide: true,
  cell: (one) =>
    by === "node" ? (
      <span class="mark">
        <Kind kind={one.kind} />
        {one.kind}
      </span>
    ) : (
      one.kind
    ),
});

const times = (total: number): Column<Group>[] => [
  { title: "p50", number: true, by: (one) => one.p50_ms, cell: (one) => duration(one.p50_ms) },
  { title: "p95", number: true, by: (one) => one.p95_ms, cell: (one) => duration(one.p95_ms) },
  { title: "p99", number: true, wide: true, by: (one) => one.p99_ms, cell: (one) => duration(one.p99_ms) },
  { title: "Longest", number: true, wide: true, by: (one) => one.max_ms, cell: (one) => duration(one.max_ms) },
  {
    title: "Total time",
    number: true,
    wide: true,
    by: (one) => one.total_ms,
    cell: (one) => (
      <>
        {duration(one.total_ms)}
        <span class="share">
          <i style={{ width: `${(one.total_ms / total) * 100}%` }} />
        </span>
      </>
    ),
  },
];

const SPENT: Column<Group>[] = [
  {
    title: "Tokens in",
    number: true,
    wide: true,
    by: (one) => one.input_tokens,
    cell: (one) => <span title={lacking(one)}>{atLeast(few(one.input_tokens), one.missing?.tokens)}</span>,
  },
  {
    title: "Tokens out",
    number: true,
    wide: true,
    by: (one) => one.output_tokens,
    cell: (one) => <span title={lacking(one)}>{atLeast(few(one.output_tokens), one.missing?.tokens)}</span>,
  },
  {
    title: "Cost",
    number: true,
    by: (one) => one.cost_usd,
    cell: (one) => <span title={lacking(one)}>{totalCost(one)}</span>,
  },
];
