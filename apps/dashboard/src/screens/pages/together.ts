// Panes that move as one: what is scrolled or dragged in one of them happens in all.

import { useCallback, useEffect, useRef } from "preact/hooks";

interface PaneHandlers {
  ref(element: HTMLElement | null): void;
  onScroll(event: Event): void;
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
}

/** What each pane needs, by its place. They start at the top left again when `key` changes. */
export function useTogether(key: string): (place: number) => PaneHandlers {
  const panes = useRef<(HTMLElement | null)[]>([]);
  /** Where panes were put that followed another one. */
  const followed = useRef(new WeakMap<HTMLElement, { left: number; top: number }>());
  /** Where on the page the pointer took hold. */
  const grip = useRef({ x: 0, y: 0 });
  useEffect(() => {
    for (const pane of panes.current) pane?.scrollTo(0, 0);
  }, [key]);
  return useCallback(
    (place) => ({
      ref(element) {
        panes.current[place] = element;
      },
      onScroll(event) {
        const pane = event.currentTarget as HTMLElement;
        const { scrollLeft, scrollTop } = pane;
        const led = followed.current.get(pane);
        // It followed another one, which may have gone on since: leading now would take that one back.
        if (led?.left === scrollLeft && led.top === scrollTop) return;
        followed.current.delete(pane);
        for (const other of panes.current) {
          if (!other || other === pane) continue;
          other.scrollTo(scrollLeft, scrollTop);
          followed.current.set(other, { left: other.scrollLeft, top: other.scrollTop });
        }
      },
      onPointerDown(event) {
        const pane = event.currentTarget as HTMLElement;
        // A finger scrolls by itself.
        if (event.pointerType === "touch" || event.button !== 0) return;
        pane.setPointerCapture(event.pointerId);
        grip.current = { x: pane.scrollLeft + event.clientX, y: pane.scrollTop + event.clientY };
      },
      onPointerMove(event) {
        const pane = event.currentTarget as HTMLElement;
        const { x, y } = grip.current;
        if (pane.hasPointerCapture(event.pointerId)) pane.scrollTo(x - event.clientX, y - event.clientY);
      },
    }),
    [],
  );
}
