import { describe, expect, it } from "vitest";
import type { AttemptReport, JobOptions } from "./job.ts";
import { nextStep, type RetryHistory } from "./retry.ts";

const report = (outcome: AttemptReport["outcome"], more: Partial<AttemptReport> = {}): AttemptReport => ({
  outcome,
  cause: { code: "x", text: "x" },
  ...more,
});
const none: RetryHistory = { busy: 0, temporary: 0, repeats: 0 };
const minutes = (options: JobOptions, outcome: AttemptReport["outcome"]): number[] => {
  const gaps: number[] = [];
  const history = { ...none };
  for (let i = 0; i < 50; i++) {
    const next = nextStep("fax", options, history, report(outcome));
    if (next.step === "final") return gaps;
    gaps.push(next.afterMs / 60_000);
    history[next.kind]++;
  }
  throw new Error("never final");
};

describe("what follows an attempt", () => {
  it("redials a busy number after 1, 5 and 10 minutes", () => expect(minutes({}, "BUSY")).toEqual([1, 5, 10]));
  it("redials as often as FAXRETRY says, repeating the last gap", () =>
    expect(minutes({ busyRedials: 5 }, "BUSY")).toEqual([1, 5, 10, 10, 10]));
  it("does not redial at all with FAXRETRY=0", () => expect(minutes({ busyRedials: 0 }, "BUSY")).toEqual([]));
  it("takes every other failure as final unless RETRY asks for repeats", () => {
    expect(minutes({}, "NOANSWER")).toEqual([]);
    expect(minutes({ repeats: 2 }, "SENDFAIL")).toEqual([5, 10]);
  });
  it("never repeats what succeeded, is blocked or was cancelled", () => {
    for (const outcome of ["OK", "BLACKLIST", "CANCELLED"] as const)
      expect(nextStep("fax", { repeats: 5 }, none, report(outcome))).toEqual({ step: "final" });
  });
  it("tries again soon when the carrier says later, and gives up after the channel's last gap", () => {
    expect(nextStep("sms", {}, none, report("SENDFAIL", { temporary: true }))).toEqual({
      step: "retry",
      afterMs: 10_000,
      kind: "temporary",
    });
    expect(nextStep("sms", {}, { ...none, temporary: 6 }, report("SENDFAIL", { temporary: true }))).toEqual({
      step: "final",
    });
  });
  it("dials again after 1, 5 and 10 minutes when our way to the network failed, and RETRY's repeats come on top", () => {
    const away = report("ISDNERR", { temporary: true });
    const gaps: number[] = [];
    const history = { ...none };
    for (let next = nextStep("fax", { repeats: 1 }, history, away); next.step === "retry"; ) {
      gaps.push(next.afterMs / 60_000);
      history[next.kind]++;
      next = nextStep("fax", { repeats: 1 }, history, away);
    }
    expect(gaps).toEqual([1, 5, 10, 5]);
  });
});
