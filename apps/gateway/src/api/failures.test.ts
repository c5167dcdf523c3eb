import type { Outcome } from "@depesche/core";
import { describe, expect, test } from "vitest";
import { house } from "./house.double.ts";

type House = ReturnType<typeof house>;

function failed({ ledger }: House, id: number, outcomes: Outcome[], accountId = 1): void {
  ledger.addJob({ id, accountId }, outcomes.length);
  const rows = ledger.rows.get(id) ?? [];
  for (const [n, outcome] of outcomes.entries())
    Object.assign(rows[n] ?? {}, {
      outcome,
      state: "final",
      attempts: 2,
      cause: { code: "sip-486", text: "Busy Here" },
    });
}

const answer = async (response: Response | Promise<Response>) =>
  (await (await response).json()) as { items: Record<string, unknown>[]; code?: string } & Record<string, unknown>;

describe("dead letters", () => {
  test("are listed by group and one by one, as the filter says, never another account's", async () => {
    const h = house();
    failed(h, 1, ["BUSY", "OK", "VOICE", "BUSY"]);
    failed(h, 2, ["BUSY"], 2);
    const { items: groups } = await answer(h.ask("GET", "/v1/failures/groups"));
    expect(groups.map((g) => [g.outcome, g.count])).toEqual([
      ["BUSY", 2],
      ["VOICE", 1],
    ]);
    expect(groups[0]).toMatchObject({
      channel: "fax",
      cause: { code: "sip-486" },
      latestAt: "2026-03-02T11:00:00.000Z",
    });
    const { items } = await answer(h.ask("GET", "/v1/failures?outcome=VOICE&job=1&channel=fax&cause=sip-486"));
    expect(items).toEqual([
      {
        job: 1,
        n: 2,
        address: "+493023125002",
        reference: "",
        channel: "fax",
        outcome: "VOICE",
        cause: { code: "sip-486", text: "Busy Here" },
        attempts: 2,
        at: "2026-03-02T11:00:00.000Z",
      },
    ]);
    expect((await h.ask("GET", "/v1/failures?outcome=LATE")).status).toBe(400);
  });

  test("are found by the beginning of a number however it is written", async () => {
    const h = house();
    failed(h, 1, ["BUSY"]);
    for (const written of ["+49 30 231", "0049 (30) 231", "030/231", "4930-231"]) {
      const { items } = await answer(h.ask("GET", `/v1/failures?address=${encodeURIComponent(written)}`));
      expect([written, items.length]).toEqual([written, 1]);
    }
    expect((await answer(h.ask("GET", "/v1/failures?address=031"))).items).toEqual([]);
  });

  test("are sent again by filter or by name, after a dry run that only counts", async () => {
    const h = house();
    failed(h, 1, ["BUSY", "VOICE"]);
    failed(h, 2, ["BUSY"]);
    const again = (body: unknown, headers = {}) => h.ask("POST", "/v1/again", body, headers);
    const dry = await again({ where: { outcome: "BUSY" }, dryRun: true });
    expect([dry.status, await dry.json()]).toEqual([200, { recipients: 2, sources: 2, jobs: [] }]);
    const sent = await again({ where: { outcome: "BUSY" } }, { "idempotency-key": "k" });
    expect([sent.status, await sent.json()]).toEqual([201, { recipients: 2, sources: 2, jobs: [3, 4] }]);
    expect(h.ledger.agains[0]).toMatchObject({ accountId: 1, face: "api", idempotency: { key: "k" } });
    const named = await again({ recipients: [{ job: 1, n: 1 }] });
    expect(await named.json()).toMatchObject({ recipients: 1 });
    expect((await answer(again({ where: {} }))).code).toBe("nothing-to-resend");
  });

  test("may not be picked twice over, nor without a word, nor with a key that only reads", async () => {
    const { ask } = house();
    expect((await ask("POST", "/v1/again", {})).status).toBe(400);
    expect((await ask("POST", "/v1/again", { where: {}, recipients: [{ job: 1, n: 0 }] })).status).toBe(400);
    const reader = { authorization: "Bearer read-key" };
    expect((await answer(ask("POST", "/v1/again", { where: {} }, reader))).code).toBe("scope-missing");
  });

  test("of numbers that came to the blacklist stay where they are", async () => {
    const h = house();
    failed(h, 1, ["BUSY", "BUSY"]);
    const key = h.ledger.keys.get("demo-key");
    if (!key) throw new Error("the demo key is gone");
    key.account.blacklist = ["+493023125000"];
    expect(await answer(h.ask("POST", "/v1/again", { where: {} }))).toMatchObject({ recipients: 1 });
    expect((await answer(h.ask("GET", "/v1/failures"))).items.map((f) => f.n)).toEqual([0]);
    key.account.mass = false;
    failed(h, 7, ["BUSY", "BUSY", "BUSY"]);
    expect((await answer(h.ask("POST", "/v1/again", { where: { job: 7 } }))).code).toBe("mass-not-released");
    const one = { recipients: [{ job: 7, n: 1 }] };
    expect(await answer(h.ask("POST", "/v1/again", one))).toMatchObject({ recipients: 1 });
    key.account.locked = true;
    expect((await answer(h.ask("POST", "/v1/again", { where: {} }))).code).toBe("account-locked");
  });

  test("are too many for one request when they come from more than a thousand jobs", async () => {
    const h = house();
    for (let id = 1; id <= 1001; id++) failed(h, id, ["BUSY"]);
    const problem = await answer(h.ask("POST", "/v1/again", { where: {} }));
    expect(problem).toMatchObject({ status: 422, code: "too-many-again" });
    expect(problem.detail).toContain("1001 jobs");
    expect(h.ledger.agains).toEqual([]);
  });
});
