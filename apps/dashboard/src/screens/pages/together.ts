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
        const { scrollLeft, scrollTop } = event.currentTarget as HTMLElement;
        for (const pane of panes.current) {
          // Setting what is there already raises no further scroll event, so this ends.
          if (pane && (pane.scrollLeft !== scrollLeft || pane.scrollTop !== scrollTop))
            pane.scrollTo(scrollLeft, scrollTop);
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
