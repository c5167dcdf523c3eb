// Keys while one looks at pages: the next one, nearer and farther, and the blink.

import { useEffect, useRef } from "preact/hooks";
import { go, PAGE_ZOOMS, type PageZoom, type RouteOf, route } from "../../route.ts";

interface Keys {
  of: number;
  toggleBlink(): void;
}

const STEPS: (PageZoom | undefined)[] = [undefined, ...PAGE_ZOOMS];

/** PageUp and PageDown turn the page, + and - zoom, 0 fits, w blinks. */
export function usePageKeys(keys: Keys): void {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog")) return;
      const { of, toggleBlink } = now.current;
      // By the URL, since keys may come quicker than paints.
      const here = route.get() as RouteOf<"call">;
      const page = Math.min(here.sheet ?? 1, of);
      const turn = (to: number) => to >= 1 && to <= of && go({ ...here, sheet: to }, true);
      const step = (by: number) => {
        const at = STEPS.indexOf(here.zoom) + by;
        if (at >= 0 && at < STEPS.length) go({ ...here, zoom: STEPS[at] }, true);
      };
      if (event.key === "PageDown") turn(page + 1);
      else if (event.key === "PageUp") turn(page - 1);
      else if (event.key === "+") step(1);
      else if (event.key === "-") step(-1);
      else if (event.key === "0") go({ ...here, zoom: undefined }, true);
      else if (event.key === "w") toggleBlink();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
