// One load run: orders arrive, the feed is read beside them, until every outcome stands.

import type { Client, Feed, FeedMessage } from "@depesche/client";
import type { Io } from "../io.ts";
import { isAway } from "../patience.ts";
import { type Arrivals, runArrivals, scheduleOf } from "./arrivals.ts";
import type { FaceName, FacePlan, HandIn } from "./faces.ts";
import { behaviourOf, ordersOf, outcomeOf } from "./orders.ts";
import { codeOf } from "./roster.ts";
import { Tally } from "./tally.ts";

export interface LoadPlan extends Arrivals, FacePlan {
  face: FaceName;
}

export interface LoadResult {
  tally: Tally;
  /** Wall time of the start, ms since 1970. */
  startedAt: number;
  /** Recipients that were due, and those of orders the gateway refused or did not answer, by why. */
  arrived: number;
  refused: Map<string, number>;
  /** Recipients that an answer counted less or more than we handed in, in all. */
  miscounted: number;
  /** Arrivals that went out more than a second after their moment. */
  late: number;
  /** Until the last order was answered, and until the last outcome stood. */
  handedInMs: number;
  tookMs: number;
  /** "cut": told to stop; "stalled": outcomes stopped coming. */
  end: "whole" | "cut" | "stalled";
}

export interface Look {
  ms: number;
  tally: Tally;
  /** Recipients an outcome is expected of in all; infinite when only time ends a closed loop. */
  recipients: number;
  /** Until the last order arrives, as far as a schedule or --for tells it. */
  arrivalsLeftMs: number;
  /** Recipients accepted, and outcomes, per second over the last seconds. */
  acceptedPerSecond: number;
  finalsPerSecond: number;
  /** Nothing more arrives, since the run was cut short. */
  isStopping: boolean;
}

const LOOK_EVERY_MS = 200;
const SETTLE_MS = 500;
const WINDOW_MS = 5_000;
/** Without any new outcome for so long the run is given up; redials of busy numbers may take 10 minutes of simulated time. */
const STALL_MS = 60_000;
const LONGEST_GAP_MS = 15 * 60_000;
/** So many orders refused before any was accepted: it is not the load. */
const HOPELESS = 10;

export interface RunDeps {
  client: Client;
  handIn: HandIn;
  io: Io;
  look(at: Look): void;
  /** Of the simulated clock: tells how long to wait for a redial. */
  speed: number;
}

/** Ctrl-C stops the arrivals, a second one the waiting for outcomes. Rejects when not one order is taken, or there is no feed. */
export async function runLoad(plan: LoadPlan, deps: RunDeps): Promise<LoadResult> {
  const { client, handIn, io } = deps;
  const startedAt = io.now();
  const tally = new Tally(startedAt, Number.isFinite(plan.recipients) ? plan.recipients : 4096);
  const stops = { arrivals: new AbortController(), waiting: new AbortController() };
  const takeBack = io.onInterrupt(() => (stops.arrivals.signal.aborted ? stops.waiting : stops.arrivals).abort());
  const feed = await openLiveFeed(client, tally).catch((error) => {
    takeBack();
    throw error;
  });
  try {
    const started = io.monotonic();
    const refused = new Map<string, number>();
    const run = { arrived: 0, refusals: 0, miscounted: 0, fault: undefined as unknown };
    const refuse = (error: unknown, count: number) => {
      const why = whyOf(error);
      refused.set(why, (refused.get(why) ?? 0) + count);
      run.refusals += 1;
      run.fault ??= error;
      if (run.refusals >= HOPELESS && tally.accepted === 0) stops.arrivals.abort();
    };
    const arrive = async (n: number, count: number, scheduled: number) => {
      const orders = ordersOf(plan, n, count);
      const at = startedAt + (scheduled - started);
      tally.arrive(scheduled - started, count);
      run.arrived += count;
      await Promise.all(
        orders.map(async (order) => {
          tally.roster.reach(order.first + order.count);
          for (let i = order.first; i < order.first + order.count; i++)
            tally.roster.expected[i] = codeOf(outcomeOf(behaviourOf(plan, order.channel, i)));
          const number = tally.begin();
          try {
            const { id, recipients } = await handIn(order);
            run.miscounted += Math.abs(order.count - recipients);
            tally.own(number, { ...order, id }, { scheduled: at, answered: startedAt + (io.monotonic() - started) });
          } catch (error) {
            tally.drop(number);
            refuse(error, order.count);
          }
        }),
      );
    };
    const refusedRecipients = () => [...refused.values()].reduce((a, b) => a + b, 0);
    const openRecipients = () => run.arrived - tally.finals - refusedRecipients();
    const schedule = scheduleOf(plan);
    let handedInMs = 0;
    let late = 0;
    let isAllIn = false;
    const handing = runArrivals(plan, { io, stop: stops.arrivals.signal, arrive, openRecipients }).then((ran) => {
      handedInMs = io.monotonic() - started;
      late = ran.late;
      isAllIn = true;
    });
    const rates = openRates(io);
    const patience = STALL_MS + LONGEST_GAP_MS / Math.max(1, deps.speed);
    let movedAt = io.monotonic();
    let before = 0;
    while ((!isAllIn || tally.finals < tally.accepted) && !stops.waiting.signal.aborted) {
      await io.pause(LOOK_EVERY_MS);
      if (tally.finals !== before || !isAllIn) movedAt = io.monotonic();
      before = tally.finals;
      const [acceptedPerSecond, finalsPerSecond] = rates(tally.accepted, tally.finals);
      const isStopping = stops.arrivals.signal.aborted;
      const ms = io.monotonic() - started;
      const isOver = isStopping || isAllIn;
      const recipients = (isOver ? run.arrived : schedule.recipients) - refusedRecipients();
      const arrivalsLeftMs = isOver ? 0 : Math.max(0, schedule.lastMs - ms);
      deps.look({ ms, tally, recipients, arrivalsLeftMs, acceptedPerSecond, finalsPerSecond, isStopping });
      if (io.monotonic() - movedAt > patience) break;
    }
    const overAt = io.monotonic();
    if (!stops.waiting.signal.aborted) {
      await handing;
      // What is told twice comes right behind.
      await io.pause(SETTLE_MS);
    }
    if (tally.accepted === 0 && run.fault !== undefined) throw run.fault;
    const isCut = stops.arrivals.signal.aborted;
    return {
      tally,
      startedAt,
      arrived: run.arrived,
      refused,
      miscounted: run.miscounted,
      late,
      handedInMs: isAllIn ? handedInMs : io.monotonic() - started,
      tookMs: overAt - started,
      end: isCut ? "cut" : tally.finals < tally.accepted ? "stalled" : "whole",
    };
  } finally {
    takeBack();
    feed.close();
  }
}

/** The gateway's code where there is one, no-answer where it was silent: refusals are counted by it. */
function whyOf(error: unknown): string {
  if (isAway(error)) return "no-answer";
  const { problem, message } = error as { problem?: { code?: string }; message?: string };
  return problem?.code ?? message ?? String(error);
}

/** Opens the feed and waits for its snapshot: no outcome may be missed. */
async function openLiveFeed(client: Client, tally: Tally): Promise<Feed> {
  let feed: Feed | undefined;
  const live = new Promise<void>((resolve, reject) => {
    let tries = 0;
    feed = client.feed({
      onMessage(message: FeedMessage) {
        if ("events" in message) for (const event of message.events) tally.take(event);
      },
      onState(state) {
        if (state === "live") resolve();
        if (state === "refused") client.account().then(() => reject(new Error("the feed refuses this key")), reject);
        // The API tells better than a closed socket why there is no feed.
        if (state === "waiting" && ++tries === 3)
          client.account().then(() => reject(new Error("the feed does not open")), reject);
      },
    });
  });
  try {
    await live;
  } catch (error) {
    feed?.close();
    throw error;
  }
  return feed as Feed;
}

/** Rates of two counts over a sliding window. */
function openRates(io: Io): (a: number, b: number) => [number, number] {
  const seen: { at: number; a: number; b: number }[] = [{ at: io.monotonic(), a: 0, b: 0 }];
  return (a, b) => {
    const at = io.monotonic();
    seen.push({ at, a, b });
    while (seen.length > 2 && at - (seen[1] as { at: number }).at > WINDOW_MS) seen.shift();
    const first = seen[0] as { at: number; a: number; b: number };
    const rate = (now: number, then: number) => (at === first.at ? 0 : ((now - then) * 1000) / (at - first.at));
    return [rate(a, first.a), rate(b, first.b)];
  };
}
