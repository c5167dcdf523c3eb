import { expect, test } from "vitest";
import { CASES, type ConformanceCase, play, type Send, type Step } from "./index.ts";

/** What happens on the line between a burst of the machine and what the tester says to it; it must change nothing. */
const DISTURBANCES: Readonly<Record<string, (heard: readonly string[]) => Send | undefined>> = {
  "the machine's own burst comes back": (heard) =>
    heard.some((frame) => /[.&*]/.test(frame)) ? undefined : { send: "frames", frames: heard },
  "a V.21 carrier without frames": () => ({ send: "carrier", modulation: "v21", forUs: 300_000 }),
  "a frame nobody knows": () => ({ send: "frames", frames: ["ff c8 6b 13"], preambleUs: 300_000 }),
};

/** The same call in another manner of the tester. */
const MANNERS: Readonly<Record<string, (burst: Send & { send: "frames" }) => Send>> = {
  "with the shortest preamble": (burst) => ({ preambleUs: 850_000, ...burst }),
  "answering only after 1.2 s": (burst) => ({ afterUs: 1_200_000, ...burst }),
  "with an unknown frame in front of each burst": (burst) => ({ ...burst, frames: ["ff c0 6a 13", ...burst.frames] }),
};

const isBurst = (step: Step | undefined): step is Send & { send: "frames" } =>
  step !== undefined && "send" in step && step.send === "frames";

function disturbed(set: ConformanceCase, by: (heard: readonly string[]) => Send | undefined): ConformanceCase {
  const steps = set.steps.flatMap((step, at): Step[] => {
    const next = set.steps[at + 1];
    if (!("expect" in step) || step.expect !== "frames" || !isBurst(next) || next.afterUs !== undefined) return [step];
    const disturbance = by(step.frames);
    return disturbance === undefined ? [step] : [step, disturbance];
  });
  return { ...set, steps };
}

test.each(Object.entries(DISTURBANCES))("%s between burst and answer: every case ends as it did", (_, by) => {
  for (const set of CASES) expect(play(disturbed(set, by)).failure, set.id).toBeUndefined();
});

/** These are about the very time at which the tester speaks. */
const TIMED: ReadonlySet<string> = new Set(["ET08", "ET23", "X16", "X51"]);

test.each(Object.entries(MANNERS))("a tester %s: every case ends as it did", (_, manner) => {
  for (const set of CASES) {
    const steps = set.steps.map((step) => (isBurst(step) ? manner(step) : step));
    if (!TIMED.has(set.id)) expect(play({ ...set, steps }).failure, set.id).toBeUndefined();
  }
});
