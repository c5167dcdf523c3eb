// The simulated world through the gateway's door: pages of a call on both ends, machines that misbehave, chaos, letters with their zones.

import type { ChaosChannel } from "@depesche/client";
import sharp from "sharp";
import { afterAll, expect, it } from "vitest";
import { client, eventually, fixture } from "./post-office.ts";

const sim = client.simulation;
const calm = Object.fromEntries(
  (["fax", "sms", "mail", "letter"] as const satisfies ChaosChannel[]).map((channel) => [
    channel,
    { probability: 0, fault: { fax: "busy", sms: "throttled", mail: "greylisted", letter: "jam" }[channel] },
  ]),
);
afterAll(async () => {
  await sim.setChaos(calm);
});

const done = (id: number) =>
  eventually(
    () => client.job(id),
    (job) => job.state === "done",
  );
const base64 = (name: string) => Buffer.from(fixture(name)).toString("base64");

it("a page is shown as it was sent and as the machine holds it, and where it was cut off", async () => {
  const numbers = ["+493023125020", "+493023125914", "+493023125720", "+493023125120"];
  const job = await client.createJob({ channel: "fax", recipients: numbers, text: "Guten Tag" });
  await done(job.id);
  // A page that was confirmed lies in its tray before that; what came of one that was cut off is put there after the end.
  await eventually(
    () => client.callPages(`${job.id}.2.1`),
    ({ pages: [page] }) => page?.received !== undefined,
  );
  const pages = await Promise.all(numbers.map((_, n) => client.callPages(`${job.id}.${n}.1`)));
  expect(pages[0]).toMatchObject({ receivedKept: true, pages: [{ n: 1, sent: { yDpi: 196 }, differing: 0 }] });
  expect(pages[1]).toMatchObject({ receivedKept: true, pages: [{ n: 1, sent: { yDpi: 98 }, differing: 0 }] });
  const [cut] = pages[2]!.pages;
  expect(cut?.received?.height).toBeLessThan(cut?.sent?.height ?? 0);
  expect(pages[3]).toEqual({ pages: [], receivedKept: false });
  for (const side of ["sent", "received", "difference"] as const) {
    const picture = await client.callPage(`${job.id}.1.1`, 1, side);
    const { width, height } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
    // 98 lines an inch: each line stands twice.
    expect([side, width, height]).toEqual([side, 1728, pages[1]!.pages[0]!.sent!.height * 2]);
  }
});

it("a machine that dials in as it is told leaves a call, and a fax only when it said its end", async () => {
  const { machines } = await sim.machines();
  expect(machines.filter(({ dials }) => dials).map(({ mood }) => mood)).toContain("never-ends");
  const order = { from: "+493023125021", to: "+493023125900", text: "Guten Tag", stationId: "PRAXIS 7" };
  expect(await sim.placeCall({ ...order, mood: "cuts-in-page-1" })).toMatchObject({ result: "SENDFAIL", pages: 0 });
  expect(await sim.placeCall({ ...order, mood: "trains-down" })).toMatchObject({ result: "OK", pages: 1 });
  const inbox = await client.inbounds();
  const mine = inbox.items.filter((fax) => fax.remoteId === "PRAXIS 7" && fax.complete);
  expect(mine).toHaveLength(1);
  await client.deleteInbound(mine[0]!.id);
});

it("chaos disturbs what it is told to, and every recipient still has exactly one outcome", async () => {
  const before = (await sim.chaos()).channels;
  await sim.setChaos({
    fax: { probability: 0.5, fault: "busy" },
    sms: { probability: 0.5, fault: "throttled" },
    mail: { probability: 0.5, fault: "dropped" },
  });
  const numbers = Array.from({ length: 20 }, (_, i) => String(i + 30).padStart(3, "0"));
  const jobs = [
    await client.createJob({ channel: "fax", recipients: numbers.map((n) => `+493023125${n}`), text: "Chaos" }),
    await client.createJob({ channel: "sms", recipients: ["+491713920001", "+491713920002"], text: "Chaos" }),
    await client.createJob({ channel: "mail", recipients: ["a@ok.example", "b@ok.example"], text: "Chaos" }),
  ];
  for (const { id, recipients } of jobs) {
    const { outcomes } = await done(id);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(recipients);
  }
  const after = (await sim.setChaos(calm)).channels;
  expect(after.fax.seen - before.fax.seen).toBeGreaterThanOrEqual(20);
  expect(after.fax.hit).toBeGreaterThan(before.fax.hit);
});

it("a letter shows its zones, its weight and its postage", async () => {
  const documents = [{ name: "letter.pdf", base64: base64("letter.pdf") }];
  const { id } = await client.createJob({ channel: "letter", documents });
  await done(id);
  const letter = (await sim.letters()).letters.find((kept) => kept.id === `${id}-0`)!;
  expect(letter).toMatchObject({ pages: 2, sheets: 1, postageClass: "Standardbrief", gram: 9.49 });
  const picture = Buffer.from(await (await sim.letterPage(letter.id, 1)).arrayBuffer());
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (xMm: number, yMm: number) => {
    const [x, y] = [Math.round((xMm / 210) * info.width), Math.round((yMm / 297) * info.height)];
    return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  };
  // Paper beside the window; paper within the strip that must stay free is tinted.
  expect(at(190, 60)).toEqual([255, 255, 255]);
  expect(at(8, 240)).not.toEqual([255, 255, 255]);
});
