// The REST API: idempotency keys, problem+json, documents by hash, resending, clock, lines, ladders.

import { randomUUID } from "node:crypto";
import type { JobInput } from "@depesche/client";
import { describe, expect, it } from "vitest";
import { client, eventually, finished, fixture, GATEWAY } from "./post-office.ts";

const KEY = { authorization: "Bearer demo-key", "content-type": "application/json" };
const FAX: JobInput = { channel: "fax", recipients: ["+49 30 23125 046"], text: "Guten Tag" };

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${GATEWAY}${path}`, { method: "POST", headers: { ...KEY, ...headers }, body: JSON.stringify(body) });
}

describe("an idempotency key", () => {
  it("makes the same request one job, however often it comes", async () => {
    const key = randomUUID();
    const answers = await Promise.all([1, 2, 3].map(() => post("/v1/jobs", FAX, { "idempotency-key": key })));
    const jobs = (await Promise.all(answers.map((a) => a.json()))) as { id: number }[];
    expect(answers.map((a) => a.status)).toEqual([201, 201, 201]);
    expect(new Set(jobs.map((job) => job.id)).size).toBe(1);
    const again = await post("/v1/jobs", FAX, { "idempotency-key": key });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
  });

  it("with another request is a conflict", async () => {
    const key = randomUUID();
    await post("/v1/jobs", FAX, { "idempotency-key": key });
    const other = await post("/v1/jobs", { ...FAX, text: "Anders" }, { "idempotency-key": key });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: "idempotency-conflict" });
  });
});

describe("an error", () => {
  it.each<[string, number, () => Promise<Response>]>([
    ["no key", 401, () => fetch(`${GATEWAY}/v1/jobs`)],
    ["a wrong key", 401, () => fetch(`${GATEWAY}/v1/jobs`, { headers: { authorization: "Bearer falsch" } })],
    ["an unknown job", 404, () => fetch(`${GATEWAY}/v1/jobs/99999999`, { headers: KEY })],
    ["an unknown path", 404, () => fetch(`${GATEWAY}/v1/nothing`, { headers: KEY })],
    ["broken JSON", 400, () => fetch(`${GATEWAY}/v1/jobs`, { method: "POST", headers: KEY, body: "{" })],
    ["an unknown channel", 400, () => post("/v1/jobs", { ...FAX, channel: "telex" })],
    ["an option nobody knows", 400, () => post("/v1/jobs", { ...FAX, options: { colur: true } })],
  ])("%s is %i and says so as problem+json", async (_, status, ask) => {
    const response = await ask();
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  });

  it.each<[string, JobInput]>([
    ["no-recipient", { ...FAX, recipients: [] }],
    ["nothing-to-send", { channel: "fax", recipients: ["+493023125046"] }],
    ["format-not-supported", { ...FAX, documents: [{ name: "a.xyz", base64: "eA==" }] }],
  ])("of the order has the code %s and keeps no job", async (code, input) => {
    const before = (await client.jobs({ limit: 1 })).items[0]?.id;
    await expect(client.createJob(input)).rejects.toMatchObject({ problem: { code } });
    expect((await client.jobs({ limit: 1 })).items[0]?.id).toBe(before);
  });
});

it("documents are sent by their hash, and shown as pages", async () => {
  const { hash, bytes } = await client.uploadDocument(fixture("letter.pdf"));
  expect(bytes).toBe(fixture("letter.pdf").length);
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125047"],
    documents: [{ name: "letter.pdf", hash }],
  });
  await finished(String(id));
  const png = async (blob: Blob) => Buffer.from(await blob.slice(1, 4).arrayBuffer()).toString();
  expect(await png(await client.documentPage(hash, 1))).toBe("PNG");
  expect(await png(await client.jobPage(id, 2))).toBe("PNG");
});

it("recipients come page by page, and only the failed ones are sent again", async () => {
  const recipients = Array.from({ length: 25 }, (_, i) => ({
    address: i % 5 === 0 ? "+493023125444" : `+4930231250${String(i).padStart(2, "0")}`,
    reference: `r${i}`,
  }));
  const { id } = await client.createJob({ channel: "fax", recipients, text: "Seitenweise" });
  await finished(String(id));
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.recipients(id, { limit: 10, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.items.map((r) => r.reference));
    cursor = page.next;
    if (cursor === undefined) break;
  }
  expect(seen).toEqual(recipients.map((r) => r.reference));
  expect((await client.resendJob(id, { dryRun: true })).recipients).toBe(5);
  const again = await client.resendJob(id);
  await finished(String(again.id));
  expect((await client.recipients(again.id!)).items.map((r) => r.reference)).toEqual(["r0", "r5", "r10", "r15", "r20"]);
});

it("every call leaves a readable ladder", async () => {
  const { id } = await client.createJob(FAX);
  await finished(String(id));
  const [attempt] = (await client.attempts(id, 0)).items;
  expect(attempt).toMatchObject({ outcome: "OK", pages: 1, ecm: true, coding: "MMR" });
  // The record is kept beside the result, and may come after it.
  const ladder = await eventually(
    () => client.ladder(attempt!.key).catch(() => undefined),
    (kept) => kept !== undefined,
  );
  const names = ladder?.lines.map((line) => line.name);
  for (const name of ["INVITE", "CSI", "DIS", "TSI", "DCS", "CFR", "MCF", "DCN"]) expect(names).toContain(name);
});

it("lines, clock and account tell what is there", async () => {
  expect((await client.lines()).items).toHaveLength(24);
  expect(await client.clock()).toMatchObject({ speed: 1000, settable: true });
  expect(await client.account()).toMatchObject({ id: 1000 });
  const back = client.changeClock({ setTo: "2001-01-01T00:00:00.000Z" });
  await expect(back).rejects.toMatchObject({ status: expect.any(Number) });
});

it("the documentation is served by the house itself, as OpenAPI 3.1", async () => {
  const page = await (await fetch(`${GATEWAY}/docs`)).text();
  expect(page).toContain("<html");
  expect([...page.matchAll(/(?:src|href)="(https?:)?\/\//g)]).toEqual([]);
  const openapi = (await (await fetch(`${GATEWAY}/v1/openapi.json`)).json()) as { openapi: string; paths: object };
  expect(openapi.openapi).toBe("3.1.0");
  expect(Object.keys(openapi.paths)).toEqual(expect.arrayContaining(["/v1/jobs", "/v1/clock", "/v1/inbound"]));
});
