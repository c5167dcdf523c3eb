// One load run: orders at a rate or as fast as they are taken, the feed read beside it, until every outcome stands.

import type { Client, Feed, FeedMessage } from "@depesche/client";
import type { Io } from "../io.ts";
import { type LoadChannel, order } from "./orders.ts";
import { Tally } from "./tally.ts";

export interface LoadPlan {
  recipients: number;
  channels: readonly LoadChannel[];
  /** Recipients per second; undefined: as fast as the gateway takes them. */
  rate?: number;
  /** Most recipients in one job. */
  batch: number;
}

export interface LoadResult {
  tally: Tally;
  /** Recipients that the gateway took, as its answers say. */
  accepted: number;
  /** Until the last order was answered, and until the last outcome stood. */
  handedInMs: number;
  tookMs: number;
  /** Outcomes stopped coming. */
  stalled: boolean;
}

export interface Look {
  handedIn: number;
  finals: number;
  /** Outcomes per second over the last seconds. */
  perSecond: number;
  tally: Tally;
}

const ORDERS_AT_ONCE = 4;
const LOOK_EVERY_MS = 200;
/** With a rate: how often orders are handed in. */
const TICK_MS = 100;
const WINDOW_MS = 5_000;
/** Without any new outcome for so long the run is given up. */
const STALL_MS = 60_000;

export async function runLoad(client: Client, plan: LoadPlan, io: Io, look: (at: Look) => void): Promise<LoadResult> {
  const tally = new Tally();
  const feed = await openLiveFeed(client, tally);
  try {
    const started = io.monotonic();
    let accepted = 0;
    let isAllIn = false;
    const take = (taken: number) => {
      accepted += taken;
    };
    const handing = (
      plan.rate === undefined ? handInAtOnce(client, plan, tally, io, take) : paced(client, plan, tally, io, take)
    ).then(() => {
      isAllIn = true;
      tally.settle();
      return io.monotonic() - started;
    });
    // The loop below may still wait when an order is refused; it is told by `fault`, and the error is thrown at the end.
    let fault = false;
    handing.catch(() => {
      fault = true;
    });
    const rates = openRate(io);
    let movedAt = io.monotonic();
    let before = 0;
    while (!fault && (!isAllIn || tally.finals < accepted)) {
      await io.pause(LOOK_EVERY_MS);
      if (tally.finals !== before || !isAllIn) movedAt = io.monotonic();
      before = tally.finals;
      look({ handedIn: accepted, finals: tally.finals, perSecond: rates(tally.finals), tally });
      if (io.monotonic() - movedAt > STALL_MS) break;
    }
    const handedInMs = await handing;
    return { tally, accepted, handedInMs, tookMs: io.monotonic() - started, stalled: tally.finals < accepted };
  } finally {
    feed.close();
  }
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

async function handIn(
  client: Client,
  plan: LoadPlan,
  tally: Tally,
  io: Io,
  job: number,
  from: number,
  count: number,
): Promise<number> {
  const channel = plan.channels[job % plan.channels.length] as LoadChannel;
  const at = io.now();
  const { id, recipients } = await client.createJob(order(channel, from, count));
  tally.own(id, at);
  return recipients;
}

/** A few orders at a time, each followed by the next. */
async function handInAtOnce(
  client: Client,
  plan: LoadPlan,
  tally: Tally,
  io: Io,
  take: (n: number) => void,
): Promise<void> {
  const share = Math.ceil(plan.recipients / plan.channels.length);
  const size = Math.min(plan.batch, share);
  let next = 0;
  let job = 0;
  const hand = async () => {
    while (next < plan.recipients) {
      const from = next;
      const count = Math.min(size, plan.recipients - from);
      next += count;
      take(await handIn(client, plan, tally, io, job++, from, count));
    }
  };
  await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, hand));
}

/** What is due by the clock, every tick. A gateway that is slow gets larger orders, not more of them. */
async function paced(client: Client, plan: LoadPlan, tally: Tally, io: Io, take: (n: number) => void): Promise<void> {
  const started = io.monotonic();
  const rate = plan.rate as number;
  let next = 0;
  let job = 0;
  while (next < plan.recipients) {
    const due = Math.min(plan.recipients, Math.floor(((io.monotonic() - started) / 1000) * rate) + 1);
    const count = Math.min(plan.batch, due - next);
    if (count > 0) {
      const from = next;
      next += count;
      take(await handIn(client, plan, tally, io, job++, from, count));
    } else await io.pause(TICK_MS);
  }
}

/** Rate over a sliding window. */
function openRate(io: Io): (count: number) => number {
  const seen: { at: number; count: number }[] = [{ at: io.monotonic(), count: 0 }];
  return (count) => {
    const at = io.monotonic();
    seen.push({ at, count });
    while (seen.length > 2 && at - (seen[1] as { at: number }).at > WINDOW_MS) seen.shift();
    const first = seen[0] as { at: number; count: number };
    return at === first.at ? 0 : ((count - first.count) * 1000) / (at - first.at);
  };
}
