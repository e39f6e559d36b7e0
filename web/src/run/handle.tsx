/** The border of the details, which moves. */
import { useRef, useState } from "preact/hooks";
import { remember, remembered } from "../shell/memory";

/** How wide the details are; it is remembered. */
export const useWidth = () => useState(() => Number(remembered("inspector")) || Math.min(460, innerWidth * 0.36));

/** Drags the border of the inspector; the arrow keys move it too. */
export function Handle({ width, onWidth }: { width: number; onWidth: (width: number) => void }) {
  const drag = useRef<number | null>(null);
  const set = (wanted: number) => {
    const bounded = Math.round(Math.min(innerWidth * 0.7, Math.max(280, wanted)));
    remember("inspector", String(bounded));
    onWidth(bounded);
  };
  return (
    <div
      class="handle"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the details"
      aria-valuenow={Math.round(width)}
      aria-valuemin={280}
      aria-valuemax={Math.round(innerWidth * 0.7)}
      tabIndex={0}
      onPointerDown={(event) => {
        drag.current = event.clientX + width;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => drag.current !== null && set(drag.current - event.clientX)}
      onPointerUp={() => (drag.current = null)}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") set(width + 24);
        else if (event.key === "ArrowRight") set(width - 24);
      }}
    />
  );
}
