// The feed as the server starts and stops it.

import type { Server } from "node:http";
import { createFeed, type FeedDeps, type FeedHub } from "./hub.ts";
import { listenForFeeds } from "./upgrade.ts";

export interface AttachedFeed {
  /** For metrics. */
  readonly counts: FeedHub["counts"];
  close(): Promise<void>;
}

/** Serves the feed at /v1/feed of this server until closed. */
export function attachFeed(deps: FeedDeps & { server: Server }): AttachedFeed {
  const hub = createFeed(deps);
  const stopListening = listenForFeeds(deps.server, { ledger: deps.ledger, hub, onFault: deps.onFault });
  hub.start();
  return {
    counts: hub.counts,
    close() {
      stopListening();
      return hub.close();
    },
  };
}
