/** How many runs have which status and which entrypoint; a click selects them. */
import { Part } from "../boundary";
import { count } from "../format";
import { Mark } from "../parts";
import type { Facets } from "./live";
import { quoted } from "./terms";

interface Picked {
  query: string;
  pick: (term: string) => void;
}

export const FacetsOf = ({ facets, query, pick }: Picked & { facets: Facets | null }) => (
  <aside class="facets" aria-label="Facets">
    <Part what="the facets" of={facets}>
      {facets && <Facet title="Status" values={facets.status} field="status" query={query} pick={pick} />}
      {facets && <Facet title="Entrypoint" values={facets.entrypoint} field="entrypoint" query={query} pick={pick} />}
    </Part>
  </aside>
);

interface FacetProps extends Picked {
  title: string;
  values: Record<string, number>;
  field: string;
}

function Facet({ title, values, field, query, pick }: FacetProps) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {entries.map(([value, number]) => {
          const term = `${field}:${quoted(value)}`;
          return (
            <li key={value}>
              <button type="button" aria-pressed={query.split(/\s+/).includes(term)} onClick={() => pick(term)}>
                {field === "status" ? <Mark status={value} /> : null}
                <span class="cut grow">{value}</span>
                <span class="num dim">{count(number)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What is not in the list, and why. */
export const Notices = ({ facets }: { facets: Facets }) => (
  <>
    {facets.damaged > 0 && <div class="notice">{count(facets.damaged)} damaged frames were skipped.</div>}
    {facets.newer > 0 && (
      <div class="notice">
        {count(facets.newer)} journals of a newer version were left out. Upgrade gradient-runtime to see them.
      </div>
    )}
  </>
);
