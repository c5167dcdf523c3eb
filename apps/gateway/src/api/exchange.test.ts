import type { JobExchange } from "@depesche/client";
import { expect, test } from "vitest";
import { house } from "./house.double.ts";

const base64 = Buffer.from("%PDF-1.7 ".repeat(500)).toString("base64");

test("the request that made a job is told with its answer, credentials masked, documents shortened", async () => {
  const { ask } = house();
  const body = JSON.stringify({
    channel: "fax",
    recipients: ["+49 30 23125 042"],
    documents: [{ name: "a.pdf", base64 }],
    options: { statusUrl: "https://me:geheim@status.example/" },
  });
  const answer = await ask("POST", "/v1/jobs?x=1", body, {
    "content-type": "application/json",
    "idempotency-key": "k",
  });
  const told = await answer.json();
  const exchange = (await (await ask("GET", "/v1/jobs/1/exchange")).json()) as JobExchange;
  expect(exchange).toMatchObject({ at: "2026-03-02T11:00:00.000Z", method: "POST", path: "/v1/jobs?x=1", status: 201 });
  expect(exchange.requestHeaders).toMatchObject({ authorization: "Bearer ***", "idempotency-key": "k" });
  expect(exchange.request).toContain(`"base64":"${base64.slice(0, 64)}... (6000 characters)"`);
  expect(exchange.request).toContain("https://***@status.example/");
  expect(exchange.requestBytes).toBe(Buffer.byteLength(body));
  expect(exchange.responseHeaders).toMatchObject({ location: "/v1/jobs/1" });
  expect(JSON.parse(exchange.response)).toEqual(told);
});

test("jobs made by sending again have theirs, too; refused requests have none", async () => {
  const { ask, exchanges, ledger } = house();
  ledger.addJob({ id: 1, accountId: 1 }, 2);
  for (const row of ledger.rows.get(1) ?? []) Object.assign(row, { outcome: "BUSY", attempts: 1, state: "final" });
  await ask("POST", "/v1/again", { where: {} });
  await ask("POST", "/v1/jobs/1/resend", {});
  await ask("POST", "/v1/jobs", { channel: "fax", recipients: [] });
  await exchanges.flush();
  expect([...ledger.kept].map(([job, { path, request }]) => [job, path, request])).toEqual([
    [2, "/v1/again", '{"where":{}}'],
    [3, "/v1/jobs/1/resend", "{}"],
  ]);
});

test("what is not kept, or belongs to another account, is not found", async () => {
  const { ask, ledger, exchanges } = house();
  ledger.addJob({ id: 7, accountId: 2 });
  ledger.addJob({ id: 8, accountId: 1 });
  await exchanges.flush();
  for (const id of [7, 8, 9]) expect((await ask("GET", `/v1/jobs/${id}/exchange`)).status).toBe(404);
});
