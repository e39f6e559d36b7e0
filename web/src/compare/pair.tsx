/** An execution of both runs, and where it differs. */
import { useMemo } from "preact/hooks";
import { diffed } from "../diff";
import { count } from "../format";
import { Kind } from "../parts";
import { href } from "../route";
import type { Pair } from "./difference";

export function PairView({ pair, a, b }: { pair: Pair; a: string; b: string }) {
  return (
    <>
      <div class="top">
        <div class="title">
          <Kind kind={pair.kind} />
          <h2 class="cut">{pair.path.at(-1)}</h2>
          <span class="dim">{pair.change}</span>
        </div>
        <div class="small dim cut">{pair.path.slice(0, -1).join(" › ")}</div>
        <div class="small">
          {pair.execution_id.a && <a href={href(["run", a], { span: pair.execution_id.a })}>Open in A</a>}{" "}
          {pair.execution_id.b && <a href={href(["run", b], { span: pair.execution_id.b })}>Open in B</a>}
        </div>
      </div>
      {pair.differences.length === 0 && (
        <section class="dim">
          {pair.change === "same"
            ? "Inputs, outputs, status and model are the same."
            : pair.change === "changed"
              ? "It ran in another order."
              : `Only ${pair.change === "added" ? "B" : "A"} has it.`}
        </section>
      )}
      {pair.differences.map((one, number) => (
        <section key={number}>
          <h3>
            {one.in}
            <span class="mono">{one.at}</span>
          </h3>
          <TextDiff a={text(one.value.a)} b={text(one.value.b)} />
        </section>
      ))}
    </>
  );
}

const text = (value: unknown): string | null =>
  value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value, null, 2);

/** Two texts line by line. */
function TextDiff({ a, b }: { a: string | null; b: string | null }) {
  const lines = useMemo(() => diffed(a === null ? [] : a.split("\n"), b === null ? [] : b.split("\n")), [a, b]);
  return (
    <div class="diff">
      {lines
        .slice(0, 400)
        .map(([sign, line], number) =>
          sign === "+" ? (
            <ins key={number}>{line}</ins>
          ) : sign === "-" ? (
            <del key={number}>{line}</del>
          ) : (
            <span key={number}>{line}</span>
          ),
        )}
      {lines.length > 400 && <p class="dim">{count(lines.length - 400)} more lines</p>}
    </div>
  );
}
