// Delivers events to webhooks: a fold over the event log per hook, in order, each event until it is taken. The cursor lives in
// the ledger, so a restart repeats at most what was on its way, under the same id.

import type { FeedEvent } from "@depesche/core";
import type { FaceLedger, WallClock, Webhook } from "@depesche/ports";
import { eventView } from "../api/views.ts";
import type { Post } from "./post.ts";
import { sign } from "./signature.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Wall time between a failure and the next try; the last gap repeats. */
export const RETRY_GAPS_MS: readonly number[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
];

/** Events read at once; the cursor is stored after each lot. */
const LOT = 100;
/** Lots a hook may have before it waits for the next round, so that one busy hook is no endless run. */
const LOTS_PER_RUN = 50;
const TICK_MS = 250;
/** Retries fall due without an event; look for them this often. */
const LOOK_MS = 1000;

type Hook = Webhook & { secret: string };

export interface DelivererDeps {
  ledger: FaceLedger;
  wall: WallClock;
  post: Post;
  onFault(fault: unknown, where: string): void;
}

export interface Deliverer {
  /** Starts what is due and resolves when it is done. A hook already being served is left alone. */
  round(): Promise<void>;
  start(): void;
  /** Starts nothing new and waits for what is on its way. */
  close(): Promise<void>;
}

/** The same on every retry of the same event to the same hook. */
export function deliveryId(hook: number, seq: number): string {
  return `evt_${hook}_${seq}`;
}

export function createDeliverer(deps: DelivererDeps): Deliverer {
  const { ledger, wall } = deps;
  const running = new Map<number, Promise<void>>();
  /** Runs that are over, and the number of each hook's last. */
  let ended = 0;
  const lastEnd = new Map<number, number>();
  let closed = false;
  let news = true;
  let lastLook = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setInterval> | undefined;
  const off = ledger.onEvents(() => {
    news = true;
  });

  const wanted = (hook: Hook, event: FeedEvent) =>
    event.account === hook.accountId && (hook.types.length === 0 || hook.types.includes(event.type));

  async function deliver(hook: Hook, event: FeedEvent): Promise<boolean> {
    const view = eventView(event);
    const body = JSON.stringify({ type: event.type, timestamp: view.at, data: view });
    const id = deliveryId(hook.id, event.seq);
    const timestamp = Math.floor(wall.now() / SECOND);
    const result = await deps.post(
      hook.url,
      {
        "content-type": "application/json",
        "user-agent": "depesche-webhooks",
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": sign(hook.secret, id, timestamp, body),
      },
      body,
    );
    return result.ok;
  }

  async function serve(hook: Hook): Promise<void> {
    let { cursor, failures } = hook;
    for (let lot = 0; lot < LOTS_PER_RUN && !closed; lot++) {
      const events = await ledger.events(cursor, LOT, hook.accountId);
      if (events.length === 0) return;
      for (const event of events) {
        if (closed) break;
        if (wanted(hook, event) && !(await deliver(hook, event))) {
          if (cursor > hook.cursor) await ledger.webhookProgress(hook.id, { cursor });
          if (closed) return; // cut off by our own stop: no failure of the customer's
          const gap = RETRY_GAPS_MS[Math.min(failures, RETRY_GAPS_MS.length - 1)] as number;
          await ledger.webhookProgress(hook.id, { failures: failures + 1, nextTryAt: wall.now() + gap });
          return;
        }
        cursor = event.seq;
        if (wanted(hook, event)) failures = 0;
      }
      if (cursor > hook.cursor) await ledger.webhookProgress(hook.id, { cursor });
    }
  }

  async function round(): Promise<void> {
    news = false;
    lastLook = wall.monotonic();
    const before = ended;
    const [hooks, head] = await Promise.all([ledger.allWebhooks(), ledger.lastSeq()]);
    const due = hooks.filter((h) => h.cursor < head && h.nextTryAt <= wall.now() && !running.has(h.id));
    for (const hook of due) {
      // It was served while we read: what we know of it is from before that, and would go out again.
      if ((lastEnd.get(hook.id) ?? 0) > before) {
        news = true;
        continue;
      }
      const run = serve(hook)
        .catch((fault) => deps.onFault(fault, `webhook ${hook.id}`))
        .finally(() => {
          running.delete(hook.id);
          lastEnd.set(hook.id, ++ended);
        });
      running.set(hook.id, run);
    }
    await Promise.all(running.values());
  }

  return {
    round,
    start() {
      timer ??= setInterval(() => {
        if (!news && wall.monotonic() - lastLook < LOOK_MS) return;
        round().catch((fault) => deps.onFault(fault, "webhooks"));
      }, TICK_MS);
    },
    async close() {
      closed = true;
      clearInterval(timer);
      off();
      await Promise.all(running.values());
    },
  };
}
