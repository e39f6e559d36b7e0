/** Lists of which only what is seen is drawn. */
import type { JSX } from "preact";
import { type MutableRef, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** So many lines above and below those in sight are drawn too: what is scrolled to is there before it is seen. */
const BEYOND = 6;
const AT_REST_MS = 150;
const HEAD = 28;

interface Props {
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
}

interface Seen {
  top: number;
  height: number;
  moving: boolean;
}

/** Rows of one height, of which only those in sight are in the document. */
export function List(props: Props) {
  const element = useRef<HTMLDivElement>(null);
  const seen = useSeen(element, props.onScroll);
  useInSight(element, props.at, props.height);
  useEffect(() => {
    if (props.focus) element.current!.focus({ preventScroll: true });
  }, []);
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
        {inSight(seen, props.count, props.height).map(([at, slot]) => props.row(at, at * props.height, slot))}
      </div>
    </div>
  );
}

/** The numbers of the lines to draw, each with its slot, in the order of the document. */
export function inSight(seen: Seen, count: number, height: number): [at: number, slot: number][] {
  const from = Math.max(0, Math.floor(seen.top / height) - BEYOND);
  // As many slots wherever the list stands: with one more or less every line would move to another.
  const slots = Math.ceil(seen.height / height) + 1 + 2 * BEYOND;
  const lines: [number, number][] = [];
  for (let at = from; at < Math.min(count, from + slots); at++) lines.push([at, at % slots]);
  // An element that changes its place in the document is styled and laid out anew. So each keeps it while
  // the list moves; at rest they stand as they are read.
  if (seen.moving) lines.push(...lines.splice(0, slots - (from % slots)));
  return lines;
}

/** Which part of a list is seen, while it moves and at rest. */
function useSeen(element: MutableRef<HTMLDivElement | null>, onScroll?: (top: number) => void): Seen {
  const [seen, setSeen] = useState<Seen>({ top: 0, height: 800, moving: false });
  const latest = useRef(onScroll);
  latest.current = onScroll;
  useLayoutEffect(() => {
    const list = element.current!;
    let [frame, rest] = [0, 0];
    const look = (moving: boolean) => setSeen({ top: list.scrollTop, height: list.clientHeight, moving });
    const scrolled = () => {
      latest.current?.(list.scrollTop);
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
  return seen;
}

/** Scroll a list so that a row is seen, whenever it is another row. */
function useInSight(element: MutableRef<HTMLDivElement | null>, at: number | undefined, height: number): void {
  useLayoutEffect(() => {
    const list = element.current!;
    if (at === undefined || at < 0) return;
    const top = at * height;
    const room = list.clientHeight - HEAD - height;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top > list.scrollTop + room) list.scrollTop = top - room;
  }, [at]);
}
