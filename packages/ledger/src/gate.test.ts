import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { type Claimed, claim } from "./claim.ts";
import { changeClock } from "./clock.ts";
import type { Pool } from "./database.ts";
import { finish } from "./finish.ts";
import { readGates, refreshGates, setGate } from "./gate.ts";
import { readRecipients } from "./read.ts";
import { registerWorker } from "./reconcile.ts";
import { type ChunkRef, endRun, nextDueIn, takeDueChunks } from "./schedule.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
let worker: number;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  worker = await registerWorker(pool);
});
afterAll(() => drop());

/** A job of an account of its own, handed out. */
async function begun(count: number, channel: "sms" | "mail" | "null" = "null"): Promise<ChunkRef> {
  const account = await putAccount(pool, { name: "Gated" });
  const answer = await accept(pool, {
    accountId: account,
    channel,
    recipients: Array.from({ length: count }, (_, i) => ({ address: `a${i}`, reference: "" })),
    content: { documents: [] },
    options: {},
    priority: 5,
    pageCount: 1,
    face: "test",
  });
  if (!answer.ok) throw new Error(answer.problem);
  const ref = (await takeDueChunks(pool, channel, 1000)).find((c) => c.job === answer.jobId);
  if (!ref) throw new Error("not handed out");
  return ref;
}

const ask = (ref: ChunkRef, count: number, as = worker) => claim(pool, as, [{ ...ref, count }], { active: true });

const done = (claimed: Claimed[]) =>
  finish(
    pool,
    worker,
    claimed.map((c) => ({
      ...c,
      report: { outcome: "OK", cause: { code: "test", text: "test" } },
      next: { step: "final" },
    })),
  );

const now = async () => (await pool.query<{ ms: number }>("SELECT sim_ms() AS ms")).rows[0]?.ms as number;

const minutes = async (count: number) => changeClock(pool, { setTo: (await now()) + count * 60_000 });

const nextDue = async ({ job }: ChunkRef) =>
  (await pool.query<{ next_due: number | null }>("SELECT next_due FROM chunk WHERE job_id = $1", [job])).rows[0]
    ?.next_due;

describe("the first gate of a house", () => {
  it("holds from the moment it is set, also for a worker that knows of none", async () => {
    const ref = await begun(3);
    const table = { active: false };
    const askUnknowing = () => claim(pool, worker, [{ ...ref, count: 1 }], table);
    expect(await askUnknowing()).toHaveLength(1);
    await setGate(pool, `account:${ref.accountId}`, { paused: true });
    expect(await askUnknowing()).toEqual([]);
    expect(table.active).toBe(true);
    await setGate(pool, `account:${ref.accountId}`, {});
    expect(await askUnknowing()).toHaveLength(1);
  });
});

describe("a limit on a destination", () => {
  const job = async (addresses: string[]) => {
    const ref = await begun(addresses.length);
    for (const [n, address] of addresses.entries())
      await pool.query("UPDATE recipient SET address = $3 WHERE job_id = $1 AND n = $2", [ref.job, n, address]);
    return ref;
  };
  const numbers = [
    "+493023125001",
    "+493023125001",
    "+493023125001",
    "+49892",
    "+493023125002",
    "a@one.example",
    "b@one.example",
  ];

  it("counts over all jobs and workers, and what it holds back does not stand in the way of others", async () => {
    const [one, other] = [await job(numbers), await job(numbers)];
    await setGate(pool, "destination:+493023125001", { maxInFlight: 2 });
    await setGate(pool, "destination:@one.example", { paused: true });
    const first = await ask(one, 7);
    expect(first.map((c) => c.n)).toEqual([0, 1, 3, 4]);
    expect((await ask(other, 3)).map((c) => c.n)).toEqual([3, 4]);
    await done(first.slice(0, 1));
    expect((await ask(other, 7, await registerWorker(pool))).map((c) => c.n)).toEqual([0]);
    expect(await readGates(pool)).toEqual([
      { scope: "destination:+493023125001", paused: false, maxInFlight: 2 },
      { scope: "destination:@one.example", paused: true },
    ]);
    for (const { scope } of await readGates(pool)) await setGate(pool, scope, {});
    expect(await ask(other, 7)).toHaveLength(4);
  });

  it("takes a rate, and its digits are no pattern", async () => {
    const ref = await job(["+49_1", "+4911", "+49%", "+49_2"]);
    await setGate(pool, "destination:+49_", { ratePerMinute: 60 });
    await setGate(pool, "destination:+49%", { paused: true });
    await minutes(1);
    expect((await ask(ref, 1)).map((c) => c.n)).toEqual([0]);
    const { rows } = await pool.query("SELECT round(tokens) AS left FROM gate WHERE scope = 'destination:+49_'");
    expect(rows).toEqual([{ left: 59 }]);
    expect((await ask(ref, 4)).map((c) => c.n)).toEqual([1, 3]);
    for (const { scope } of await readGates(pool)) await setGate(pool, scope, {});
  });
});

describe("a limit on what is in flight", () => {
  it("is never passed, however many workers claim at the same moment", async () => {
    const ref = await begun(100);
    await setGate(pool, `account:${ref.accountId}`, { maxInFlight: 7 });
    const workers = await Promise.all(Array.from({ length: 6 }, () => registerWorker(pool)));
    const claimed = await Promise.all(workers.map((w) => ask(ref, 5, w)));
    expect(claimed.flat()).toHaveLength(7);
  });

  it("holds for a channel over all accounts, and the narrower of two limits counts", async () => {
    const [one, other] = [await begun(10, "sms"), await begun(10, "sms")];
    await setGate(pool, "channel:sms", { maxInFlight: 6 });
    await setGate(pool, `account:${one.accountId}`, { maxInFlight: 4 });
    const first = await ask(one, 10);
    expect(first).toHaveLength(4);
    expect(await ask(other, 10)).toHaveLength(2);
    await done(first);
    expect(await ask(other, 10)).toHaveLength(4);
    await setGate(pool, "channel:sms", {});
  });

  it("is shared out in one batch of requests too", async () => {
    const [one, other] = [await begun(10, "mail"), await begun(10, "mail")];
    await setGate(pool, "channel:mail", { maxInFlight: 5 });
    const claimed = await claim(
      pool,
      worker,
      [
        { ...one, count: 3 },
        { ...other, count: 3 },
      ],
      { active: true },
    );
    expect(claimed).toHaveLength(5);
    await setGate(pool, "channel:mail", {});
  });
});

describe("a rate", () => {
  it("pays for what was claimed, not for what was asked for", async () => {
    const ref = await begun(3);
    const scope = `account:${ref.accountId}`;
    await setGate(pool, scope, { ratePerMinute: 10 });
    await minutes(1);
    expect(await ask(ref, 10)).toHaveLength(3);
    const { rows } = await pool.query<{ tokens: number }>("SELECT tokens FROM gate WHERE scope = $1", [scope]);
    expect(Math.round(rows[0]?.tokens as number)).toBe(7);
  });

  it("fills over simulated time to one minute's worth, never more", async () => {
    const ref = await begun(100);
    await setGate(pool, `account:${ref.accountId}`, { ratePerMinute: 10 });
    await minutes(60);
    // The clock stands still but for the minutes told here: a token is six seconds, and a test may be halted for longer.
    await pool.query("UPDATE clock SET anchor_wall = anchor_wall + 3600000");
    expect(await ask(ref, 50)).toHaveLength(10);
    expect(await ask(ref, 50)).toHaveLength(0);
    await pool.query("UPDATE clock SET anchor_sim = anchor_sim + 30000");
    expect(await ask(ref, 50)).toHaveLength(5);
    await pool.query("UPDATE clock SET anchor_wall = anchor_wall - 3600000");
  });
});

describe("a run that a gate held back", () => {
  it("is looked at again in a second of wall time at the latest, and not before its recipients are due", async () => {
    const ref = await begun(2);
    const before = await now();
    await endRun(pool, ref, true);
    const due = (await nextDue(ref)) as number;
    expect(due).toBeGreaterThanOrEqual(before + 1000);
    expect(due).toBeLessThanOrEqual((await now()) + 1000);
    expect(await nextDueIn(pool, "null")).toBeLessThanOrEqual(1000);

    const later = await begun(1, "mail");
    const [c] = (await ask(later, 1)) as [Claimed];
    const report = { outcome: "BUSY", cause: { code: "busy", text: "" } } as const;
    await finish(pool, worker, [{ ...c, report, next: { step: "retry", afterMs: 600_000, kind: "busy" } }]);
    await endRun(pool, later, true);
    const [redial] = await readRecipients(pool, later.job, { from: 0, limit: 1 });
    expect(redial).toMatchObject({ state: "retry", dueAt: expect.any(Number) });
    expect(await nextDue(later)).toBe(redial?.dueAt);
  });
});

describe("the gate table", () => {
  it("is looked at again within a second of wall time also when the clock has become slower in the meantime", async () => {
    const ref = await begun(1, "mail");
    await changeClock(pool, { speed: 1000 });
    await setGate(pool, `account:${ref.accountId}`, { paused: true });
    expect(await ask(ref, 1)).toEqual([]);
    await endRun(pool, ref, true);
    await changeClock(pool, { speed: 1 });
    expect(await nextDueIn(pool, "mail")).toBeLessThanOrEqual(1000);
  });

  it("tells whether there is any gate at all", async () => {
    const table = { active: false };
    await refreshGates(pool, table);
    expect(table.active).toBe(true);
    await pool.query("DELETE FROM gate");
    await refreshGates(pool, table);
    expect(table.active).toBe(false);
  });
});
