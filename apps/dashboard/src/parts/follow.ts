// Keeping a list of the simulated world fresh: asked again soon after something happened, and now and then, since
// programs nobody here wrote speak to the simulators too and leave no event.

import type { EventView } from "@depesche/client";
import { useEffect } from "preact/hooks";
import { onEvents } from "../world.ts";

/** However much happens, a list is asked for no oftener. */
const SOONEST_MS = 1_000;
const EVERY_MS = 4_000;

/** Asks again a second after an event of this channel, and every few seconds while the page is looked at. */
export function useFollow(channel: EventView["channel"], reload: () => void): void {
  useEffect(() => {
    let soon: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      soon = undefined;
      if (!document.hidden) reload();
    };
    const timer = setInterval(ask, EVERY_MS);
    const stop = onEvents((events) => {
      if (events !== "everything" && !events.some((event) => event.channel === channel)) return;
      soon ??= setTimeout(ask, SOONEST_MS);
    });
    return () => {
      stop();
      clearInterval(timer);
      clearTimeout(soon);
    };
  }, [channel, reload]);
}
