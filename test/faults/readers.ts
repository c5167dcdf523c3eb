// Readers of the event log that hold on while everything else dies: one over SQL, one over the feed's WebSocket.

import type { House } from "./house.ts";
import { pause, until } from "./waiting.ts";

const CAUGHT_UP_MS = 60_000;
const BATCH = 500;

export interface Reader {
  /** Waits until it has read up to `seq`, then stops. Gives what was wrong with what it read. */
  finish(seq: number): Promise<string[]>;
}

/** Reads `seq > last` again and again; every number must be the next one. */
export function readBySql(house: House, from: number): Reader {
  const problems: string[] = [];
  let last = from;
  let stopped = false;
  const reading = (async () => {
    while (!stopped) {
      try {
        const { rows } = await house.pool.query<{ seq: number }>(
          "SELECT seq FROM event WHERE seq > $1 ORDER BY seq LIMIT $2",
          [last, BATCH],
        );
        for (const { seq } of rows) {
          if (seq !== last + 1) problems.push(`SQL reader: after ${last} came ${seq}`);
          last = seq;
        }
        if (rows.length < BATCH) await pause(20);
      } catch {
        await pause(100); // the database is away
      }
    }
  })();
  return {
    async finish(seq) {
      await until("the SQL reader has caught up", CAUGHT_UP_MS, () => last >= seq).catch((e) =>
        problems.push(String(e)),
      );
      stopped = true;
      await reading;
      return problems;
    },
  };
}

/** A millisecond of wall time is a second of simulated time at full speed; two processes round it differently. */
const ROUNDING_MS = 5_000;

/** Looks at the simulated clock through the gateway: it may stand still while nobody answers, and never goes back. */
export function readClock(house: House): { finish(): Promise<string[]> } {
  const problems: string[] = [];
  let latest = 0;
  let stopped = false;
  const reading = (async () => {
    while (!stopped) {
      try {
        const now = Date.parse((await house.client.clock()).now);
        if (now < latest - ROUNDING_MS)
          problems.push(`the clock went back from ${new Date(latest).toISOString()} to ${new Date(now).toISOString()}`);
        latest = Math.max(latest, now);
      } catch {
        // the gateway is away
      }
      await pause(100);
    }
  })();
  return {
    async finish() {
      stopped = true;
      await reading;
      return problems;
    },
  };
}

/** Listens as account 1000 with the client of the product, which resumes by sequence number. */
export function readByFeed(house: House, from: number): Reader & { readonly breaks: number } {
  const seen: number[] = [];
  let breaks = 0;
  const feed = house.client.feed({
    from,
    onMessage(message) {
      if ("events" in message) for (const { seq } of message.events) seen.push(seq);
    },
    onState(state) {
      if (state === "waiting") breaks++;
    },
  });
  return {
    get breaks() {
      return breaks;
    },
    async finish(seq) {
      const problems: string[] = [];
      await until("the feed's reader has caught up", CAUGHT_UP_MS, () => (feed.seq ?? 0) >= seq).catch((e) =>
        problems.push(String(e)),
      );
      feed.close();
      const { rows } = await house.pool.query<{ seq: number }>(
        "SELECT seq FROM event WHERE seq > $1 AND seq <= $2 AND account_id IN (0, 1000) ORDER BY seq",
        [from, seq],
      );
      const told = new Set(seen);
      const missing = rows.filter((row) => !told.has(row.seq)).map((row) => row.seq);
      if (missing.length > 0)
        problems.push(`the feed left out ${missing.length} events, the first is ${missing[0]} (breaks: ${breaks})`);
      // A break may tell an event twice, never in another order.
      const firstTimes = [...told];
      if (firstTimes.some((one, i) => i > 0 && one < (firstTimes[i - 1] as number)))
        problems.push("the feed told events out of order");
      return problems;
    },
  };
}
