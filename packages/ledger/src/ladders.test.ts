// Records of calls on the line and of calls that came in: seen while they are true, and no longer.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { type Claimed, claim } from "./claim.ts";
import type { Pool } from "./database.ts";
import { finish } from "./finish.ts";
import { deleteInbound, storeInbound } from "./inbound.ts";
import {
  dropLiveLadder,
  keepInboundLadder,
  keepLiveLadder,
  readInboundLadder,
  readLadder,
  readLiveLadder,
  trimLadders,
} from "./ladders.ts";
import { registerWorker, retireWorker } from "./reconcile.ts";
import { freshDatabase } from "./test-database.ts";

const RECORD = { ladder: Uint8Array.of(1, 2), connectedAt: 1_772_449_200_000.4 };
const OK = { outcome: "OK", cause: { code: "null", text: "" } } as const;

let pool: Pool;
let drop: () => Promise<void>;
let account: number;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
});
afterAll(() => drop());

/** A call on the line: a recipient that a worker of its own has claimed, and its record. */
async function calling(): Promise<{ worker: number; c: Claimed; seen(): Promise<number[] | undefined> }> {
  const answer = await accept(pool, {
    accountId: account,
    channel: "fax",
    recipients: [{ address: "+493023125001", reference: "" }],
    content: { documents: [] },
    options: {},
    priority: 5,
    pageCount: 1,
    face: "api",
  });
  if (!answer.ok) throw new Error(answer.problem);
  await pool.query("UPDATE chunk SET dispatched_at = wall_ms() WHERE job_id = $1", [answer.jobId]);
  const worker = await registerWorker(pool);
  const order = { job: answer.jobId, chunk: 0, accountId: account, channel: "fax", count: 1 } as const;
  const [c] = await claim(pool, worker, [order], { active: false });
  if (!c) throw new Error("nothing claimed");
  await keepLiveLadder(pool, worker, c, RECORD);
  const seen = async () => {
    const record = await readLiveLadder(pool, c.job, c.n, c.k);
    return record && [...record.ladder];
  };
  return { worker, c, seen };
}

const left = async (c: Claimed) =>
  (await pool.query("SELECT 1 FROM live_ladder WHERE job_id = $1", [c.job])).rowCount ?? 0;

it("a worker that is gone leaves the records of its calls with the attempts they belong to", async () => {
  const { worker, c } = await calling();
  await retireWorker(pool, worker);
  expect([...((await readLadder(pool, c.job, c.n, c.k)) ?? [])]).toEqual([...RECORD.ladder]);
});

describe("the record of a call on the line", () => {
  it("is read with the time of its connect while the call goes on, the newest one", async () => {
    const { worker, c } = await calling();
    expect(await readLiveLadder(pool, c.job, c.n, c.k)).toMatchObject({ connectedAt: 1_772_449_200_000 });
    await keepLiveLadder(pool, worker, c, { ladder: Uint8Array.of(1, 2, 3), connectedAt: 5 });
    expect(await readLiveLadder(pool, c.job, c.n, c.k)).toMatchObject({ connectedAt: 5 });
    expect(await readLiveLadder(pool, c.job, c.n, c.k + 1)).toBeUndefined();
    await trimLadders(pool);
    expect(await left(c)).toBe(1);
    await dropLiveLadder(pool, c);
    expect(await left(c)).toBe(0);
  });

  it("is not shown for an attempt that has ended, even when nobody took it away, and tidying takes it", async () => {
    const { worker, c, seen } = await calling();
    expect(await seen()).toEqual([1, 2]);
    await finish(pool, worker, [{ job: c.job, n: c.n, k: c.k, report: OK, next: { step: "final" } }]);
    expect(await seen()).toBeUndefined();
    await trimLadders(pool);
    expect(await left(c)).toBe(0);
  });

  it("goes with the worker that was killed: what it held is nobody's call any more", async () => {
    const { worker, c, seen } = await calling();
    await retireWorker(pool, worker);
    expect(await seen()).toBeUndefined();
    await trimLadders(pool);
    expect(await left(c)).toBe(0);
  });
});

describe("the record of a call that came in", () => {
  const received = (callId: string) =>
    storeInbound(pool, {
      accountId: account,
      callId,
      originator: "+493023125001",
      called: "+493023125900",
      remoteId: "",
      pages: 1,
      complete: true,
      badLines: 0,
      tiffHash: "0".repeat(64),
      bytes: 1,
    });

  it("stands beside its fax and goes with it", async () => {
    const id = await received("a");
    await keepInboundLadder(pool, "a", true, Uint8Array.of(7));
    expect([...((await readInboundLadder(pool, id)) ?? [])]).toEqual([7]);
    await deleteInbound(pool, account, id);
    expect(await readInboundLadder(pool, id)).toBeUndefined();
    await keepInboundLadder(pool, "a", true, Uint8Array.of(7));
    await keepInboundLadder(pool, "never heard of", true, Uint8Array.of(7));
    expect((await pool.query("SELECT 1 FROM inbound_ladder")).rowCount).toBe(0);
  });

  it("is kept for broken calls, and for the latest whole ones", async () => {
    const ids: number[] = [];
    for (const [i, ok] of [false, true, true, true].entries()) {
      ids.push(await received(`b${i}`));
      await keepInboundLadder(pool, `b${i}`, ok, Uint8Array.of(i));
    }
    await trimLadders(pool, 2);
    const kept = await Promise.all(ids.map((id) => readInboundLadder(pool, id)));
    expect(kept.map((bytes) => bytes?.[0])).toEqual([0, undefined, 2, 3]);
  });
});
