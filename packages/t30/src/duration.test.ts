import { expect, test } from "vitest";
import { durationOf, LINE_TIME, octetsUs } from "./duration.ts";
import { FCF, frame } from "./frame.ts";
import { call, octets } from "./test-support.ts";

test("a burst is silence, a second of preamble and its frames at 300 bit/s", () => {
  const us = durationOf({ type: "send-frames", frames: [frame(FCF.MCF, true)] });
  expect(us).toBeGreaterThan(1_075_000 + 48 * 3_333);
  expect(us).toBeLessThan(1_075_000 + 52 * 3_334);
});

test("a training check lasts 1.5 s and its long training at every rate", () => {
  expect(durationOf({ type: "send-training", modulation: "v17-14400", octets: 2700 })).toBe(
    75_000 + 1_393_000 + 1_500_000,
  );
  expect(durationOf({ type: "send-training", modulation: "v27ter-2400", octets: 450 })).toBe(
    75_000 + 1_158_000 + 1_500_000,
  );
});

test("page data takes its bits at the rate", () => {
  expect(octetsUs(1800, "v17-14400")).toBe(1_000_000);
  const page = {
    type: "send-page",
    modulation: "v29-9600",
    shortTraining: false,
    octets: new Uint8Array(1200),
  } as const;
  expect(durationOf(page)).toBe(75_000 + 253_000 + 1_000_000);
});

test("short training of V.17 is shorter", () => {
  const page = { type: "send-page", modulation: "v17-14400", octets: new Uint8Array(10) } as const;
  const long = durationOf({ ...page, shortTraining: false });
  expect(long - durationOf({ ...page, shortTraining: true })).toBe(1_251_000);
});

test("an answer delay and a CED of their own count", () => {
  const usual = durationOf({ type: "send-tone", tone: "ced" });
  expect(usual).toBe(LINE_TIME.answerDelayUs + LINE_TIME.cedUs);
  expect(durationOf({ type: "send-tone", tone: "ced", delayUs: 5_000_000, toneUs: 4_000_000 })).toBe(9_000_000);
});

test("setting up and taking down a call takes 10 to 16 s of line time", () => {
  const { lineUs } = call({ pages: [octets(10)] });
  expect(lineUs).toBeGreaterThan(10e6);
  expect(lineUs).toBeLessThan(18e6);
});
