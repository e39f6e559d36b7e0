/** Small pieces that every page uses: marks, states, lists of which only what is seen is drawn. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "./source";
import { STATUSES, UNKNOWN } from "./vocabulary";

export const toneOf = (status: string | null) => `tone-${(STATUSES.get(status ?? "") ?? UNKNOWN).tone}`;

export function Mark({ status, text = false }: { status: string; text?: boolean }) {
  return (
    <span class={`mark ${toneOf(status)} ${status}`} title={status}>
      <svg
        viewBox="0 0 16 16"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
      >
        <path d={(STATUSES.get(status) ?? UNKNOWN).drawing} />
      </svg>
      {text ? status : <span class="unseen">{status}</span>}
    </span>
  );
}

export const Kind = ({ kind }: { kind: string }) => <span class={`kind k-${kind}`} title={kind} aria-hidden="true" />;

export const Twist = ({
  open,
  leaf = false,
  onClick,
}: {
  open: boolean;
  leaf?: boolean;
  onClick?: (event: Event) => void;
}) => (
  <button
    type="button"
    class={`twist ${open ? "open" : ""} ${leaf ? "leaf" : ""}`}
    tabIndex={-1}
    aria-hidden="true"
    onClick={onClick}
  />
);

export function Loading({ what }: { what: string }) {
  // At once it would only flicker.
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="state" role="status">
      {shown && <p>Reading {what} …</p>}
    </div>
  );
}

const HEADINGS = new Map([
  ["Offline", "The server does not answer"],
  ["RunNotFound", "There is no such run"],
  ["AmbiguousReference", "More than one run begins like this"],
  ["NewerIndex", "A newer version of Gradient made this index"],
  ["Unreadable", "The recorded runs cannot be read"],
  ["QueryError", "The query is written wrongly"],
]);

export const Failure = ({ problem }: { problem: Problem }) => (
  <div class="state" role="alert">
    <h1>{HEADINGS.get(problem.kind) ?? "That did not work"}</h1>
    <pre>{problem.message}</pre>
    {problem.kind !== "Offline" && (
      <button type="button" class="button" onClick={() => location.reload()}>
        Try again
      </button>
    )}
  </div>
);

export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="state">
    <h2>{title}</h2>
    {children}
  </div>
);

/** So many lines above and below those in sight are drawn too: what is scrolled to is there before it is seen. */
const BEYOND = 6;
const AT_REST_MS = 150;
const HEAD = 28;

/** Rows of one height, of which only those in sight are in the document. */
export function List(props: {
  count: number;
  height: number;
  /**
   * Draws a line so many pixels from the top; lines of one slot are never in sight together, so that their
   * elements can be used again.
   */
  row: (at: number, top: number, slot: number) => JSX.Element;
  head?: JSX.Element;
  /** Stands behind all lines, as high as they are together. */
  behind?: JSX.Element;
  /** A row that must be in sight whenever this changes. */
  at?: number;
  label: string;
  role?: "treegrid" | "grid" | "table";
  class?: string;
  active?: string;
  onKeyDown?: (event: KeyboardEvent) => void;
  onScroll?: (top: number) => void;
  style?: JSX.CSSProperties;
  focus?: boolean;
}) {
  const element = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 800, moving: false });
  useLayoutEffect(() => {
    const list = element.current!;
    let [frame, rest] = [0, 0];
    const look = (moving: boolean) => setSeen({ top: list.scrollTop, height: list.clientHeight, moving });
    const scrolled = () => {
      props.onScroll?.(list.scrollTop);
      clearTimeout(rest);
      rest = window.setTimeout(look, AT_REST_MS, false);
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        look(true);
      });
    };
    list.addEventListener("scroll", scrolled, { passive: true });
    const watcher = new ResizeObserver(() => look(false));
    watcher.observe(list);
    look(false);
    return () => {
      list.removeEventListener("scroll", scrolled);
      clearTimeout(rest);
      watcher.disconnect();
      cancelAnimationFrame(frame);
    };
  }, []);
  useLayoutEffect(() => {
    const list = element.current!;
    if (props.at === undefined || props.at < 0) return;
    const top = props.at * props.height;
    const room = list.clientHeight - HEAD - props.height;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top > list.scrollTop + room) list.scrollTop = top - room;
  }, [props.at]);
  useEffect(() => {
    if (props.focus) element.current!.focus({ preventScroll: true });
  }, []);
  const from = Math.max(0, Math.floor(seen.top / props.height) - BEYOND);
  // As many slots wherever the list stands: with one more or less every line would move to another.
  const slots = Math.ceil(seen.height / props.height) + 1 + 2 * BEYOND;
  const rows: JSX.Element[] = [];
  for (let at = from; at < Math.min(props.count, from + slots); at++)
    rows.push(props.row(at, at * props.height, at % slots));
  // An element that changes its place in the document is styled and laid out anew. So each keeps it while
  // the list moves; at rest they stand as they are read.
  if (seen.moving) rows.push(...rows.splice(0, slots - (from % slots)));
  return (
    <div
      ref={element}
      class={`list ${props.class ?? ""}`}
      style={props.style}
      role={props.role ?? "grid"}
      aria-label={props.label}
      aria-rowcount={props.count + 1}
      aria-activedescendant={props.active}
      tabIndex={0}
      onKeyDown={props.onKeyDown}
    >
      {props.head}
      <div class="body" role="rowgroup" style={{ height: `${props.count * props.height}px` }}>
        {props.behind}
        {rows}
      </div>
    </div>
  );
}

/** The time now, told anew so often while something runs; else the time of the first call. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (everyMs === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** Keys that work wherever nobody is writing. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target.closest("input, textarea, select, dialog[open]")) return;
      const act = Object.hasOwn(latest.current, event.key) && latest.current[event.key];
      if (act) {
        event.preventDefault();
        act(event);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

export const Copy = ({ text, label, what }: { text: string; label: string; what?: string }) => {
  const [done, setDone] = useState(false);
  const copy = () => {
    const copied = () => {
      setDone(true);
      setTimeout(() => setDone(false), 1200);
    };
    // In a frame it may be forbidden; then the button just keeps its name.
    navigator.clipboard?.writeText(text).then(copied, () => undefined);
  };
  return (
    <button type="button" class="button plain small" onClick={copy} title={what ?? `Copy ${label}`}>
      {done ? "Copied" : label}
    </button>
  );
};
