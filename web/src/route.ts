/** Where in the page one is: all of it stands behind the #, so that a link leads anybody to the same view. */
import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string[];
  query: URLSearchParams;
}

export function read(hash = location.hash): Place {
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
  if (to === location.hash) return;
  if (replace) {
    history.replaceState(null, "", to);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = to;
  }
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
