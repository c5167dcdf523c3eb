import { expect, test } from "vitest";
import { CASES, type ConformanceCase, play, type Step } from "./index.ts";

test.each(CASES)("$id: $title", (set) => {
  expect(play(set).failure).toBeUndefined();
});

test("cases are plain data, each with a name of its own, its clause, and an end", () => {
  expect(JSON.parse(JSON.stringify(CASES))).toEqual(CASES);
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
  for (const { id, clause, steps } of CASES) {
    expect(clause, id).toMatch(/T\.(4|30) (§|annex|table)/);
    expect(steps.at(-1), id).toMatchObject({ expect: "hang-up" });
  }
});

/** The case with its last expected burst asking for another frame; and which step that is. */
function spoilt(set: ConformanceCase): { set: ConformanceCase; at: number } | undefined {
  const at = set.steps.findLastIndex((step) => "expect" in step && step.expect === "frames");
  const step = set.steps[at];
  if (step === undefined || !("expect" in step) || step.expect !== "frames") return undefined;
  const steps: Step[] = [...set.steps];
  steps[at] = { ...step, frames: [...step.frames.slice(0, -1), "ff c8 00"] };
  return { set: { ...set, steps }, at };
}

test("the tester notices a frame it did not expect, and says at which step", () => {
  for (const set of CASES) {
    const other = spoilt(set);
    if (other !== undefined) expect(play(other.set).failure?.step, set.id).toBe(other.at);
  }
});

test("a played case can be shown: who said what, when", () => {
  const { signals } = play(CASES.find(({ id }) => id === "R01")!);
  expect(signals.map(({ by, words }) => `${by === "machine" ? "<" : ">"} ${words}`)).toEqual([
    "< CED",
    "< DIS",
    "> DCS",
    "> training v17-14400",
    "< CFR",
    "> page v17-14400",
    "> EOP",
    "< MCF",
    "> DCN",
  ]);
  expect(signals[2]).toMatchObject({ step: 2, frames: ["ff c8 c1 00 46 1e"] });
  expect(signals.every(({ fromUs, toUs }, at) => fromUs <= toUs && fromUs >= (signals[at - 1]?.toUs ?? 0))).toBe(true);
});
