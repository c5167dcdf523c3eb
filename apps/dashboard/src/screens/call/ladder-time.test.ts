import type { LadderLine } from "@depesche/client";
import { expect, it } from "vitest";
import { beatsOf } from "./ladder-time.ts";

const line = (kind: LadderLine["kind"], lineUs: number, airUs?: number): LadderLine => ({
  lineUs,
  kind,
  from: "caller",
  name: "x",
  meaning: "",
  fields: [],
  ...(airUs === undefined ? {} : { airUs }),
});

it("a gap lasts from the end of one row to the begin of the next: frames stand at their end, tones at their begin", () => {
  const beats = beatsOf([
    line("sip", -4_000_000),
    line("sip", 0),
    line("tone", 200_000, 2_600_000),
    line("frame", 4_579_087, 704_087),
  ]);
  expect(beats.map(({ gapUs }) => gapUs)).toEqual([0, 4_000_000, 200_000, 1_075_000]);
});

it("what overlaps has no gap between", () => {
  expect(beatsOf([line("tone", 0, 500_000), line("tone", 200_000, 2_600_000)])[1]?.gapUs).toBe(0);
});

it("drawn to scale a row is as high as its time, up to a limit that is marked", () => {
  const [, short, long] = beatsOf([
    line("sip", 0),
    line("page", 2_000_000, 1_000_000),
    line("page", 62_000_000, 60_000_000),
  ]);
  expect(short).toMatchObject({ gapPx: 24, airPx: 24, isCompressed: false });
  expect(long).toMatchObject({ gapPx: 0, airPx: 120, isCompressed: true });
});
