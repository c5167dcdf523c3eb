// Which row a key leads to.

import { ROW_HEIGHT } from "../../parts/window-table.tsx";

/** The row after this key; undefined when the key moves nothing. `height` of the view in pels says how far a page goes. */
export function rowAfter(key: string, row: number, rows: number, height: number): number | undefined {
  // One row of the page before stays in view, below the head.
  const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 2);
  const to: Record<string, number> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: rows - 1,
  };
  const next = Object.hasOwn(to, key) ? to[key] : undefined;
  return next === undefined || rows === 0 ? undefined : Math.min(rows - 1, Math.max(0, next));
}
