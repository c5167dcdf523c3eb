// What comes after and beside a job: receipts, received faxes, webhooks, ladders, and who did what.

import type { DeliveryState } from "@depesche/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { cancelJob, pauseJob } from "./cancel.ts";
import { claim } from "./claim.ts";
import { changeClock } from "./clock.ts";
import type { Pool } from "./database.ts";
import { findByCarrierId, noteDelivery } from "./delivery.ts";
import { lastSeq, readEvents } from "./feed.ts";
import { finish } from "./finish.ts";
import { deleteInbound, nextInbound, readInbound, readInbounds, storeInbound } from "./inbound.ts";
import { keepLadder, readLadder, trimLadders } from "./ladders.ts";
import { readRecipients } from "./read.ts";
import { registerWorker } from "./reconcile.ts";
import { freshDatabase } from "./test-database.ts";
import { addWebhook, allWebhooks, removeWebhook, webhookProgress, webhooksOf } from "./webhooks.ts";

let pool: Pool;
let drop: () => Promise<void>;
let account: number;
let other: number;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
  other = await putAccount(pool, { name: "Other" });
});
afterAll(() => drop());

async function accepted(): Promise<number> {
  const answer = await accept(pool, {
    accountId: account,
    channel: "sms",
    recipients: [{ address: "a", reference: "" }],
    content: { documents: [] },
    options: {},
    priority: 5,
    pageCount: 1,
    face: "api",
  });
  if (!answer.ok) throw new Error(answer.problem);
  return answer.jobId;
}

describe("a delivery state", () => {
  const story = async (...states: DeliveryState[]) => {
    const job = await accepted();
    const told: boolean[] = [];
    for (const state of states) told.push(await noteDelivery(pool, { job, n: 0, state }));
    return { told, now: (await readRecipients(pool, job, { from: 0, limit: 1 }))[0]?.delivery };
  };

  it("goes forward only: what arrives late or twice changes nothing", async () => {
    expect(await story("accepted", "delivered", "read")).toEqual({ told: [true, true, true], now: "read" });
    expect(await story("delivered", "accepted", "delivered")).toEqual({ told: [true, false, false], now: "delivered" });
    expect(await story("printed", "handed-over", "printed", "returned")).toEqual({
      told: [true, true, false, true],
      now: "returned",
    });
    expect(await story("undelivered", "delivered")).toEqual({ told: [true, false], now: "undelivered" });
    expect(await story("delivered", "bounced", "accepted")).toEqual({ told: [true, true, false], now: "bounced" });
  });

  it("stands beside the outcome, in one event, and never changes it", async () => {
    const job = await accepted();
    const worker = await registerWorker(pool);
    const [c] = await claim(pool, worker, [{ job, chunk: 0, accountId: account, channel: "sms", count: 1 }], {
      active: false,
    });
    if (!c) throw new Error("nothing claimed");
    // a receipt may overtake the result it belongs to
    await noteDelivery(pool, { job, n: 0, state: "accepted" });
    const report = { outcome: "OK", cause: { code: "ok", text: "" }, carrierId: "SM1" } as const;
    await finish(pool, worker, [{ ...c, report, next: { step: "final" } }]);
    const before = await lastSeq(pool);
    await noteDelivery(pool, { job, n: 0, state: "undelivered", detail: "unknown\0subscriber" });
    const [r] = await readRecipients(pool, job, { from: 0, limit: 1 });
    expect(r).toMatchObject({ outcome: "OK", delivery: "undelivered" });
    expect(await readEvents(pool, before, 10)).toMatchObject([
      {
        type: "delivery.changed",
        delivery: "undelivered",
        job,
        recipient: 0,
        data: { detail: "unknown\ufffdsubscriber" },
      },
    ]);
    expect(await findByCarrierId(pool, "sms", "SM1")).toEqual({ job, n: 0 });
    expect(await findByCarrierId(pool, "mail", "SM1")).toBeUndefined();
  });

  it("of nobody is no state", async () => {
    expect(await noteDelivery(pool, { job: 1, n: 0, state: "delivered" })).toBe(false);
    expect(await noteDelivery(pool, { job: await accepted(), n: 1, state: "delivered" })).toBe(false);
  });

  it("is told once when the same receipt comes ten times at once", async () => {
    const job = await accepted();
    const told = await Promise.all(
      Array.from({ length: 10 }, () => noteDelivery(pool, { job, n: 0, state: "delivered" })),
    );
    expect(told.filter(Boolean)).toHaveLength(1);
  });
});

describe("a received fax", () => {
  let calls = 0;
  const receive = (accountId = account, callId = `call-${++calls}`, complete = true) =>
    storeInbound(pool, {
      accountId,
      callId,
      originator: "+493023125010",
      called: "+493023125900",
      remoteId: "x\0",
      pages: 2,
      complete,
      badLines: 3,
      tiffHash: "a".repeat(64),
      bytes: 10,
    });

  it("is stored once, however often its call is told to have ended", async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => receive(account, "same")));
    expect(new Set(ids).size).toBe(1);
    expect((await readInbounds(pool, account, { limit: 10 })).items).toHaveLength(1);
    await deleteInbound(pool, account, ids[0] as number);
  });

  it("whose sender broke off is kept and told apart, in its row and in its event", async () => {
    const from = await lastSeq(pool);
    const ids = [await receive(), await receive(account, "broken", false)];
    expect(await readInbound(pool, account, ids[1]!)).toMatchObject({ complete: false, pages: 2, badLines: 3 });
    const { items } = await readInbounds(pool, account, { limit: 10 });
    expect(items.map(({ complete }) => complete)).toEqual([false, true]);
    const events = await readEvents(pool, from, 10, account);
    expect(events.map(({ data }) => data?.complete)).toEqual([true, false]);
    for (const id of ids) await deleteInbound(pool, account, id);
  });

  it("is handed out oldest first, again and again, until it is deleted", async () => {
    const [first, second] = [await receive(), await receive()];
    for (let i = 0; i < 2; i++) expect(await nextInbound(pool, account)).toMatchObject({ id: first, state: "fetched" });
    expect(await nextInbound(pool, other)).toBeUndefined();
    expect(await deleteInbound(pool, other, first)).toBe(false);
    expect(await deleteInbound(pool, account, first)).toBe(true);
    expect(await deleteInbound(pool, account, first)).toBe(false);
    expect(await readInbound(pool, account, first)).toBeUndefined();
    expect(await readInbound(pool, other, second)).toBeUndefined();
    expect(await nextInbound(pool, account)).toMatchObject({ id: second });
    await deleteInbound(pool, account, second);
    expect((await readInbounds(pool, account, { limit: 9 })).items).toEqual([]);
    const all = (await readInbounds(pool, account, { limit: 2, deleted: true })).items;
    expect(all.map((fax) => [fax.id, fax.state])).toEqual([
      [second, "deleted"],
      [first, "deleted"],
    ]);
    expect((await readInbounds(pool, other, { limit: 9, deleted: true })).items).toEqual([]);
    expect((await pool.query("SELECT 1 FROM blob_ref WHERE owner LIKE 'inbound:%'")).rowCount).toBe(0);
  });

  it("does not come back when it is fetched while it is being deleted", async () => {
    const [first, second] = [await receive(), await receive()];
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("UPDATE inbound SET state = 'deleted' WHERE id = $1", [first]);
    const fetched = nextInbound(pool, account);
    // Other test files have databases of their own on the same server, and wait for locks in them.
    const waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await expect.poll(async () => (await pool.query(waits)).rowCount).toBe(1);
    await client.query("COMMIT");
    client.release();
    expect(await fetched).toMatchObject({ id: second });
    expect(await readInbound(pool, account, first)).toBeUndefined();
    await deleteInbound(pool, account, second);
  });

  it("is listed newest first, page by page, and no cursor breaks the listing", async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await receive());
    const first = await readInbounds(pool, account, { limit: 2 });
    const rest = await readInbounds(pool, account, { limit: 10, cursor: first.next as string });
    expect([...first.items, ...rest.items].map((f) => f.id)).toEqual(ids.toReversed());
    expect(rest.next).toBeUndefined();
    for (const cursor of ["x", "-1", "1e99", "9".repeat(40)])
      expect((await readInbounds(pool, account, { limit: 2, cursor })).items).toEqual([]);
  });
});

describe("a webhook", () => {
  it("hears from now on, and is its account's own", async () => {
    const head = await lastSeq(pool);
    const hook = await addWebhook(pool, account, { url: "http://127.0.0.1/x", types: ["job.done"], secret: "s1" });
    expect(hook).toMatchObject({ cursor: head, failures: 0, nextTryAt: 0, types: ["job.done"] });
    expect(hook).not.toHaveProperty("secret");
    expect(await webhooksOf(pool, other)).toEqual([]);
    expect(await allWebhooks(pool)).toMatchObject([{ id: hook.id, secret: "s1" }]);
    await webhookProgress(pool, hook.id, { failures: 3, nextTryAt: 99 });
    expect(await webhooksOf(pool, account)).toMatchObject([{ failures: 3, nextTryAt: 99, cursor: head }]);
    await webhookProgress(pool, hook.id, { cursor: head + 5 });
    expect(await webhooksOf(pool, account)).toMatchObject([{ failures: 0, nextTryAt: 0, cursor: head + 5 }]);
    expect(await removeWebhook(pool, other, hook.id)).toBe(false);
    for (const id of [2 ** 40, 1.5, Number.NaN]) expect(await removeWebhook(pool, account, id)).toBe(false);
    expect(await removeWebhook(pool, account, hook.id)).toBe(true);
  });
});

describe("ladders", () => {
  it("keep every failure and the latest successes", async () => {
    for (let k = 1; k <= 5; k++) {
      await keepLadder(pool, { job: 1, n: 0, k }, true, new Uint8Array([k]));
      await keepLadder(pool, { job: 1, n: 1, k }, false, new Uint8Array([k]));
    }
    await trimLadders(pool, 2);
    const kept = async (n: number) => {
      const found = [];
      for (let k = 1; k <= 5; k++) if (await readLadder(pool, 1, n, k)) found.push(k);
      return found;
    };
    expect(await kept(0)).toEqual([4, 5]);
    expect(await kept(1)).toEqual([1, 2, 3, 4, 5]);
    expect([...((await readLadder(pool, 1, 1, 3)) ?? [])]).toEqual([3]);
    await trimLadders(pool, 2);
    expect(await kept(0)).toEqual([4, 5]);
  });
});

describe("the audit table", () => {
  it("says who did what, in the commit that did it, and holds no secret", async () => {
    const { rows: before } = await pool.query<{ id: number }>("SELECT coalesce(max(id), 0) AS id FROM audit");
    const job = await accepted();
    await pauseJob(pool, account, job, true);
    await pauseJob(pool, account, job, false);
    await cancelJob(pool, account, job);
    await cancelJob(pool, other, job);
    await pauseJob(pool, account, job, true);
    const hook = await addWebhook(pool, account, { url: "http://127.0.0.1/y", types: [], secret: "very-secret" });
    await removeWebhook(pool, account, hook.id);
    await removeWebhook(pool, account, hook.id);
    await changeClock(pool, { speed: 2 }, account);
    await changeClock(pool, { setTo: 0 }, account);
    const { rows } = await pool.query("SELECT account_id, who, what, data FROM audit WHERE id > $1 ORDER BY id", [
      before[0]?.id,
    ]);
    expect(rows.map((r) => [r.account_id, r.who, r.what])).toEqual([
      [account, "api", "job.accepted"],
      [account, "account", "job.paused"],
      [account, "account", "job.resumed"],
      [account, "account", "job.cancelled"],
      [account, "account", "webhook.added"],
      [account, "account", "webhook.removed"],
      [account, "account", "clock.changed"],
    ]);
    expect(JSON.stringify(rows)).not.toContain("very-secret");
  });
});
