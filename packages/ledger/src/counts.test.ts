import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { claim } from "./claim.ts";
import { countEvents, firstSeqAt, queueDepth } from "./counts.ts";
import type { Pool } from "./database.ts";
import { lastSeq, readEvents } from "./feed.ts";
import { finish } from "./finish.ts";
import { registerWorker } from "./reconcile.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
});
afterAll(() => drop());

/** One event a second from `from` on, `count` of them. */
const logged = (account: number, from: number, count: number) =>
  pool.query(
    /* sql */ `
    WITH head AS (UPDATE feed_head SET seq = seq + $3 RETURNING seq - $3 AS base)
    INSERT INTO event (seq, at, sim_at, account_id, type) SELECT base + i, $2 + (i - 1) * 1000, 0, $1, 'attempt.started'
    FROM head, generate_series(1, $3::int) i`,
    [account, from, count],
  );

describe("the log as figures", () => {
  it("finds the first event of a time by its number, in an empty log, before, within and after it", async () => {
    expect(await firstSeqAt(pool, 0)).toBe(1);
    const before = await lastSeq(pool);
    await logged(1, 1_000_000, 1000);
    expect(await firstSeqAt(pool, 0)).toBe(before + 1);
    expect(await firstSeqAt(pool, 1_000_000 + 500_000)).toBe(before + 501);
    expect(await firstSeqAt(pool, 1_000_000 + 500_001)).toBe(before + 502);
    expect(await firstSeqAt(pool, 9_000_000_000_000)).toBe(before + 1001);
  });

  it("counts jobs, attempts, pages and final outcomes of an account in its minute, and what waits", async () => {
    const account = await putAccount(pool, { name: "Counted" });
    const before = await lastSeq(pool);
    const answer = await accept(pool, {
      accountId: account,
      channel: "fax",
      recipients: Array.from({ length: 5 }, (_, i) => ({ address: `+4930231250${i}`, reference: "" })),
      content: { documents: [] },
      options: {},
      priority: 5,
      pageCount: 2,
      face: "test",
    });
    const job = answer.ok ? answer.jobId : 0;
    expect(await queueDepth(pool)).toEqual([{ account, channel: "fax", open: 5, dispatched: 0 }]);
    await pool.query("UPDATE chunk SET dispatched_at = 1 WHERE job_id = $1", [job]);
    const worker = await registerWorker(pool);
    const request = { job, chunk: 0, accountId: account, channel: "fax", count: 4 } as const;
    const [a, b, c, d] = await claim(pool, worker, [request], { active: false });
    if (!a || !b || !c || !d) throw new Error("four were claimed");
    const cause = { code: "test", text: "test" };
    const final = { step: "final" } as const;
    await finish(pool, worker, [
      { ...a, report: { outcome: "OK", cause, pages: 2 }, next: final },
      { ...b, report: { outcome: "OK", cause }, next: final },
      { ...c, report: { outcome: "SENDFAIL", cause, pages: 1 }, next: final },
      { ...d, report: { outcome: "BUSY", cause }, next: { step: "retry", afterMs: 60_000, kind: "busy" } },
    ]);
    const counts = await countEvents(pool, before, await lastSeq(pool));
    const sum = (of: (c: (typeof counts)[number]) => number) => counts.reduce((total, one) => total + of(one), 0);
    expect(new Set(counts.map((one) => one.account))).toEqual(new Set([account]));
    expect(counts.every((one) => one.minute % 60_000 === 0)).toBe(true);
    expect([sum((o) => o.jobs), sum((o) => o.attempts), sum((o) => o.pages)]).toEqual([1, 4, 3]);
    expect([sum((o) => o.outcomes.OK ?? 0), sum((o) => o.outcomes.SENDFAIL ?? 0)]).toEqual([2, 1]);
    expect(sum((o) => o.outcomes.BUSY ?? 0)).toBe(0);
    expect(await queueDepth(pool)).toEqual([{ account, channel: "fax", open: 2, dispatched: 2 }]);
    const ended = (await readEvents(pool, before, 100)).filter((e) => e.type === "attempt.ended");
    expect(ended.map((e) => e.data?.pages)).toEqual([2, undefined, 1, undefined]);
    expect(ended[1]?.data).toBeUndefined();
  });
});
