import type { JobOrder } from "@depesche/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accept } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import type { Pool } from "./database.ts";
import { readRecipients } from "./read.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;
let job: number;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
  const recipients: JobOrder["recipients"] = [
    { address: "+493023125042", reference: "Customer 7" },
    { address: "+493023125142", reference: "100%_sure" },
    { address: "+41443020425", reference: "" },
    { address: "Anna@ok.example", reference: "ward 30" },
  ];
  const answer = await accept(pool, {
    accountId: await putAccount(pool, { name: "Test" }),
    channel: "null",
    recipients,
    content: { documents: [] },
    options: {},
    priority: 5,
    pageCount: 1,
    face: "test",
  });
  job = answer.ok ? answer.jobId : 0;
});
afterAll(() => drop());

const found = async (query: { q?: string; state?: "queued" | "final"; outcome?: "OK"; from?: number }) =>
  (await readRecipients(pool, job, { from: 0, limit: 10, ...query })).map((r) => r.n);

it("finds numbers however they are written, addresses and references whatever their case", async () => {
  expect(await found({ q: "125 042" })).toEqual([0]);
  expect(await found({ q: "+49 (30) 23125-1" })).toEqual([1]);
  expect(await found({ q: "030/231" })).toEqual([0, 1]);
  expect(await found({ q: "0041 44" })).toEqual([2]);
  expect(await found({ q: "042" })).toEqual([0, 2]);
  expect(await found({ q: "anna@OK" })).toEqual([3]);
  expect(await found({ q: "customer" })).toEqual([0]);
  expect(await found({ q: "ward 30" })).toEqual([3]);
  expect(await found({ q: "%_" })).toEqual([1]);
  expect(await found({ q: "\0" })).toEqual([]);
  expect(await found({ q: "  " })).toEqual([0, 1, 2, 3]);
});

it("finds by state, together with the rest and from a place on", async () => {
  await pool.query("UPDATE recipient SET state = 'final', outcome = 'OK' WHERE job_id = $1 AND n IN (0, 2)", [job]);
  expect(await found({ state: "queued" })).toEqual([1, 3]);
  expect(await found({ state: "final", q: "30" })).toEqual([0, 2]);
  expect(await found({ state: "final", q: "30", from: 1 })).toEqual([2]);
  expect(await found({ outcome: "OK", q: "5042" })).toEqual([0]);
});
