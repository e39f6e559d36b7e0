/** Recorded values. What is in them is text and never markup, whatever it looks like. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { count } from "./format";
import { isDrawn, Picture } from "./picture";

const TEXT_CHARS = 20_000;
const LINE_CHARS = 2_000;
const ITEMS = 100;

type Mapping = Record<string, unknown>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A text, cut where it is long. */
export function Text({ text, box = false }: { text: string; box?: boolean }) {
  const [whole, setWhole] = useState(false);
  const shown = whole || text.length <= TEXT_CHARS ? text : text.slice(0, TEXT_CHARS);
  return (
    <>
      {box ? (
        <pre class="text" tabIndex={0}>
          {shown}
        </pre>
      ) : (
        <div class="text">{shown}</div>
      )}
      {shown.length < text.length && (
        <button type="button" class="button link small" onClick={() => setWhole(true)}>
          Show all {count(text.length)} characters
        </button>
      )}
    </>
  );
}

/** Any value: a text as it is, everything else as a tree. */
export function Value({ value, depth = 2 }: { value: unknown; depth?: number }) {
  const cut = cutText(value);
  if (cut !== null) return <Text text={cut} />;
  if (typeof value === "string") {
    const parsed = structured(value);
    return parsed === undefined ? (
      <Text text={value} />
    ) : (
      <div class="json">
        <Node value={parsed} depth={depth} />
      </div>
    );
  }
  return (
    <div class="json">
      <Node value={value} depth={depth} />
    </div>
  );
}

/** What a text says, where it is JSON with parts. */
function structured(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > 200_000) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function Node({ value, depth, name }: { value: unknown; depth: number; name?: string }) {
  const key = name === undefined ? null : <span class="key">{name}: </span>;
  const note = noted(value);
  if (note === null && (Array.isArray(value) || isMapping(value)))
    return <Nested value={value} depth={depth} name={key} />;
  return (
    <>
      {key}
      {note === null ? <Leaf value={value} /> : <span class="withheld">{note}</span>}
      {isMapping(value) && isDrawn(value.$media) && <Picture medium={value.$media} />}
    </>
  );
}

/** A list or a mapping, which folds. */
function Nested({ value, depth, name }: { value: unknown[] | Mapping; depth: number; name: JSX.Element | null }) {
  const [open, setOpen] = useState(depth > 0);
  const entries = Object.entries(value);
  const [left, right] = Array.isArray(value) ? "[]" : "{}";
  if (entries.length === 0)
    return (
      <>
        {name}
        {left}
        {right}
      </>
    );
  return (
    <>
      <button type="button" class="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        {name}
        {left}
        {!open && (
          <span class="dim">
            {" "}
            {summary(value, entries.length)} {right}
          </span>
        )}
      </button>
      {open && (
        <>
          <Entries entries={entries} depth={depth - 1} />
          {right}
        </>
      )}
    </>
  );
}

function Entries({ entries, depth }: { entries: [string, unknown][]; depth: number }) {
  const [most, setMost] = useState(ITEMS);
  return (
    <ul>
      {entries.slice(0, most).map(([each, inside]) => (
        <li key={each}>
          <Node name={each} value={inside} depth={depth} />
        </li>
      ))}
      {entries.length > most && (
        <li>
          <button type="button" class="button link small" onClick={() => setMost(most + 10 * ITEMS)}>
            {count(entries.length - most)} more
          </button>
        </li>
      )}
    </ul>
  );
}

function summary(value: unknown[] | Mapping, length: number): string {
  if (Array.isArray(value)) return `${count(length)} item${length === 1 ? "" : "s"}`;
  const keys = Object.keys(value).join(", ");
  return keys.length > 60 ? `${keys.slice(0, 60)}…` : keys;
}

/** A text that was recorded without its middle, as text; null of anything else. */
export function cutText(value: unknown): string | null {
  if (!isMapping(value) || !isMapping(value.$cut)) return null;
  const { head, tail, length } = value.$cut;
  const start = String(head ?? "");
  if (typeof tail !== "string") return typeof length === "number" ? `${start}… (${count(length)} in all)` : `${start}…`;
  const [all, left] = [Number(length), Number(length) - start.length - tail.length];
  return `${start}\n… ${count(left)} of ${count(all)} characters were left out …\n${tail}`;
}

/** What Gradient wrote in the place of a value: cut, a medium, lost, redacted, damaged. */
function noted(value: unknown): string | null {
  if (!isMapping(value)) return null;
  const cut = cutText(value);
  if (cut !== null) return cut;
  if (isMapping(value.$media)) {
    const { type, bytes, digest, kept } = value.$media;
    const more = kept === undefined ? "" : kept === true ? ", kept" : `, not kept: ${String(kept)}`;
    return `${String(type)}, ${count(Number(bytes))} bytes, ${String(digest).slice(0, 15)}${more}`;
  }
  if ("$missing" in value)
    return typeof value.messages === "number"
      ? `${count(value.messages)} messages are no longer there`
      : "a message is no longer there";
  if ("$ambiguous" in value) return "a message of an old journal that cannot be told from another";
  if ("$redacted" in value) return `redacted: ${String(value.$redacted)}`;
  if ("$damaged" in value) return `damaged: ${String(value.$damaged)}`;
  return null;
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") return <span class="literal">{String(value)}</span>;
  const shown = whole || value.length <= LINE_CHARS ? value : value.slice(0, LINE_CHARS);
  return (
    <span class="string">
      "{shown}"
      {shown.length < value.length && (
        <button type="button" class="button link small" onClick={() => setWhole(true)}>
          {" "}
          {count(value.length - shown.length)} more
        </button>
      )}
    </span>
  );
}
