import { randomBytes } from "node:crypto";
import type { JobOrder, Outcome } from "@depesche/core";
import type { AgainOrder } from "@depesche/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept, referBlobs } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { again } from "./again.ts";
import { cancelJob } from "./cancel.ts";
import { claim } from "./claim.ts";
import { migrate, openPool, type Pool } from "./database.ts";
import { failureGroups, readFailures } from "./failures.ts";
import { lastSeq, readEvents } from "./feed.ts";
import { finish } from "./finish.ts";
import { readJob, readRecipients } from "./read.ts";
import { registerWorker, retireWorker } from "./reconcile.ts";
import { MIGRATIONS } from "./schema.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let url: string;
let drop: () => Promise<void>;
let worker: number;

beforeAll(async () => {
  ({ pool, url, drop } = await freshDatabase());
  worker = await registerWorker(pool);
});
afterAll(() => drop());

const HASH = "a".repeat(64);

function order(accountId: number, addresses: string[], more: Partial<JobOrder> = {}): JobOrder {
  return {
    accountId,
    channel: "fax",
    recipients: addresses.map((address, i) => ({ address, reference: `r${i}` })),
    content: { documents: [], pages: { hash: HASH, count: 2 } },
    options: { busyRedials: 3 },
    priority: 9,
    pageCount: 2,
    face: "faxde",
    ...more,
  };
}

/** A job whose recipients ended so, in order; `undefined`: still waits. */
async function ended(accountId: number, outcomes: (Outcome | undefined)[], more: Partial<JobOrder> = {}) {
  const addresses = outcomes.map((_, i) => `+49302312510${i}`);
  const answer = await accept(pool, order(accountId, addresses, more));
  if (!answer.ok) throw new Error(answer.problem);
  const job = answer.jobId;
  await pool.query("UPDATE chunk SET dispatched_at = 1 WHERE job_id = $1", [job]);
  const request = { job, chunk: 0, accountId, channel: "fax", count: outcomes.length };
  const claimed = await claim(pool, worker, [request], { active: false });
  await finish(
    pool,
    worker,
    claimed.flatMap((c) => {
      const outcome = outcomes[c.n];
      const cause = { code: `test-${outcome}`, text: `ended ${outcome}` };
      return outcome ? [{ ...c, report: { outcome, cause }, next: { step: "final" as const } }] : [];
    }),
  );
  return job;
}

const sendAgain = (accountId: number, pick: AgainOrder["pick"], more: Partial<AgainOrder> = {}) =>
  again(pool, {
    accountId,
    face: "api",
    pick,
    permitted: () => true,
    most: { recipients: 1000, jobs: 10 },
    dryRun: false,
    ...more,
  });

const listed = async (accountId: number, filter = {}) =>
  (await readFailures(pool, accountId, filter, { limit: 100 })).items.map((f) => `${f.job}.${f.n} ${f.outcome}`);

describe("a dead letter", () => {
  it("is every recipient whose attempt failed for good, and none else", async () => {
    const account = await putAccount(pool, { name: "All" });
    const job = await ended(account, ["OK", "BUSY", "BLACKLIST", "SENDFAIL", "CANCELLED", undefined]);
    expect(await listed(account)).toEqual([`${job}.3 SENDFAIL`, `${job}.1 BUSY`]);
    const refused = {
      outcome: "NORING",
      cause: { code: "number-invalid", text: "no number" },
      counted: false,
    } as const;
    const recipients = [{ address: "x", reference: "", refused }];
    await accept(pool, order(account, [], { recipients }));
    await cancelJob(pool, account, job);
    expect(await listed(account)).toHaveLength(2);
    const [first] = (await readFailures(pool, account, {}, { limit: 1 })).items;
    expect(first).toMatchObject({ address: "+493023125103", reference: "r3", channel: "fax", attempts: 1 });
    expect(first?.cause).toEqual({ code: "test-SENDFAIL", text: "ended SENDFAIL" });
    expect(Math.abs((first?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it("is none while its worker died and another may try, nor when its job was cancelled meanwhile", async () => {
    const account = await putAccount(pool, { name: "Died" });
    const mine = await registerWorker(pool);
    const answer = await accept(pool, order(account, ["+49302312511", "+49302312512"]));
    const job = answer.ok ? answer.jobId : 0;
    await pool.query("UPDATE chunk SET dispatched_at = 1 WHERE job_id = $1", [job]);
    await claim(pool, mine, [{ job, chunk: 0, accountId: account, channel: "fax", count: 2 }], { active: false });
    await cancelJob(pool, account, job);
    await retireWorker(pool, mine);
    expect((await readJob(pool, job))?.outcomes).toEqual({ CANCELLED: 2 });
    expect(await listed(account)).toEqual([]);
  });

  it("is found by channel, outcome, cause, job, beginning of the address or mail domain, and time", async () => {
    const account = await putAccount(pool, { name: "Found" });
    const fax = await ended(account, ["BUSY", "VOICE"]);
    const mail = await ended(account, ["SENDFAIL"], {
      channel: "mail",
      recipients: [{ address: "Anna@Bounce.example", reference: "" }],
    });
    const one = [`${mail}.0 SENDFAIL`];
    expect(await listed(account, { channel: "mail" })).toEqual(one);
    expect(await listed(account, { outcome: "BUSY" })).toEqual([`${fax}.0 BUSY`]);
    expect(await listed(account, { cause: "test-VOICE" })).toEqual([`${fax}.1 VOICE`]);
    expect(await listed(account, { job: mail })).toEqual(one);
    expect(await listed(account, { address: "@bounce.example" })).toEqual(one);
    expect(await listed(account, { address: "@unce.example" })).toEqual([]);
    expect(await listed(account, { address: "anna" })).toEqual(one);
    expect(await listed(account, { address: "+4930231251" })).toHaveLength(2);
    expect(await listed(account, { address: "%" })).toEqual([]);
    expect(await listed(account, { since: Date.now() + 60_000 })).toEqual([]);
    expect(await listed(account + 1)).toEqual([]);
    const groups = await failureGroups(pool, account, { channel: "fax" });
    expect(groups.map((g) => [g.outcome, g.cause.code, g.count, g.jobs])).toEqual([
      ["BUSY", "test-BUSY", 1, 1],
      ["VOICE", "test-VOICE", 1, 1],
    ]);
  });

  it("is listed page by page, latest first", async () => {
    const account = await putAccount(pool, { name: "Pages" });
    const job = await ended(account, ["BUSY", "BUSY", "BUSY"]);
    const first = await readFailures(pool, account, {}, { limit: 2 });
    expect(first.items.map((f) => f.n)).toEqual([2, 1]);
    const second = await readFailures(pool, account, {}, { limit: 2, cursor: first.next ?? "" });
    expect([second.items.map((f) => [f.job, f.n]), second.next]).toEqual([[[job, 0]], undefined]);
  });

  it("of a data folder from before is found in the failures that are there", async () => {
    const name = `t_${randomBytes(6).toString("hex")}`;
    await pool.query(`CREATE DATABASE ${name}`);
    const old = openPool(Object.assign(new URL(url), { pathname: `/${name}` }).href, 2);
    await old.query("CREATE TABLE migration (number integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())");
    const before = MIGRATIONS.findIndex((text) => text.includes("CREATE TABLE failure"));
    for (const [i, text] of MIGRATIONS.slice(0, before).entries())
      await old.query(`BEGIN; ${text}; INSERT INTO migration (number) VALUES (${i + 1}); COMMIT`);
    const account = await putAccount(old, { name: "Old" });
    const addresses = ["+49302312510", "+49302312511", "+49302312512", "+49302312513"];
    const made = await accept(old, order(account, addresses));
    const job = made.ok ? made.jobId : 0;
    await old.query(
      "UPDATE recipient SET state = 'final', attempts = n, outcome = CASE n WHEN 1 THEN 'OK' ELSE 'BUSY' END, cause_code = 'sip-486' WHERE job_id = $1",
      [job],
    );
    await old.query(
      "INSERT INTO attempt (job_id, n, k, ended_at, at, outcome, temporary, repeat, interrupted, final) VALUES ($1, 2, 2, 1, 77, 'BUSY', false, false, false, true)",
      [job],
    );
    // One was sent again, another content went to the other: neither a later job nor an earlier one is noted anywhere.
    const again = await accept(old, {
      ...order(account, []),
      recipients: [{ address: "+49302312513", reference: "r3" }],
    });
    await accept(old, order(account, addresses, { content: { documents: [], text: "else" } }));
    await migrate(old);
    const { items } = await readFailures(old, account, {}, { limit: 10 });
    expect(again.ok).toBe(true);
    const cause = { code: "sip-486", text: "" };
    const address = "+49302312512";
    expect(items).toEqual([
      { job, n: 2, address, reference: "r2", channel: "fax", outcome: "BUSY", cause, attempts: 2, at: 77 },
    ]);
    await old.end();
    await pool.query(`DROP DATABASE ${name} WITH (FORCE)`);
  });
});

describe("sending again", () => {
  it("makes one job for each source with its content, options, references and blobs, and takes the dead letters away", async () => {
    const account = await putAccount(pool, { name: "Again" });
    await referBlobs(pool, account, "test", [[HASH, 5]]);
    const [a, b] = [await ended(account, ["OK", "BUSY", "VOICE", "BUSY"]), await ended(account, ["BUSY"])];
    for (const job of [a, b]) await referBlobs(pool, account, `job:${job}`, [[HASH, 5]]);
    const before = await lastSeq(pool);
    const dry = await sendAgain(account, { where: { outcome: "BUSY" } }, { dryRun: true });
    expect(dry).toMatchObject({ ok: true, recipients: 3, sources: 2, jobs: [] });
    expect(await listed(account)).toHaveLength(4);
    const answer = await sendAgain(account, { where: { outcome: "BUSY" } });
    if (!answer.ok) throw new Error(answer.problem);
    expect(answer).toMatchObject({ recipients: 3, sources: 2, replayed: false });
    expect(await listed(account)).toEqual([`${a}.2 VOICE`]);
    const [first, second] = answer.jobs as [number, number];
    const source = await readJob(pool, a);
    expect(await readJob(pool, first)).toMatchObject({
      accountId: account,
      channel: "fax",
      face: "api",
      priority: 9,
      pageCount: 2,
      content: source?.content,
      options: { busyRedials: 3 },
      counted: 2,
      total: 2,
      final: 0,
      state: "open",
    });
    const rows = await readRecipients(pool, first, { from: 0, limit: 10 });
    expect(rows.map((r) => [r.n, r.address, r.reference, r.state])).toEqual([
      [0, "+493023125101", "r1", "queued"],
      [1, "+493023125103", "r3", "queued"],
    ]);
    const { rows: chunks } = await pool.query("SELECT open, next_due IS NOT NULL AS due FROM chunk WHERE job_id = $1", [
      second,
    ]);
    expect(chunks).toEqual([{ open: 1, due: true }]);
    const { rowCount } = await pool.query("SELECT 1 FROM blob_ref WHERE hash = $1 AND owner = $2", [
      HASH,
      `job:${first}`,
    ]);
    expect(rowCount).toBe(1);
    expect(await readEvents(pool, before, 10)).toMatchObject([
      { type: "job.accepted", job: first, data: { recipients: 2, again: a } },
      { type: "job.accepted", job: second, data: { recipients: 1, again: b } },
    ]);
  });

  it("answers an idempotency key with the first jobs, though their dead letters are gone and new ones there", async () => {
    const account = await putAccount(pool, { name: "Keys" });
    const content = { documents: [] };
    await ended(account, ["BUSY"], { content });
    await ended(account, ["BUSY"], { content });
    const idempotency = { key: "again-1", requestHash: "x" };
    const first = await sendAgain(account, { where: {} }, { idempotency });
    await ended(account, ["BUSY"], { content });
    const second = await sendAgain(account, { where: {} }, { idempotency });
    expect(first).toMatchObject({ ok: true, recipients: 2, sources: 2, replayed: false });
    expect(second).toEqual({ ...first, replayed: true });
    expect(await listed(account)).toHaveLength(1);
    const other = await sendAgain(account, { where: {} }, { idempotency: { ...idempotency, requestHash: "y" } });
    expect(other).toEqual({ ok: false, problem: "idempotency-conflict" });
  });

  it("keeps no key of a request that made nothing", async () => {
    const account = await putAccount(pool, { name: "Nothing" });
    const idempotency = { key: "again-2", requestHash: "x" };
    expect(await sendAgain(account, { where: {} }, { idempotency })).toMatchObject({ ok: true, jobs: [] });
    await ended(account, ["BUSY"], { content: { documents: [] } });
    expect(await sendAgain(account, { where: {} }, { idempotency })).toMatchObject({ ok: true, recipients: 1 });
  });

  it("of two requests at once sends each dead letter once", async () => {
    const account = await putAccount(pool, { name: "Twice" });
    await ended(account, ["BUSY", "BUSY", "BUSY"], { content: { documents: [] } });
    const answers = await Promise.all([1, 2, 3].map(() => sendAgain(account, { where: {} })));
    expect(answers.map((a) => a.ok && a.recipients).sort()).toEqual([0, 0, 3]);
  });

  it("sends nothing when there is too much, and leaves out who may not be sent to", async () => {
    const account = await putAccount(pool, { name: "Most" });
    const job = await ended(account, ["BUSY", "BUSY", "BUSY"], { content: { documents: [] } });
    const few = await sendAgain(account, { where: {} }, { most: { recipients: 2, jobs: 5 } });
    expect(few).toEqual({ ok: false, problem: "too-many", recipients: 3, sources: 1 });
    const one = await sendAgain(account, { where: {} }, { most: { recipients: 5, jobs: 5, perJob: 1 } });
    expect(one).toEqual({ ok: false, problem: "mass-not-released" });
    const barred = { most: { recipients: 2, jobs: 5 }, permitted: (_: string, to: string) => !to.endsWith("0") };
    expect(await sendAgain(account, { where: {} }, barred)).toMatchObject({ ok: false, problem: "too-many" });
    const permitted = (_: string, address: string) => address.endsWith("1");
    const picked = { recipients: [0, 1, 2, 1].map((n) => ({ job, n })) };
    expect(await sendAgain(account, picked, { permitted })).toMatchObject({ ok: true, recipients: 1 });
    expect(await listed(account)).toEqual([`${job}.2 BUSY`, `${job}.0 BUSY`]);
    expect(await sendAgain(account + 1, picked)).toMatchObject({ ok: true, recipients: 0 });
  });

  it("of a job by outcome takes dead letters and others alike", async () => {
    const account = await putAccount(pool, { name: "Resend" });
    const job = await ended(account, ["OK", "BUSY", "VOICE"], { content: { documents: [] } });
    const pick = { job, outcomes: ["OK", "BUSY"] as const };
    expect(await sendAgain(account, pick)).toMatchObject({ ok: true, recipients: 2, sources: 1 });
    expect(await listed(account)).toEqual([`${job}.2 VOICE`]);
    expect(await sendAgain(account + 1, pick)).toMatchObject({ ok: true, recipients: 0 });
  });

  it("of a job goes once: what was sent again is no failure of the old job any more", async () => {
    const account = await putAccount(pool, { name: "Twice" });
    const job = await ended(account, ["BUSY", "VOICE"], { content: { documents: [] } });
    const pick = { job, outcomes: ["BUSY", "VOICE"] as const };
    const [one, other] = await Promise.all([sendAgain(account, pick), sendAgain(account, pick)]);
    expect([one, other].map((a) => (a.ok ? a.recipients : -1)).sort()).toEqual([0, 2]);
    expect(await sendAgain(account, pick)).toMatchObject({ ok: true, recipients: 0 });
  });

  it("says which job has lost its document, and sends nothing", async () => {
    const account = await putAccount(pool, { name: "Lost" });
    const job = await ended(account, ["BUSY"]);
    await pool.query("DELETE FROM blob_ref WHERE owner = $1", [`job:${job}`]);
    expect(await sendAgain(account, { where: {} })).toEqual({ ok: false, problem: "document-gone", jobId: job });
    expect(await listed(account)).toHaveLength(1);
  });
});
