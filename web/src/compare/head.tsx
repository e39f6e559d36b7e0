/** What two runs are, and by how much they differ. */
import { delta } from "../format";
import type { Row } from "../model";
import { Mark } from "../parts";
import { amend, href } from "../route";
import { type Diff, said, TOTALS, total } from "./difference";

interface HeadProps {
  diff: Diff;
  byName: boolean;
  swap: () => void;
  hideSame: boolean;
  setHideSame: (hidden: boolean) => void;
}

export const Head = ({ diff: { a, b }, byName, swap, hideSame, setHideSame }: HeadProps) => (
  <div class="run-head">
    <div class="title">
      <h1>Compare</h1>
      <Side name="A" run={a} />
      <span class="dim">with</span>
      <Side name="B" run={b} />
    </div>
    <div class="actions">
      <button type="button" class="button" onClick={swap}>
        Swap
      </button>
      <button
        type="button"
        class="button"
        aria-pressed={byName}
        onClick={() => amend({ by: byName ? null : "name" })}
        title="Align by names, wherever in the tree they are"
      >
        By name
      </button>
      <button type="button" class="button" aria-pressed={hideSame} onClick={() => setHideSame(!hideSame)}>
        Hide what is the same
      </button>
    </div>
  </div>
);

const Side = ({ name, run }: { name: string; run: Row }) => (
  <a class="mark" href={href(["run", run.request_id])} style={{ color: "inherit" }}>
    <b>{name}</b> <Mark status={run.status} /> {run.entrypoint ?? "run"}{" "}
    <span class="mono dim">{run.request_id.slice(0, 8)}</span>
  </a>
);

export const Totals = ({ diff: { a, b, totals } }: { diff: Diff }) => (
  <div class="facts">
    {TOTALS.map(([name, title, write]) => {
      const one = totals[name];
      if (one.a === null && one.b === null) return null;
      return (
        <div key={name}>
          <span class="dim">{title}</span>
          <span class="num">
            {total(name, one.a, a, write)} → {total(name, one.b, b, write)}
          </span>
          {one.delta !== null && one.delta !== 0 && <b class="num">{delta(one.delta, write)}</b>}
        </div>
      );
    })}
  </div>
);

/** Where they first differ; `show` leads there. */
export const First = ({ diff, show }: { diff: Diff; show: (() => void) | null }) =>
  diff.first_divergence ? (
    <div class="banner handled">
      <b>First difference</b>
      <span class="grow">{said(diff.first_divergence)}</span>
      {show && (
        <button type="button" class="button" onClick={show}>
          Show
        </button>
      )}
    </div>
  ) : (
    <div class="banner handled" style={{ background: "var(--bg-2)", borderColor: "var(--ok)" }}>
      The two runs say the same.
    </div>
  );
