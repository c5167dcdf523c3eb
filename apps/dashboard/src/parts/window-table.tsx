// A table of any length of which only the rows in view exist. Real rows of a real table, with spacers for the rest.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export const ROW_HEIGHT = 34;
const MARGIN_ROWS = 12;

export interface WindowTableProps {
  label: string;
  total: number;
  head: ComponentChildren;
  /** Row to bring into view when it changes. */
  reveal?: number;
  row(index: number): ComponentChildren;
  /** The rows in view, from and to (not included). */
  onRange(from: number, to: number): void;
}

/** Rows are made anew every so many rows of scrolling: a paint for each pel would be waste. */
const STRIDE = 4;

/** Where it is scrolled to, to a few rows. */
function viewOf(element: HTMLElement, before?: View): View {
  const top = Math.floor(element.scrollTop / (STRIDE * ROW_HEIGHT)) * STRIDE * ROW_HEIGHT;
  const height = element.clientHeight + STRIDE * ROW_HEIGHT;
  return before?.top === top && before.height === height ? before : { top, height };
}

interface View {
  top: number;
  height: number;
}

/** Which rows to make for a scroll position. */
export function rowsInView(scrollTop: number, height: number, total: number): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - MARGIN_ROWS);
  const to = Math.min(total, Math.ceil((scrollTop + height) / ROW_HEIGHT) + MARGIN_ROWS);
  return { from: Math.min(from, Math.max(0, to - 1)), to };
}

export function WindowTable({ label, total, head, reveal, row, onRange }: WindowTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ top: 0, height: 600 });
  const { from, to } = rowsInView(view.top, view.height, total);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setView((before) => viewOf(element, before));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  useEffect(() => onRange(from, to), [from, to, onRange]);

  useEffect(() => {
    const element = box.current;
    if (reveal === undefined || !element) return;
    const at = reveal * ROW_HEIGHT;
    const inView = at >= element.scrollTop && at + 2 * ROW_HEIGHT <= element.scrollTop + element.clientHeight;
    if (!inView) element.scrollTop = Math.max(0, at - element.clientHeight / 3);
  }, [reveal]);

  return (
    <section
      class="window"
      ref={box}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard
      tabIndex={0}
      onScroll={({ currentTarget }) => setView((before) => viewOf(currentTarget, before))}
    >
      <table aria-rowcount={total}>
        <thead>{head}</thead>
        <tbody>
          <Spacer rows={from} />
          {Array.from({ length: Math.max(0, to - from) }, (_, i) => row(from + i))}
          <Spacer rows={total - to} />
        </tbody>
      </table>
    </section>
  );
}

/** One cell, not one a column: where columns are hidden it would bring them back as empty ones. */
function Spacer({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="spacer">
      <td style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  );
}
