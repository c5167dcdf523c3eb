// Panes that move as one: what is scrolled or dragged in one of them happens in all.

import { useCallback, useEffect, useRef } from "preact/hooks";

interface PaneHandlers {
  ref(element: HTMLElement | null): void;
  onScroll(event: Event): void;
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  onLostPointerCapture(): void;
}

/** What each pane needs, by its place. They start at the top left again when `key` changes. */
export function useTogether(key: string): (place: number) => PaneHandlers {
  const panes = useRef<(HTMLElement | null)[]>([]);
  /** Where panes were put that followed another one. */
  const followed = useRef(new WeakMap<HTMLElement, { left: number; top: number }>());
  /** Which pane the pointer holds, and where on its page it took hold. */
  const grip = useRef<{ pane?: HTMLElement; x: number; y: number }>({ x: 0, y: 0 });
  useEffect(() => {
    for (const pane of panes.current) pane?.scrollTo(0, 0);
  }, [key]);
  return useCallback((place) => {
    /** Puts all others where this one is. */
    const lead = (pane: HTMLElement) => {
      const { scrollLeft, scrollTop } = pane;
      followed.current.delete(pane);
      for (const other of panes.current) {
        if (!other || other === pane) continue;
        other.scrollTo(scrollLeft, scrollTop);
        followed.current.set(other, { left: other.scrollLeft, top: other.scrollTop });
      }
    };
    return {
      ref(element) {
        panes.current[place] = element;
      },
      onScroll(event) {
        const pane = event.currentTarget as HTMLElement;
        const led = followed.current.get(pane);
        const { pane: held } = grip.current;
        // What is held leads: another one may still glide from a key that was pressed before.
        if (held?.isConnected) lead(held);
        // It followed another one, which may have gone on since: leading now would take that one back.
        else if (led?.left !== pane.scrollLeft || led.top !== pane.scrollTop) lead(pane);
      },
      onPointerDown(event) {
        const pane = event.currentTarget as HTMLElement;
        // A finger scrolls by itself.
        if (event.pointerType === "touch" || event.button !== 0) return;
        pane.setPointerCapture(event.pointerId);
        grip.current = { pane, x: pane.scrollLeft + event.clientX, y: pane.scrollTop + event.clientY };
      },
      onPointerMove(event) {
        const { pane, x, y } = grip.current;
        if (!pane) return;
        pane.scrollTo(x - event.clientX, y - event.clientY);
        lead(pane);
      },
      onLostPointerCapture() {
        grip.current = { x: 0, y: 0 };
      },
    };
  }, []);
}
