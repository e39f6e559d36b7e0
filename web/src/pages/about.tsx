/** What `gradient doctor` finds: versions, the store, settings and where they come from, frameworks, problems. */
import { bytes, count } from "../format";
import { Empty, Failure, Loading, Mark, useTitle } from "../parts";
import { useFetched } from "../source";

interface Doctor {
  failed?: string;
  ok: boolean;
  problems: { level: string; what: string; remedy: string }[];
  versions: Record<string, string>;
  frameworks: {
    name: string;
    version: string | null;
    series: string | null;
    state: string;
    found: string[];
    missing: string[];
  }[];
  settings: { name: string; value: unknown; origin: string }[];
  store: {
    path: string;
    alive: number;
    dead: number;
    unknown: number;
    segments: number;
    journal_bytes: number;
    index_bytes: number;
    free_bytes: number | null;
    retention_days: number;
    retention_bytes: number;
  };
}

export function AboutPage() {
  const { value, problem } = useFetched<Doctor>("about");
  useTitle("About");
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="what is installed; that takes a few seconds" />;
  if (value.failed || !value.store)
    return (
      <Empty title="The doctor did not answer">
        <pre>{value.failed ?? "Run `gradient doctor` in a terminal."}</pre>
      </Empty>
    );
  return (
    <div class="scroll pad" tabIndex={0} role="region" aria-label="About">
      <Problems problems={value.problems} />
      <div class="columns">
        <Store store={value.store} />
        <Versions versions={value.versions} />
      </div>
      <Frameworks frameworks={value.frameworks} />
      <Settings settings={value.settings} />
    </div>
  );
}

const Problems = ({ problems }: Pick<Doctor, "problems">) => (
  <>
    {problems.length === 0 && (
      <p class="mark good" style={{ marginBottom: "16px" }}>
        <Mark status="completed" /> Everything works.
      </p>
    )}
    {problems.map((each) => (
      <div key={each.what} class={`banner ${each.level === "broken" ? "" : "handled"}`} style={{ margin: "0 0 8px" }}>
        <div>
          <b>{each.what}</b>
          <div class="dim">{each.remedy}</div>
        </div>
      </div>
    ))}
  </>
);

const Store = ({ store }: Pick<Doctor, "store">) => (
  <section>
    <h2>Store</h2>
    <dl class="pairs">
      <dt>Home</dt>
      <dd class="mono">{store.path}</dd>
      <dt>Journals</dt>
      <dd>
        {bytes(store.journal_bytes)} in {count(store.segments)} segments
      </dd>
      <dt>Index</dt>
      <dd>{store.index_bytes ? bytes(store.index_bytes) : "none yet"}</dd>
      <dt>Processes</dt>
      <dd>
        {count(store.alive)} alive, {count(store.dead)} ended
        {store.unknown ? `, ${count(store.unknown)} from elsewhere` : ""}
      </dd>
      <dt>Kept for</dt>
      <dd>
        {store.retention_days} days, up to {bytes(store.retention_bytes)}
      </dd>
      {store.free_bytes !== null && (
        <>
          <dt>Free</dt>
          <dd>{bytes(store.free_bytes)}</dd>
        </>
      )}
    </dl>
  </section>
);

const Versions = ({ versions }: Pick<Doctor, "versions">) => (
  <section>
    <h2>Versions</h2>
    <dl class="pairs">
      {Object.entries(versions).map(([name, version]) => (
        <>
          <dt>{name}</dt>
          <dd class="mono">{version}</dd>
        </>
      ))}
    </dl>
  </section>
);

const Frameworks = ({ frameworks }: Pick<Doctor, "frameworks">) => (
  <>
    <h2 style={{ margin: "24px 0 4px" }}>Frameworks</h2>
    <table class="table">
      <thead>
        <tr>
          <th>Framework</th>
          <th>Version</th>
          <th>Supported</th>
          <th>State</th>
          <th class="num">Seams</th>
        </tr>
      </thead>
      <tbody>
        {frameworks.map((one) => (
          <tr key={one.name}>
            <td>{one.name}</td>
            <td>{one.version ?? "–"}</td>
            <td class="dim">{one.series ?? "–"}</td>
            <td class={one.state === "on" ? "good" : one.state === "broken" ? "bad" : "dim"}>{one.state}</td>
            <td class="num">
              {one.found.length + one.missing.length
                ? `${one.found.length} of ${one.found.length + one.missing.length}`
                : "–"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </>
);

const Settings = ({ settings }: Pick<Doctor, "settings">) => (
  <>
    <h2 style={{ margin: "24px 0 4px" }}>Settings</h2>
    <table class="table">
      <thead>
        <tr>
          <th>Setting</th>
          <th>Value</th>
          <th>From</th>
        </tr>
      </thead>
      <tbody>
        {settings.map((one) => (
          <tr key={one.name}>
            <td class="mono">{one.name}</td>
            <td class="mono">{one.value === null ? <span class="dim">none</span> : JSON.stringify(one.value)}</td>
            <td class={one.origin === "default" ? "dim" : ""}>{one.origin}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </>
);
