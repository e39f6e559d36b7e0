/** Where the page has its data from: the server of `gradient ui`, or the file it is in. */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";

export interface Problem {
  kind: string;
  message: string;
  column?: number;
  nearest?: string | null;
}

export class Failed extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

export interface LiveEvent {
  runs?: import("./model").Row[];
  executions?: Record<string, unknown[]> | null;
}

export interface Source {
  readonly kind: "server" | "file";
  get<T>(path: string): Promise<T>;
  /** Where a run can be had in another format; null where there is no server. */
  exported(id: string, format: string): string | null;
  /** Where an image can be had that is kept with a run; null where there is no server. */
  image(id: string, digest: string): string | null;
  /**
   * Call back with what changed after an answer that stood at `since`, and with whether there is a connection;
   * returns what ends it.
   */
  follow(
    run: string | null,
    since: number | null,
    changed: (event: LiveEvent) => void,
    connected: (yes: boolean) => void,
  ): () => void;
}

export const OFFLINE: Problem = {
  kind: "Offline",
  message:
    "The server does not answer: it was stopped. Start it again with `gradient ui`; this page goes on by itself.",
};

/** What every question says: whether all projects are meant. */
export const scope = { all: false };

export class Server implements Source {
  readonly kind = "server";

  async get<T>(path: string): Promise<T> {
    let response: Response;
    try {
      response = await fetch(this.#url(path));
    } catch {
      throw new Failed(OFFLINE);
    }
    const told = await response.json().catch(() => null);
    if (response.ok && told !== null) return told as T;
    throw new Failed(
      told?.error ?? { kind: "Refused", message: `The server answered with ${response.status}. Reload the page.` },
    );
  }

  exported(id: string, format: string): string {
    return `api/runs/${id}/export?format=${format}`;
  }

  image(id: string, digest: string): string {
    return this.#url(`runs/${id}/media/${encodeURIComponent(digest)}`);
  }

  follow(
    run: string | null,
    since: number | null,
    changed: (event: LiveEvent) => void,
    connected: (yes: boolean) => void,
  ): () => void {
    let events: EventSource | null = null;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let cursor = since === null ? "" : String(since);
    const open = () => {
      if (events !== null || document.hidden) return;
      const more = (run ? `run=${run}&` : "") + (cursor ? `cursor=${cursor}` : "");
      events = new EventSource(this.#url(`live?${more}`));
      events.onopen = () => connected(true);
      events.onmessage = (event) => {
        cursor = event.lastEventId;
        changed(JSON.parse(event.data));
      };
      events.onerror = () => {
        connected(false);
        close();
        waiting = setTimeout(open, 1500);
      };
    };
    const close = () => {
      clearTimeout(waiting);
      events?.close();
      events = null;
    };
    const seen = () => (document.hidden ? close() : open());
    document.addEventListener("visibilitychange", seen);
    open();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      close();
    };
  }

  #url(path: string): string {
    return `api/${path}${scope.all ? `${path.includes("?") ? "&" : "?"}all=1` : ""}`;
  }
}

const SourceContext = createContext<Source>(new Server());
export const SourceProvider = SourceContext.Provider;
export const useSource = () => useContext(SourceContext);

export interface Fetched<T> {
  value: T | null;
  problem: Problem | null;
  loading: boolean;
}

/** What a path answers; asked again when the path or the version changes, while the former answer stays. */
export function useFetched<T>(path: string | null, version: unknown = 0): Fetched<T> {
  const source = useSource();
  const [state, setState] = useState<Fetched<T> & { of: string | null }>({
    value: null,
    problem: null,
    loading: path !== null,
    of: path,
  });
  const latest = useRef(0);
  useEffect(() => {
    if (path === null) return;
    const mine = ++latest.current;
    let again: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      source.get<T>(path).then(
        (value) => mine === latest.current && setState({ value, problem: null, loading: false, of: path }),
        (error: unknown) => {
          if (mine !== latest.current) return;
          const problem = error instanceof Failed ? error.problem : { kind: "Fault", message: String(error) };
          setState((former) => ({
            value: former.of === path ? former.value : null,
            problem,
            loading: false,
            of: path,
          }));
          if (problem.kind === "Offline") again = setTimeout(ask, 1500);
        },
      );
    void ask();
    return () => {
      clearTimeout(again);
      latest.current++;
    };
  }, [path, version, source]);
  if (state.of === path) return state;
  return { value: null, problem: null, loading: path !== null };
}
