// When orders are handed in: on a schedule that waits for nobody (open loop), or by callers who wait for their answers (closed loop).

import type { Io } from "../io.ts";

export interface Arrivals {
  /** Recipients in all; infinite when only time ends the run. */
  recipients: number;
  /** Recipients in one arrival. */
  perJob: number;
  /** Arrivals end so long after the start. */
  forMs?: number;
  /** Open loop: recipients a second, reached after the ramp. */
  rate?: number;
  rampMs?: number;
  /** Closed loop: so many orders wait for their answers at once. */
  callers?: number;
  /** Closed loop: most recipients handed in whose outcome is still open. */
  outstanding?: number;
}

export interface ArrivalDeps {
  io: Pick<Io, "monotonic" | "pause">;
  /** Falls when the run is cut short: nothing more arrives. */
  stop: AbortSignal;
  /** Hands in arrival number n; `scheduled` is when it was due, by the clock that never jumps. Never rejects. */
  arrive(n: number, count: number, scheduled: number): Promise<void>;
  /** Recipients handed in and not final. */
  openRecipients(): number;
}

const LONGEST_WAIT_MS = 50;
const POLL_MS = 5;
/**
 * Orders without an answer that are open at once at most: connections and memory are finite. One that has to wait for this
 * is still timed from its scheduled moment.
 */
const MOST_UNANSWERED = 2_000;

/** Ends when the last order has been answered; answers how many arrivals went out late by more than a second. */
export function runArrivals(plan: Arrivals, deps: ArrivalDeps): Promise<{ late: number }> {
  return plan.rate === undefined ? closedLoop(plan, deps) : openLoop(plan, plan.rate, deps);
}

/** When arrival n is due, ms after the start: the rate grows evenly during the ramp, then stays. */
export function dueMs(n: number, plan: Pick<Arrivals, "perJob" | "rampMs">, rate: number): number {
  const rampMs = plan.rampMs ?? 0;
  const recipients = n * plan.perJob;
  const inRamp = (rate * rampMs) / 2000;
  if (recipients < inRamp) return Math.sqrt((2 * rampMs * recipients * 1000) / rate);
  return rampMs / 2 + (recipients / rate) * 1000;
}

/** When the last order arrives, ms after the start, and how many recipients have arrived by then; infinite where answers decide it. */
export function scheduleOf(plan: Arrivals): { lastMs: number; recipients: number } {
  const { rate, forMs, perJob } = plan;
  if (rate === undefined) return { lastMs: forMs ?? 0, recipients: plan.recipients };
  let orders = Math.ceil(plan.recipients / perJob);
  if (forMs !== undefined) {
    // The first order that would come too late, found between none and more than there can be.
    let [low, high] = [0, Math.min(orders, Math.ceil((rate * forMs) / 1000 / perJob) + 1)];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (dueMs(middle, plan, rate) < forMs) low = middle + 1;
      else high = middle;
    }
    orders = low;
  }
  const lastMs = orders === 0 ? 0 : dueMs(orders - 1, plan, rate);
  return { lastMs, recipients: Math.min(plan.recipients, orders * perJob) };
}

async function openLoop(plan: Arrivals, rate: number, deps: ArrivalDeps): Promise<{ late: number }> {
  const { io, stop, arrive } = deps;
  const started = io.monotonic();
  const unanswered = new Set<Promise<void>>();
  let late = 0;
  const until = async (moment: number) => {
    while (io.monotonic() < moment && !stop.aborted) await io.pause(Math.min(moment - io.monotonic(), LONGEST_WAIT_MS));
  };
  for (let n = 0; n * plan.perJob < plan.recipients; n++) {
    const due = dueMs(n, plan, rate);
    if (plan.forMs !== undefined && due >= plan.forMs) break;
    await until(started + due);
    while (unanswered.size >= MOST_UNANSWERED && !stop.aborted) await Promise.race(unanswered);
    if (stop.aborted) break;
    if (io.monotonic() - started - due > 1000) late += 1;
    const answered = arrive(n, countOf(plan, n), started + due).then(() => {
      unanswered.delete(answered);
    });
    unanswered.add(answered);
  }
  await Promise.all(unanswered);
  return { late };
}

async function closedLoop(plan: Arrivals, deps: ArrivalDeps): Promise<{ late: number }> {
  const { io, stop, arrive, openRecipients } = deps;
  const started = io.monotonic();
  const isOver = () => plan.forMs !== undefined && io.monotonic() - started >= plan.forMs;
  const isFull = () => plan.outstanding !== undefined && openRecipients() + plan.perJob > plan.outstanding;
  let next = 0;
  const caller = async () => {
    while (next * plan.perJob < plan.recipients) {
      while (isFull() && !stop.aborted && !isOver()) await io.pause(POLL_MS);
      if (stop.aborted || isOver()) return;
      // Others may have taken the last ones meanwhile.
      if (next * plan.perJob >= plan.recipients) return;
      const n = next++;
      await arrive(n, countOf(plan, n), io.monotonic());
    }
  };
  await Promise.all(Array.from({ length: plan.callers ?? 1 }, caller));
  return { late: 0 };
}

function countOf({ recipients, perJob }: Arrivals, n: number): number {
  return Math.min(perJob, recipients - n * perJob);
}
