import type { Channel, JobOrder } from "@depesche/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { cancelJob } from "./cancel.ts";
import type { Pool } from "./database.ts";
import { jobFacts } from "./report.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
let account: number;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
});
afterAll(() => drop());

const T = 1_800_000_000_000;

async function accepted(channel: Channel, recipients: JobOrder["recipients"]): Promise<number> {
  const answer = await accept(pool, {
    accountId: account,
    channel,
    recipients,
    content: { documents: [] },
    options: {},
    priority: 5,
    pageCount: 1,
    face: "test",
  });
  if (!answer.ok) throw new Error(answer.problem);
  return answer.jobId;
}

interface Ended {
  n: number;
  outcome: string;
  at: number;
  ms?: number;
  pages?: number;
  state?: string;
  k?: number;
}

/** Writes an attempt and its recipient as a result does, at a wall time of the test's choice. */
async function ended(job: number, { n, outcome, at, ms, pages, state = "final", k = 1 }: Ended): Promise<void> {
  const final = state === "final";
  await pool.query(
    "INSERT INTO attempt (job_id, n, k, started_at, ended_at, at, outcome, duration_ms, pages, temporary, repeat, interrupted, final) VALUES ($1, $2, $3, 500, 1500, $4, $5, $6, $7, false, false, false, $8)",
    [job, n, k, at, outcome, ms, pages, final],
  );
  await pool.query(
    "UPDATE recipient SET state = $3, outcome = $4, cause_code = $5, cause_text = 'why', duration_ms = $6, pages = $7, attempts = $8, due_at = $9 WHERE job_id = $1 AND n = $2",
    [job, n, state, final ? outcome : null, `c-${outcome}`, ms, pages, k, state === "retry" ? 4_000_000_000_000 : null],
  );
}

const numbers = (count: number, prefix = "+493023125") =>
  Array.from({ length: count }, (_, i) => ({ address: `${prefix}${String(i).padStart(3, "0")}`, reference: "" }));

describe("how a job is going", () => {
  it("counts outcomes by time, durations, causes and what waits", async () => {
    const job = await accepted("fax", numbers(8));
    await ended(job, { n: 0, outcome: "OK", at: T + 1_100, ms: 61_000, pages: 2 });
    await ended(job, { n: 1, outcome: "OK", at: T + 1_900, ms: 30_000, pages: 2 });
    await ended(job, { n: 2, outcome: "BUSY", at: T + 1_950, state: "retry" });
    await ended(job, { n: 2, outcome: "BUSY", at: T + 31_000, k: 2 });
    await ended(job, { n: 3, outcome: "BUSY", at: T + 40_000, state: "retry" });
    await pool.query("UPDATE recipient SET state = 'sending' WHERE job_id = $1 AND n = 4", [job]);
    const facts = await jobFacts(pool, { id: job, channel: "fax", acceptedAt: T });
    expect(facts).toMatchObject({ attempts: 5, waiting: 1, sending: 1, lastDue: 4_000_000_000_000, bucketMs: 1000 });
    expect(facts).toMatchObject({ firstAt: T + 1_100, lastAt: T + 31_000, recent: [0, 0, 0, 2, 0, 1] });
    expect(facts.timeline).toEqual([
      { at: T + 1_000, outcome: "OK", count: 2 },
      { at: T + 31_000, outcome: "BUSY", count: 1 },
    ]);
    expect(facts.causes).toEqual([{ outcome: "BUSY", cause: { code: "c-BUSY", text: "why" }, count: 1 }]);
    expect(facts.delivered).toEqual([{ international: false, messages: 2, minutes: 3, pages: 4 }]);
    // Attempts without a modelled duration took from begin to end: a second.
    expect(facts.durationStepMs).toBe(5_000);
    expect(facts.durations).toEqual([
      { fromMs: 0, count: 3 },
      { fromMs: 30_000, count: 1 },
      { fromMs: 60_000, count: 1 },
    ]);
    expect(facts.untried).toEqual([]);
  });

  it("names the worst prefixes by as many digits as tell the numbers apart in groups", async () => {
    const job = await accepted("fax", [...numbers(200), ...numbers(3, "+4171555")]);
    for (let n = 100; n < 105; n++) await ended(job, { n, outcome: "BUSY", at: T });
    await ended(job, { n: 7, outcome: "VOICE", at: T });
    await ended(job, { n: 105, outcome: "OK", at: T, pages: 1 });
    await ended(job, { n: 200, outcome: "OK", at: T, pages: 1 });
    for (let n = 201; n < 203; n++) await ended(job, { n, outcome: "CANCELLED", at: T });
    for (let n = 0; n < 6; n++) await ended(job, { n, outcome: "CANCELLED", at: T });
    const { prefixes, delivered } = await jobFacts(pool, { id: job, channel: "fax", acceptedAt: T });
    expect(prefixes).toEqual([
      { prefix: "+4930231251", final: 6, failed: 5, outcomes: { BUSY: 5, OK: 1 } },
      { prefix: "+4930231250", final: 7, failed: 1, outcomes: { CANCELLED: 6, VOICE: 1 } },
    ]);
    expect(delivered).toContainEqual({ international: true, messages: 1, minutes: 0, pages: 1 });
  });

  it("names mail domains, and nothing for letters", async () => {
    const mail = await accepted("mail", [{ address: "a@Full.example", reference: "" }]);
    await ended(mail, { n: 0, outcome: "SENDFAIL", at: T });
    const about = { acceptedAt: T } as const;
    expect((await jobFacts(pool, { ...about, id: mail, channel: "mail" })).prefixes).toMatchObject([
      { prefix: "@full.example", failed: 1 },
    ]);
    const letter = await accepted("letter", [{ address: "Anna, 10115 Berlin", reference: "" }]);
    await ended(letter, { n: 0, outcome: "SENDFAIL", at: T });
    expect((await jobFacts(pool, { ...about, id: letter, channel: "letter" })).prefixes).toEqual([]);
  });

  it("tells apart what no attempt made final, and begins with nothing", async () => {
    const refused = { outcome: "BLACKLIST", cause: { code: "blacklist", text: "barred" }, counted: true } as const;
    const [open, barred] = [numbers(2), { address: "+493023125999", reference: "", refused }];
    const job = await accepted("fax", [...open, barred]);
    const about = { id: job, channel: "fax", acceptedAt: T } as const;
    const before = await jobFacts(pool, about);
    expect(before).toMatchObject({ attempts: 0, timeline: [], durations: [], recent: [0, 0, 0, 0, 0, 0] });
    expect(before.untried).toMatchObject([{ outcome: "BLACKLIST", count: 1 }]);
    expect(before).not.toHaveProperty("lastAt");
    await cancelJob(pool, account, job);
    const after = await jobFacts(pool, about);
    expect(after.untried.map((u) => [u.outcome, u.count]).sort()).toEqual([
      ["BLACKLIST", 1],
      ["CANCELLED", 2],
    ]);
    expect(after).not.toHaveProperty("lastDue");
  });

  it("widens its buckets until a hundred and twenty suffice", async () => {
    const job = await accepted("fax", numbers(2));
    await ended(job, { n: 0, outcome: "OK", at: T + 10_000, ms: 100 });
    await ended(job, { n: 1, outcome: "OK", at: T + 600_000, ms: 90_000_000 });
    const facts = await jobFacts(pool, { id: job, channel: "fax", acceptedAt: T });
    expect(facts.bucketMs).toBe(10_000);
    expect((89_999_900 / facts.durationStepMs) | 0).toBeLessThan(16);
  });
});
