/** The whole run in a strip: drag to zoom, double-click for all of it. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Tree } from "../tree";

const HEIGHT = 44;

interface Props {
  tree: Tree;
  total: number;
  now: number;
  range: [number, number];
  theme: string;
  onRange: (range: [number, number] | null) => void;
}

export function Minimap({ tree, total, now, range, theme, onRange }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [dragged, setDragged] = useState<[number, number] | null>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(() => setWidth(canvas.current?.clientWidth ?? 0));
    watcher.observe(canvas.current!);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => draw(canvas.current!, tree, total, now), [tree, total, now, width, theme]);
  const at = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * total;
  };
  const shown = dragged ? ([Math.min(...dragged), Math.max(...dragged)] as const) : range;
  const [left, right] = [(shown[0] / total) * 100, (shown[1] / total) * 100];
  return (
    <div
      class="minimap"
      role="img"
      aria-label="All executions over time. Drag to zoom; on a line, the key z zooms to it."
      title="Drag to zoom, double-click for all"
      onPointerDown={(event) => {
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        setDragged([at(event), at(event)]);
      }}
      onPointerMove={(event) => dragged && setDragged([dragged[0], at(event)])}
      onPointerUp={() => {
        if (dragged && shown[1] - shown[0] > total * 0.003) onRange([shown[0], shown[1]]);
        setDragged(null);
      }}
      onDblClick={() => onRange(null)}
    >
      <canvas ref={canvas} />
      {(left > 0 || right < 100) && (
        <>
          <div class="shade" style={{ left: "0", width: `${left}%` }} />
          <div class="shade" style={{ left: `${right}%`, right: "0" }} />
          <div class="brush" style={{ left: `${left}%`, width: `${right - left}%` }} />
        </>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, tree: Tree, total: number, now: number): void {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, HEIGHT];
  if (width === 0) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d")!;
  pen.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const other = style.getPropertyValue("--k-other");
  const colours = tree.columns.kind.words.map((kind) => style.getPropertyValue(`--k-${kind}`) || other);
  const red = style.getPropertyValue("--failed");
  const failed = tree.columns.status.words.indexOf("error");
  let deepest = 3;
  for (let row = 0; row < tree.count; row++) deepest = Math.max(deepest, tree.level[row]);
  const step = Math.min(9, (height - 6) / (deepest - 1));
  const thick = Math.max(1, step - 1);
  for (let row = 0; row < tree.count; row++) {
    const left = (tree.start[row] / total) * width;
    const wide = Math.max(1, ((tree.end(row, now) - tree.start[row]) / total) * width);
    pen.fillStyle = tree.columns.status.at[row] === failed ? red : colours[tree.columns.kind.at[row]];
    pen.fillRect(left, 3 + (tree.level[row] - 2) * step, wide, thick);
  }
}
