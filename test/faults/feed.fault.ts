// Fifty listeners of the feed at a high rate of events: some stall, some break off, the gateway is killed meanwhile. At the end everybody
// has been told every event once, and sums what the ledger counts. Settable: FEED_SECONDS, FEED_EVENTS (a second).

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Listener } from "../house/listener.ts";
import { API_KEY, type House, openHouse } from "./house.ts";
import { pause, until } from "./waiting.ts";

const SECONDS = Number(process.env.FEED_SECONDS || 20);
const EVENTS_PER_SECOND = Number(process.env.FEED_EVENTS || 5_000);
const LISTENERS = 50;
const STALLED = 5;
const BREAKING = 5;
/** Two events a recipient: its attempt's begin and end. */
const PER_JOB = 500;
/** What 50 listeners of whom 5 read nothing may cost the gateway: their send buffers, and the lots it reads. */
const MOST_GROWTH_MB = 250;
const PATIENCE_MS = 120_000;

let house: House;
beforeAll(async () => {
  house = await openHouse("postgres");
});
afterAll(() => house?.close());

const seqOf = async () => (await house.pool.query<{ seq: number }>("SELECT seq FROM feed_head")).rows[0]?.seq ?? 0;

function residentMb(pid: number | undefined): number {
  const status = pid === undefined ? "" : readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

it("listeners that stall, break off or lose their gateway are told every event once, within bounded memory", async () => {
  const from = await seqOf();
  const listeners = Array.from(
    { length: LISTENERS },
    (_, i) => new Listener({ url: house.url, apiKey: API_KEY, from, parses: i % 5 === 0 }),
  );
  try {
    await until("all listen", PATIENCE_MS, () => listeners.every(({ heard }) => heard.snapshots > 0));
    for (const listener of listeners.slice(0, STALLED)) listener.stall();
    const before = residentMb(house.gateway.pid);
    let peak = before;

    const jobs: number[] = [];
    const orders = Math.round((SECONDS * EVENTS_PER_SECOND) / 2 / PER_JOB);
    const began = performance.now();
    for (let i = 0; i < orders; i++) {
      await pause(Math.max(0, began + (i * SECONDS * 1000) / orders - performance.now()));
      const recipients = Array.from({ length: PER_JOB }, (_, n) => ({
        address: `+4930231250${String(n % 100).padStart(2, "0")}`,
        reference: `${i}/${n}`,
      }));
      // The gateway may be on its knees: the same order under the same key until it is taken.
      await until(`order ${i}`, PATIENCE_MS, async () => {
        const { id } = await house.client.createJob({ channel: "null", recipients, text: "feed" }, `feed-${i}`);
        jobs.push(id);
        return true;
      });
      if (i % 20 === 10) for (const one of listeners.slice(STALLED, STALLED + BREAKING)) one.breakOff();
      if (i === Math.round(orders / 2)) {
        house.gateway.kill();
        await house.healthy();
      }
      peak = Math.max(peak, residentMb(house.gateway.pid));
    }

    const done = async () => (await house.pool.query("SELECT 1 FROM job WHERE done_at IS NULL")).rowCount === 0;
    await until("all jobs are done", PATIENCE_MS, done);
    const head = await seqOf();
    for (const listener of listeners.slice(0, STALLED)) listener.goOn();
    const all = () => listeners.every(({ heard }) => heard.seq >= head);
    await until("everybody has been told everything", PATIENCE_MS, all).catch(() => undefined); // who was not, is named below
    peak = Math.max(peak, residentMb(house.gateway.pid));

    const finals = { OK: jobs.length * PER_JOB };
    for (const [i, { heard }] of listeners.entries()) {
      const told = { listener: i, events: heard.events, seq: heard.seq, misplaced: heard.misplaced };
      expect(told).toEqual({ listener: i, events: head - from, seq: head, misplaced: 0 });
      if (i % 5 === 0) expect({ listener: i, finals: heard.finals }).toEqual({ listener: i, finals });
      expect(heard.connections).toBeGreaterThanOrEqual(2);
    }
    expect(peak - before).toBeLessThan(MOST_GROWTH_MB);
    process.stdout.write(
      `feed: ${head - from} events in ${Math.round(performance.now() - began)} ms to ${LISTENERS} listeners, gateway ${Math.round(before)} MB before, ${Math.round(peak)} MB at most\n`,
    );
  } finally {
    for (const listener of listeners) listener.close();
  }
});
