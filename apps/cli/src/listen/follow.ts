// The feed as a sequence of events, each once and in order, whatever happens to the connection.

import type { Client, EventView, Feed, FeedMessage, FeedState } from "@depesche/client";

export interface FollowOptions {
  /** Events after this sequence number; undefined: those that come from now on. */
  from?: number | undefined;
  /** The last one wanted, at most the head of the log when the feed answers; undefined: no end. */
  to?: number | undefined;
  /** Stops: what is under way is finished. */
  signal: AbortSignal;
  onLost(): void;
  /** `after`: where it goes on; `expected`: where it should. They differ only when the log is another one. */
  onLive(live: { after: number; expected: number | undefined; head: number }): void;
  onEvent(event: EventView): Promise<void>;
}

export type FollowEnd = "stopped" | "complete" | "refused";

/** Events that may wait for a slow taker; beyond that the feed is closed until they are taken, and resumed by number. */
const MOST_WAITING = 2_000;

/** Tells events until stopped, refused, or the last one wanted was told. Rejects when `onEvent` does. */
export async function follow(client: Pick<Client, "feed">, options: FollowOptions): Promise<FollowEnd> {
  const { signal } = options;
  let waiting: EventView[] = [];
  /** Everything up to here is in `waiting` or was told. */
  let seq = options.from;
  let last = Number.POSITIVE_INFINITY;
  let isRefused = false;
  let isLost = false;
  let feed: Feed | undefined;
  let wake = () => {};

  const onMessage = (message: FeedMessage) => {
    if ("snapshot" in message) {
      const { from, head } = message.snapshot;
      if (options.to !== undefined) last = Math.min(options.to, head);
      options.onLive({ after: from, expected: seq, head });
      isLost = false;
      seq = from;
    } else if ("events" in message) {
      for (const event of message.events) if (event.seq <= last) waiting.push(event);
      seq = message.seq;
      if (waiting.length > MOST_WAITING) pause();
    } else return;
    wake();
  };
  const onState = (state: FeedState) => {
    if (state === "refused") isRefused = true;
    else if (state === "waiting" && !isLost) {
      isLost = true;
      options.onLost();
    } else return;
    wake();
  };
  const resume = () => {
    feed = client.feed({ from: seq, onMessage, onState });
  };
  const pause = () => {
    const open = feed;
    feed = undefined;
    open?.close();
  };
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  resume();
  try {
    for (;;) {
      const lot = waiting;
      waiting = [];
      for (const event of lot) {
        if (signal.aborted) return "stopped";
        await options.onEvent(event);
      }
      if (signal.aborted) return "stopped";
      if (isRefused) return "refused";
      if (waiting.length > 0) continue;
      if (seq !== undefined && seq >= last) return "complete";
      if (feed === undefined) resume();
      await new Promise<void>((done) => {
        wake = done;
      });
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    pause();
  }
}
