// The way into the house, with a ledger that keeps its orders in memory and no documents.

import type { Account, JobOrder } from "@depesche/core";
import type { Replay, SubmitRequest } from "@depesche/ports";
import { beforeEach, describe, expect, it } from "vitest";
import { createIntake } from "./intake.ts";

const account: Account = {
  id: 1,
  name: "Muster",
  locked: false,
  channels: ["sms", "mail"],
  mass: true,
  foreign: false,
  trial: false,
  duplicateCheck: true,
  blacklist: ["+491713920009"],
  statusFileCharset: "utf-8",
};

let orders: JobOrder[];
let faults: unknown[];
let away: Error | undefined;
let busy: boolean;
const none = new Proxy({}, { get: () => () => Promise.reject(new Error("not needed")) }) as never;

const intake = createIntake({
  documents: none,
  blobs: none,
  ledger: {
    clock: none,
    async accept(order) {
      if (away) throw away;
      orders.push(order);
      return { ok: true, jobId: orders.length, counted: order.recipients.length, replayed: false };
    },
    async earlier(id, { key, requestHash }) {
      const at = orders.findIndex((o) => o.accountId === id && o.idempotency?.key === key);
      const known = orders[at];
      if (!known) return undefined;
      if (known.idempotency?.requestHash !== requestHash) return { ok: false, problem: "idempotency-conflict" };
      const { recipients, pageCount: pages, idempotency } = known;
      const told = { counted: recipients.length, pages, notices: idempotency.notices ?? [] };
      return { ok: true, jobId: at + 1, ...told, replayed: true } satisfies Replay;
    },
  },
  now: () => Date.UTC(2026, 2, 2),
  isBusy: () => busy,
  onFault: (error) => faults.push(error),
});

beforeEach(() => {
  orders = [];
  faults = [];
  away = undefined;
  busy = false;
});

const submit = (more: Partial<SubmitRequest>) =>
  intake.submit({
    account,
    channel: "sms",
    recipients: [{ address: "0171 3920001", reference: "a" }],
    text: "Guten Tag",
    files: [],
    options: {},
    face: "test",
    ...more,
  });

describe("an idempotency key", () => {
  const twice = {
    recipients: [1, 1].map(() => ({ address: "+491713920001", reference: "" })),
    idempotency: { key: "k", requestHash: "a" },
  };

  it("brings the first answer again, word by word, whatever has become of the account since", async () => {
    const first = await submit(twice);
    expect(first).toMatchObject({ ok: true, jobId: 1, recipients: 1, pages: 1, replayed: false });
    expect(first.ok && first.notices).toHaveLength(1);
    const again = await submit({ ...twice, account: { ...account, locked: true, channels: [] } });
    expect(again).toEqual({ ...first, replayed: true });
    expect(orders).toHaveLength(1);
  });

  it("of another request, or of another account, brings nothing of the first", async () => {
    await submit(twice);
    expect(await submit({ ...twice, idempotency: { key: "k", requestHash: "b" } })).toMatchObject({
      ok: false,
      problem: "idempotency-conflict",
    });
    expect(await submit({ ...twice, account: { ...account, id: 2 } })).toMatchObject({ ok: true, replayed: false });
  });

  it("takes the place of the check for duplicates", async () => {
    await submit({});
    await submit(twice);
    expect(orders.map((o) => o.fingerprint !== undefined)).toEqual([true, false]);
  });
});

describe("recipients", () => {
  it("that cannot be tried stay in the list with their outcome, and the others are sent to", async () => {
    const addresses = ["+491713920001", "kein Anschluss", "0171 3920009", "+442079460000"];
    const answer = await submit({ recipients: addresses.map((address) => ({ address, reference: "" })) });
    expect(answer).toMatchObject({ ok: true });
    expect(orders[0]?.recipients.map((r) => r.refused?.outcome)).toEqual([
      undefined,
      "NORING",
      "BLACKLIST",
      "BLACKLIST",
    ]);
  });

  it.each([
    ["kein Anschluss", "bad-recipient"],
    ["0171 3920009", "recipient-blacklisted"],
    ["+442079460000", "foreign-not-released"],
    ["0900 1234567", "premium-0900"],
  ])("%s alone refuses the job: %s", async (address, problem) => {
    expect(await submit({ recipients: [{ address, reference: "" }] })).toMatchObject({ ok: false, problem });
    expect(orders).toEqual([]);
  });

  it("a mail address with a control character or without a name is refused", async () => {
    for (const address of ["a\u0000b@ok.example", "a..b@ok.example", "@ok.example"])
      expect(await submit({ channel: "mail", recipients: [{ address, reference: "" }] })).toMatchObject({
        ok: false,
        problem: "bad-recipient",
      });
  });
});

describe("an account", () => {
  it.each([
    [{ locked: true }, "account-locked"],
    [{ trial: true, trialEndsAt: Date.UTC(2026, 1, 1) }, "trial-over"],
    [{ channels: ["fax" as const] }, "channel-not-released"],
    [{ mass: false }, "mass-not-released"],
  ])("%o is refused: %s", async (more, problem) => {
    const recipients = ["1", "2"].map((n) => ({ address: `+49171392000${n}`, reference: "" }));
    expect(await submit({ account: { ...account, ...more }, recipients })).toMatchObject({ ok: false, problem });
  });
});

it("a full disk and a database that is away are said as what they are, and as a fault of ours", async () => {
  away = Object.assign(new Error("could not extend file"), { code: "53100" });
  expect(await submit({})).toMatchObject({
    ok: false,
    problem: "store-down",
    detail: expect.stringMatching(/disk .* full/),
  });
  away = new Error("Connection terminated");
  expect(await submit({})).toMatchObject({ ok: false, detail: expect.stringMatching(/nothing was accepted/) });
  expect(faults).toHaveLength(2);
});

it("whoever comes when more waits than can be stored is told at once, and nothing is begun", async () => {
  busy = true;
  expect(await submit({})).toMatchObject({ ok: false, problem: "busy" });
  expect(orders).toEqual([]);
});
