/** What `gradient doctor` finds: versions, the store, settings and where they come from, frameworks, problems. */
import { useEffect } from "preact/hooks";
import { bytes, count } from "../format";
import { Empty, Failure, Loading, Mark } from "../parts";
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
  useEffect(() => {
    document.title = "About · Gradient";
  }, []);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="what is installed; that takes a few seconds" />;
  if (value.failed || !value.store)
    return (
      <Empty title="The doctor did not answer">
        <pre>{value.failed ?? "Run `gradient doctor` in a terminal."}</pre>
      </Empty>
    );
  const { store } = value;
  return (
    <div class="scroll pad" tabIndex={0} role="region" aria-label="About">
      {value.problems.length === 0 && (
        <p class="mark good" style={{ marginBottom: "16px" }}>
          <Mark status="completed" /> Everything works.
        </p>
      )}
      {value.problems.map((each) => (
        <div key={each.what} class={`banner ${each.level === "broken" ? "" : "handled"}`} style={{ margin: "0 0 8px" }}>
          <div>
            <b>{each.what}</b>
            <div class="dim">{each.remedy}</div>
          </div>
        </div>
      ))}
      <div class="columns">
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
        <section>
          <h2>Versions</h2>
          <dl class="pairs">
            {Object.entries(value.versions).map(([name, version]) => (
              <>
                <dt>{name}</dt>
                <dd class="mono">{version}</dd>
              </>
            ))}
          </dl>
        </section>
      </div>
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
          {value.frameworks.map((one) => (
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
          {value.settings.map((one) => (
            <tr key={one.name}>
              <td class="mono">{one.name}</td>
              <td class="mono">{one.value === null ? <span class="dim">none</span> : JSON.stringify(one.value)}</td>
              <td class={one.origin === "default" ? "dim" : ""}>{one.origin}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
