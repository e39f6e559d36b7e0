/** Where in the page one is: all of it stands behind the #, so that a link leads anybody to the same view. */
import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string[];
  query: URLSearchParams;
}

/** A page in a frame of a notebook has no address of its own that could change: then the place is kept here. */
const framed = location.protocol === "about:";
let kept = "";
const standing = () => (framed ? kept : location.hash);

export function read(hash = standing()): Place {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query ?? "") };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function href(path: string[], query: Record<string, string | null | undefined> = {}): string {
  const kept = Object.entries(query).filter((pair): pair is [string, string] => pair[1] != null && pair[1] !== "");
  const search = new URLSearchParams(kept).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

export function go(to: string, replace = false): void {
  if (to === standing()) return;
  if (!framed && !replace) {
    location.hash = to;
    return;
  }
  if (framed) kept = to;
  else history.replaceState(null, "", to);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export const back = () => framed || history.back();

// There, a link would lead the frame to the notebook itself.
if (framed) {
  addEventListener("click", (event) => {
    const to = (event.target as Element).closest("a")?.getAttribute("href");
    if (!to?.startsWith("#")) return;
    event.preventDefault();
    go(to);
  });
}

/** Change some of the query; null takes a name out. */
export function amend(changes: Record<string, string | null>, replace = true): void {
  const { path, query } = read();
  go(href(path, { ...Object.fromEntries(query), ...changes }), replace);
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => read());
  useEffect(() => {
    const changed = () => setPlace(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return place;
}
