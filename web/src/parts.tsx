/** Small pieces that every page uses: marks, states, the time, keys. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
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

/** Name the page in the browser. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Gradient`;
  }, [title]);
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
