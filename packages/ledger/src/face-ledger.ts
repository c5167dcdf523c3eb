// The ledger as the faces see it (ports/ledger.ts), put together.

import type { FaceLedger } from "@depesche/ports";
import { accept, earlier, referBlobs } from "./accept.ts";
import { createAuthenticator } from "./accounts.ts";
import { again } from "./again.ts";
import { cancelJob, pauseJob } from "./cancel.ts";
import { changeClock, readClock } from "./clock.ts";
import { countEvents, firstSeqAt, queueDepth } from "./counts.ts";
import type { Pool } from "./database.ts";
import { findByCarrierId, noteDelivery } from "./delivery.ts";
import { keepExchanges, readExchange } from "./exchanges.ts";
import { failureGroups, readFailures } from "./failures.ts";
import { lastSeq, readEvents } from "./feed.ts";
import { readGates, setGate } from "./gate.ts";
import { deleteInbound, nextInbound, readInbound, readInbounds } from "./inbound.ts";
import { readInboundLadder, readLadder, readLiveLadder } from "./ladders.ts";
import type { Listener } from "./listen.ts";
import { readMissedCalls, readMissedLadder } from "./missed.ts";
import { readAttempts, readJob, readJobs, readRecipients } from "./read.ts";
import { jobFacts } from "./report.ts";
import { addWebhook, allWebhooks, removeWebhook, webhookProgress, webhooksOf } from "./webhooks.ts";

/** How often readers look for themselves when no hint came. */
const POLL_MS = 1000;

export function createFaceLedger(pool: Pool, listener: Listener): FaceLedger {
  const auth = createAuthenticator(pool, () => performance.now());
  return {
    authenticate: auth.authenticate,
    accept: (order) => accept(pool, order),
    earlier: (account, idempotency) => earlier(pool, account, idempotency),
    job: (account, id) => readJob(pool, id, account),
    jobs: (account, query) => readJobs(pool, account, query),
    recipients: (job, query) => readRecipients(pool, job, query),
    jobFacts: (job) => jobFacts(pool, job),
    attempts: (job, n) => readAttempts(pool, job, n),
    ladder: (job, n, k) => readLadder(pool, job, n, k),
    liveLadder: (job, n, k) => readLiveLadder(pool, job, n, k),
    keepExchanges: (exchanges, most) => keepExchanges(pool, exchanges, most),
    exchange: (job) => readExchange(pool, job),
    failureGroups: (account, filter) => failureGroups(pool, account, filter),
    failures: (account, filter, query) => readFailures(pool, account, filter, query),
    again: (order) => again(pool, order),
    cancel: (account, job) => cancelJob(pool, account, job),
    pause: (account, job, paused) => pauseJob(pool, account, job, paused),
    nextInbound: (account) => nextInbound(pool, account),
    inbound: (account, id) => readInbound(pool, account, id),
    inbounds: (account, query) => readInbounds(pool, account, query),
    inboundLadder: (id) => readInboundLadder(pool, id),
    missedCalls: (account, query) => readMissedCalls(pool, account, query),
    missedLadder: (account, id) => readMissedLadder(pool, account, id),
    deleteInbound: (account, id) => deleteInbound(pool, account, id),
    delivery: (report) => noteDelivery(pool, report),
    findByCarrierId: (channel, id) => findByCarrierId(pool, channel, id),
    events: (after, limit, account) => readEvents(pool, after, limit, account),
    lastSeq: () => lastSeq(pool),
    firstSeqAt: (at) => firstSeqAt(pool, at),
    countEvents: (after, upTo) => countEvents(pool, after, upTo),
    queueDepth: () => queueDepth(pool),
    onEvents: (told) => watchEvents(pool, listener, told),
    clock: () => readClock(pool),
    limits: () => readGates(pool),
    setLimits: (scope, limits, account) => setGate(pool, scope, limits, account),
    changeClock: (change, account) => changeClock(pool, change, account),
    blobOwner: async (account, hash) =>
      (await pool.query("SELECT 1 FROM blob_ref WHERE hash = $1 AND account_id = $2 LIMIT 1", [hash, account]))
        .rowCount === 1,
    rememberBlob: (account, hash, bytes) => referBlobs(pool, account, `document:${account}`, [[hash, bytes]]),
    webhooks: (account) => webhooksOf(pool, account),
    addWebhook: (account, hook) => addWebhook(pool, account, hook),
    removeWebhook: (account, id) => removeWebhook(pool, account, id),
    allWebhooks: () => allWebhooks(pool),
    webhookProgress: (id, progress) => webhookProgress(pool, id, progress),
  };
}

/** Calls back when the log has grown: on a NOTIFY, and by looking every second. Looks never overlap. */
function watchEvents(pool: Pool, listener: Listener, told: (seq: number) => void): () => void {
  let seen = -1;
  let looking = false;
  let again = false;
  const look = async () => {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      const seq = await lastSeq(pool);
      if (seq > seen) {
        seen = seq;
        told(seq);
      }
    } catch {
      // the database is away; the next look tells
    } finally {
      looking = false;
      if (again) {
        again = false;
        void look();
      }
    }
  };
  const off = listener.on("depesche_feed", () => void look());
  const timer = setInterval(() => void look(), POLL_MS);
  void look();
  return () => {
    off();
    clearInterval(timer);
  };
}
