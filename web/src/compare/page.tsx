/** Two runs side by side: where they part, and by how much they differ. */
import { useMemo, useState } from "preact/hooks";
import { Empty, Failure, Loading, useTitle } from "../parts";
import { amend, usePlace } from "../route";
import { useFetched } from "../source";
import { Choose } from "./choose";
import { type Diff, isFirst } from "./difference";
import { First, Head, Totals } from "./head";
import { PairView } from "./pair";
import { Pairs } from "./pairs";

export function ComparePage() {
  const { query } = usePlace();
  const [a, b] = [query.get("a"), query.get("b")];
  useTitle("Compare");
  return a && b ? <Compared a={a} b={b} /> : <Choose side={b ? "a" : "b"} other={a ?? b} />;
}

function Compared({ a, b }: { a: string; b: string }) {
  const by = usePlace().query.get("by") === "name" ? "name" : "path";
  const { value, problem } = useFetched<Diff>(`compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}&by=${by}`);
  const [hideSame, setHideSame] = useState(false);
  const [picked, setPicked] = useState<number | null>(null);
  const first = useMemo(() => value?.executions.findIndex((pair) => isFirst(pair, value)) ?? -1, [value]);
  if (problem) return <Failure problem={problem} />;
  if (value === null) return <Loading what="both runs" />;
  const pairs = value.executions;
  const numbers = [...pairs.keys()].filter((number) => !hideSame || pairs[number].change !== "same");
  const at = picked ?? first;
  return (
    <div class="compare" style={{ display: "flex", flexDirection: "column", minHeight: "0", flex: "1" }}>
      <Head
        diff={value}
        byName={by === "name"}
        swap={() => amend({ a: b, b: a })}
        hideSame={hideSame}
        setHideSame={setHideSame}
      />
      <Totals diff={value} />
      <First diff={value} show={first >= 0 ? () => setPicked(first) : null} />
      <div class="split">
        <div class="view">
          <Pairs pairs={pairs} numbers={numbers} at={at} first={first} pick={setPicked} />
        </div>
        <aside
          class="inspector"
          style={{ width: "460px", borderLeft: "1px solid var(--line)" }}
          aria-label="Differences"
          tabIndex={0}
        >
          {at >= 0 ? (
            <PairView pair={pairs[at]} a={value.a.request_id} b={value.b.request_id} />
          ) : (
            <Empty title="Choose a line to see where it differs" />
          )}
        </aside>
      </div>
    </div>
  );
}
