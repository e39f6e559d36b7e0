/** The runs that a query selects, as they change. */
import { type MutableRef, type StateUpdater, useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Row } from "../model";
import { Failed, type LiveEvent, useFetched, useSource } from "../source";

export interface Answer {
  runs: Row[];
  cursor: string | null;
  /** Where in the stream of changes it stands. */
  changes: number;
}

export interface Facets {
  count: number;
  every: number;
  elsewhere: number;
  status: Record<string, number>;
  entrypoint: Record<string, number>;
  damaged: number;
  newer: number;
}

export interface Listed {
  runs: Row[];
  /** Where more runs begin; null where there are no more. */
  cursor: string | null;
  /** New runs, which would move those that somebody reads. */
  waiting: Row[];
}

type Setter = (update: StateUpdater<Listed | null>) => void;

const SETTLED_MS = 400;

/** The list after runs changed or began; new ones wait where the list must stand still. */
export function changedBy(listed: Listed, changed: Row[], still: boolean): Listed {
  const latest = new Map(changed.map((run) => [run.request_id, run]));
  const known = new Set(listed.runs.map((run) => run.request_id));
  const fresh = changed.filter((run) => !known.has(run.request_id));
  const runs = listed.runs.map((run) => latest.get(run.request_id) ?? run);
  if (!still) return { ...listed, runs: [...fresh.reverse(), ...runs] };
  return { ...listed, runs, waiting: [...listed.waiting.filter((run) => !latest.has(run.request_id)), ...fresh] };
}

export function useRuns(query: string) {
  const [again, setAgain] = useState(0);
  const path = `runs?q=${encodeURIComponent(query)}`;
  const first = useFetched<Answer>(path, again);
  const facets = useFetched<Facets>(`facets?q=${encodeURIComponent(query)}`, again).value;
  const [listed, setListed] = useState<Listed | null>(null);
  /** How far the list is scrolled. */
  const top = useRef(0);
  useEffect(() => {
    if (first.value === null) return;
    setListed({ runs: first.value.runs, cursor: first.value.cursor, waiting: [] });
  }, [first.value]);
  const askAgain = () => setAgain((former) => former + 1);
  useChanges(query, first.value, top, setListed, askAgain);
  const fetchMore = useMore(path, listed?.cursor ?? null, setListed);
  return { problem: first.problem, facets, listed, top, fetchMore, askAgain };
}

function useChanges(
  query: string,
  first: Answer | null,
  top: MutableRef<number>,
  setListed: Setter,
  askAgain: () => void,
) {
  const source = useSource();
  const begun = first !== null;
  useEffect(() => {
    if (first === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = ({ runs }: LiveEvent) => {
      if (!runs?.length) return;
      clearTimeout(timer);
      if (query === "") timer = setTimeout(() => top.current === 0 && askAgain(), SETTLED_MS);
      // What a query selects only the server knows.
      const still = query !== "" || top.current > 0;
      setListed((former) => former && changedBy(former, runs, still));
    };
    const end = source.follow(null, first.changes, changed, () => undefined);
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [source, query, begun]);
}

/** Return what reads the next runs, once at a time. */
function useMore(path: string, cursor: string | null, setListed: Setter) {
  const source = useSource();
  const reading = useRef(false);
  return useCallback(() => {
    if (reading.current || cursor === null) return;
    reading.current = true;
    source
      .get<Answer>(`${path}&cursor=${cursor}`)
      .then(({ runs, cursor }) =>
        setListed((former) => former && { ...former, runs: [...former.runs, ...runs], cursor }),
      )
      .catch((error: unknown) => error instanceof Failed || console.error(error))
      .finally(() => (reading.current = false));
  }, [cursor, path, source]);
}
