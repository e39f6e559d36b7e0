/** Durations, counts, costs and times of day as people read them: as the command line writes them. */

import type { Missing, Usage } from "./model";

const three = (value: number) => value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);

export function duration(ms: number | null | undefined): string {
  if (ms == null || Number.isNaN(ms)) return "–";
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 999.5) return `${three(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${three(seconds)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}h ${String(minutes).padStart(2, "0")}m` : `${minutes}m ${String(rest).padStart(2, "0")}s`;
}

export const count = (value: number | null | undefined): string => (value == null ? "–" : value.toLocaleString("en"));

/** A count in few characters, for columns: 1,234 up to 9,999, then 12.3k and 4.5M. */
export function few(value: number | null | undefined): string {
  if (value == null) return "–";
  if (value < 10_000) return count(value);
  return value < 999_500 ? `${three(value / 1000)}k` : `${three(value / 1e6)}M`;
}

export function cost(usd: number | null | undefined): string {
  if (usd == null) return "–";
  if (usd === 0 || usd >= 1)
    return `$${usd.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return usd >= 0.001 ? `$${usd.toFixed(4)}` : `$${usd.toPrecision(2)}`;
}

/** A sum as a lower bound where it lacks some calls. */
export const atLeast = (text: string, lacks: number | undefined): string => (lacks && text !== "–" ? "≥ " : "") + text;

/** The cost of a run, or of many, as a lower bound where the cost of some calls is not known. */
export const totalCost = (usage: Pick<Usage, "cost_usd" | "missing">): string =>
  atLeast(cost(usage.cost_usd), usage.missing?.cost);

/** What some sums lack together. */
export function allMissing(parts: { missing?: Missing | null }[]): Missing {
  const sum = (part: "tokens" | "cost") => parts.reduce((total, { missing }) => total + (missing?.[part] ?? 0), 0);
  return { tokens: sum("tokens"), cost: sum("cost") };
}

/** What sums lack, in words; empty where they are whole. */
export function lacking({ missing }: { missing?: Missing | null }): string {
  if (!missing?.cost && !missing?.tokens) return "";
  const calls = (number: number) => `${count(number)} ${number === 1 ? "call" : "calls"}`;
  const [untold, unpriced] = [missing.tokens, missing.cost - missing.tokens];
  const told = [
    untold ? `the tokens and cost of ${calls(untold)}` : "",
    unpriced ? `the cost of ${calls(unpriced)}` : "",
  ];
  return `without ${told.filter(Boolean).join(" and ")}`;
}

export function age(startedAt: string | null, now = Date.now()): string {
  if (!startedAt) return "–";
  const seconds = Math.max(0, (now - Date.parse(startedAt)) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return seconds < 30 * 86_400 ? `${Math.floor(seconds / 86_400)} d ago` : moment(startedAt).slice(0, 10);
}

export function moment(startedAt: string | null): string {
  if (!startedAt) return "unknown";
  const date = new Date(startedAt);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1e6) return `${three(value / 1e3)} kB`;
  return value < 1e9 ? `${three(value / 1e6)} MB` : `${three(value / 1e9)} GB`;
}

export const tokens = (usage: { input_tokens: number | null; output_tokens: number | null } | null | undefined) =>
  usage == null || (usage.input_tokens == null && usage.output_tokens == null)
    ? null
    : (usage.input_tokens ?? 0) + (usage.output_tokens ?? 0);

export const delta = (value: number | null | undefined, write: (value: number) => string): string =>
  value == null ? "–" : value === 0 ? "=" : `${value > 0 ? "+" : "−"}${write(Math.abs(value))}`;
