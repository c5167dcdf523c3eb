import { expect, it } from "vitest";
import { soapParts } from "./faces.ts";
import { addressOf, behaviourOf, ordersOf, outcomeOf } from "./orders.ts";

const plan = {
  seed: 7,
  perJob: 10,
  mix: [
    { what: "fax", weight: 6 },
    { what: "sms", weight: 3 },
    { what: "letter", weight: 1 },
  ],
  outcomes: [
    { what: "ok", weight: 8 },
    { what: "busy", weight: 1 },
    { what: "noring", weight: 1 },
  ],
  pages: 1,
} as const;

it("the same seed hands in the same orders, another one others", () => {
  const drawn = (seed: number) =>
    Array.from({ length: 200 }, (_, n) => [
      ordersOf({ ...plan, seed }, n, 10)[0]?.channel,
      behaviourOf({ ...plan, seed }, "fax", n),
    ]);
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(8)).not.toEqual(drawn(7));
});

it("channels and outcomes come as often as their weights say", () => {
  const share = (hits: boolean[]) => hits.filter(Boolean).length / hits.length;
  const channels = Array.from({ length: 5000 }, (_, n) => ordersOf(plan, n, 10)[0]?.channel);
  expect(share(channels.map((c) => c === "fax"))).toBeCloseTo(0.6, 1);
  expect(share(channels.map((c) => c === "letter"))).toBeCloseTo(0.1, 1);
  const behaviours = Array.from({ length: 5000 }, (_, i) => behaviourOf(plan, "fax", i));
  expect(share(behaviours.map((b) => b === "ok"))).toBeCloseTo(0.8, 1);
});

it("a channel gives only outcomes it can give, by numbers that behave so", () => {
  for (let i = 0; i < 500; i++) {
    expect(["ok", "noring"]).toContain(behaviourOf(plan, "sms", i));
    expect(behaviourOf(plan, "letter", i)).toBe("ok");
  }
  expect(addressOf("fax", "busy", 142)).toBe("+493023125142");
  expect(addressOf("fax", "later", 3)).toBe("+493023125831");
  expect(addressOf("sms", "noring", 3)).toBe("+491713920090");
  expect(outcomeOf("later")).toBe("OK");
});

it("letters are a job each, with their places in the run", () => {
  const only = { ...plan, mix: [{ what: "letter", weight: 1 }] } as const;
  expect(ordersOf(only, 3, 2)).toEqual([
    { channel: "letter", first: 30, count: 1 },
    { channel: "letter", first: 31, count: 1 },
  ]);
});

it("through SOAP few recipients go as a list with references, many as a file, pages as a document", () => {
  const ok = { ...plan, outcomes: [{ what: "ok", weight: 1 }] } as const;
  expect(soapParts(ok, { channel: "fax", first: 4, count: 2 })).toMatchObject({
    JobType: 0,
    Recipient: "+493023125004[load-4],+493023125005[load-5]",
  });
  const many = soapParts({ ...ok, pages: 2, redials: 0 }, { channel: "fax", first: 0, count: 101 });
  const text = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);
  expect(text(many.RecipientFile).split("\r\n")).toHaveLength(102);
  expect(text(many.SendFile1).split("\f")).toHaveLength(2);
  expect(many).toMatchObject({ SendFilename1: "load.txt", Options: "FAXRETRY=0" });
  expect(many).not.toHaveProperty("Recipient");
});
