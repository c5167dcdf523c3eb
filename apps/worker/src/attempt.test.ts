import type { Account, AttemptReport, Job } from "@depesche/core";
import type { Claimed } from "@depesche/ledger";
import type { AttemptOrder } from "@depesche/ports";
import { expect, it } from "vitest";
import { type AttemptDeps, makeAttempt } from "./attempt.ts";
import { noFigures } from "./figures.double.ts";

const CLAIMED: Claimed = {
  job: 100001,
  n: 4,
  k: 2,
  address: "+493023125001",
  reference: "R",
  repeat: true,
  busy: 1,
  temporary: 0,
  repeats: 0,
};
const JOB = { id: 100001, content: { documents: [] }, options: {}, pageCount: 3 } as unknown as Job;
const ACCOUNT = { id: 7, name: "Test", faxNumber: "+493023125900" } as Account;
const HOLDER = { id: 1, alive: new AbortController().signal };
const cause = { code: "test", text: "" };

interface Situation {
  answer?(order: AttemptOrder): Promise<unknown>;
  stopping?: boolean;
  mayBegin?: boolean;
  slept?: boolean;
}

async function attempt({ answer, stopping = false, mayBegin = true, slept = false }: Situation) {
  const sent: AttemptOrder[] = [];
  const deps: AttemptDeps = {
    channel: {
      channel: "fax",
      slots: 1,
      async send(order) {
        sent.push(order);
        return (await answer?.(order)) as AttemptReport;
      },
      close: async () => undefined,
    },
    life: {
      holder: () => HOLDER,
      mayBegin: () => mayBegin,
      sleptSince: () => slept,
      fade: () => undefined,
      end: () => undefined,
    },
    isStopping: () => stopping,
    onProgress: () => undefined,
    onRecord: () => undefined,
    figures: noFigures,
    log: { isLevelEnabled: () => false, debug: () => undefined, warn: () => undefined },
  };
  return { ...(await makeAttempt(deps, { job: JOB, account: ACCOUNT }, CLAIMED, 0, HOLDER)), sent };
}

it("hands over what was claimed, with its number and whether it may be a repeat", async () => {
  const { result, sent } = await attempt({ answer: async () => ({ outcome: "OK", cause }) });
  expect(sent).toMatchObject([
    { key: "100001.4.2", address: "+493023125001", reference: "R", repeat: true, pageCount: 3, accountId: 7 },
  ]);
  expect(result).toMatchObject({ job: 100001, n: 4, k: 2, next: { step: "final" }, mayHaveArrived: false });
});

it.each([
  ["the worker stops", { stopping: true }],
  ["our lease may be over", { mayBegin: false }],
])("sends nothing when %s, and leaves no doubt about it", async (_, situation) => {
  const { result, sent } = await attempt(situation);
  expect(sent).toEqual([]);
  expect(result).toMatchObject({
    report: { interrupted: true, cause: { code: "worker-stopped" } },
    mayHaveArrived: false,
  });
});

it.each([
  ["throws", () => Promise.reject(new Error("no route"))],
  ["throws something that is no error", () => Promise.reject(undefined)],
  ["answers nothing", async () => undefined],
  ["answers with a word that is no outcome", async () => ({ outcome: "PERHAPS", cause })],
])("ends SENDFAIL, never by rejecting, when the channel %s", async (_, answer) => {
  const { result } = await attempt({ answer });
  expect(result.report).toMatchObject({ outcome: "SENDFAIL", cause: { code: "channel-error" } });
});

it("believes an outcome that comes without a cause", async () => {
  const { result } = await attempt({ answer: async () => ({ outcome: "OK" }) });
  expect(result).toMatchObject({ report: { outcome: "OK" }, next: { step: "final" }, mayHaveArrived: false });
});

it("blames the halt, not the other end, for what failed while the worker was halted; what succeeded stays", async () => {
  const failed = await attempt({ slept: true, answer: async () => ({ outcome: "BUSY", cause }) });
  expect(failed.result).toMatchObject({ report: { interrupted: true }, mayHaveArrived: true });
  const well = await attempt({ slept: true, answer: async () => ({ outcome: "OK", cause }) });
  expect(well.result.report.interrupted).toBeUndefined();
});

it("counts the redials there have been: BUSY after the first one is dialled again in five minutes", async () => {
  const { result } = await attempt({ answer: async () => ({ outcome: "BUSY", cause }) });
  expect(result.next).toEqual({ step: "retry", afterMs: 300_000, kind: "busy" });
});

it("keeps in doubt what a carrier's lost answer leaves open", async () => {
  const lost = { outcome: "SENDFAIL", cause: { code: "carrier-answer-lost", text: "" }, temporary: true };
  expect((await attempt({ answer: async () => lost })).result.mayHaveArrived).toBe(true);
});
