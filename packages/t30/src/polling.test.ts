import { describe, expect, test } from "vitest";
import { decodeDis, FULL_CAPABILITIES } from "./capabilities.ts";
import { createAnswerer, createCaller, FCF, step } from "./index.ts";
import type { Action, AnswererOptions, CallerOptions, Report } from "./protocol.ts";
import { call, FINE, octets, since, swallowing, type TestCall } from "./test-support.ts";

const DOCUMENT = [FINE, FINE];
const TEXT = octets(500, 7);

function polled(caller: Partial<CallerOptions>, answerer: Partial<AnswererOptions>, set: TestCall = {}) {
  return call({ pages: [], wishes: [], pageFor: () => TEXT, caller, answerer, ...set });
}

const reports = (result: ReturnType<typeof call>, side: "caller" | "answerer"): Report[] =>
  result.actions.flatMap((entry) =>
    entry.side === side && entry.action.type === "report" ? [entry.action.report] : [],
  );

describe("a caller that polls", () => {
  test("says DTC, and the answerer sends with X bit 0", () => {
    const result = polled({ poll: {} }, { documents: [{ pages: DOCUMENT }] });
    expect(since(result, "DTC")).toEqual([
      "> CIG DTC",
      "< TSI DCS",
      "< training v17-14400",
      "> CFR",
      "< block v17-14400 2",
      "< PPS-MPS",
      "> MCF",
      "< block v17-14400 2",
      "< PPS-EOP",
      "> MCF",
      "< DCN",
      "< hang up completed",
      "> hang up completed",
    ]);
    expect(result.caller).toEqual({ outcome: "OK", cause: "completed", pages: 0, polled: 2 });
    expect(result.answerer).toEqual({ outcome: "OK", cause: "completed", pages: 0, polled: 2 });
    const fcfs = result.actions.flatMap(({ side, action }) =>
      action.type === "send-frames" ? action.frames.map(({ fcf }) => `${side} ${fcf.toString(16)}`) : [],
    );
    expect(fcfs).toEqual(
      expect.arrayContaining(["answerer 41", "caller a1", "answerer 7d", "caller b1", "answerer 5f"]),
    );
  });

  test("gets the document it names, with its password, and no other", () => {
    const documents = [{ pages: [FINE] }, { sep: "42", pwd: "geheim", pages: DOCUMENT }];
    const cause = (poll: CallerOptions["poll"] & object) => polled({ poll }, { documents }).answerer;
    expect(cause({ sep: "42", pwd: "geheim" })).toMatchObject({ cause: "completed", polled: 2 });
    expect(cause({})).toMatchObject({ cause: "completed", polled: 1 });
    expect(cause({ sep: "43" })).toMatchObject({ cause: "unknown-document" });
    expect(cause({ sep: "42", pwd: "x" })).toMatchObject({ cause: "wrong-password" });
    expect(cause({ sep: "42" })).toMatchObject({ cause: "wrong-password" });
  });

  test("goes without when nothing is there, and without DTC when DIS says so", () => {
    const result = polled({ poll: {} }, {});
    expect(result.caller).toMatchObject({ outcome: "SENDFAIL", cause: "nothing-to-poll" });
    expect(result.ladder.some((line) => line.includes("DTC"))).toBe(false);
  });

  test("tries DTC three times, and again when DIS comes instead of DCS", () => {
    const answerer = { documents: [{ pages: [FINE] }] };
    const lost = polled({ poll: {} }, answerer, { line: swallowing("*> CIG DTC") });
    expect(lost.ladder.filter((line) => line === "> CIG DTC").length).toBe(3);
    expect(lost.caller?.cause).toBe("no-answer-to-dtc");
    expect(reports(lost, "caller").filter(({ kind }) => kind === "command-repeated")).toEqual([
      { kind: "command-repeated", command: "DTC", attempt: 2 },
      { kind: "command-repeated", command: "DTC", attempt: 3 },
    ]);
    const once = polled({ poll: {} }, answerer, { line: swallowing("> CIG DTC") });
    expect(once.caller?.cause).toBe("completed");
  });

  test("falls back with FTT to what both have, as it does when it sends", () => {
    const capabilities = { ...FULL_CAPABILITIES, modems: "v27ter+v29" } as const;
    const result = polled({ poll: {}, capabilities, mood: { trainsUpTo: 4800 } }, { documents: [{ pages: [FINE] }] });
    expect(result.ladder.filter((line) => line.includes("training"))).toEqual([
      "< training v29-9600",
      "< training v29-7200",
      "< training v27ter-4800",
    ]);
    expect(result.caller?.cause).toBe("completed");
  });

  test("goes back to DIS and DTC between pages of two kinds, and is told the page that goes on", () => {
    const pages = [FINE, { ...FINE, resolution: "standard" } as const];
    for (const lost of ["", "> MCF", "< PPS-EOM", "< CSI DIS"]) {
      const result = polled({ poll: {} }, { documents: [{ pages }] }, { line: swallowing(lost) });
      expect(result.caller, lost).toEqual({ outcome: "OK", cause: "completed", pages: 0, polled: 2 });
      expect(result.stored.length, lost).toBe(2);
    }
    const result = polled({ poll: {} }, { documents: [{ pages }] });
    expect(since(result, "PPS-EOM").slice(0, 5)).toEqual(["< PPS-EOM", "> MCF", "< CSI DIS", "> CIG DTC", "< TSI DCS"]);
  });
});

test("DTC says what it can receive, and bits 47 and 50 only when SEP and PWD go before it", () => {
  const fif = (poll: CallerOptions["poll"] & object) => {
    const result = polled({ poll }, { documents: [{ sep: "1", pwd: "x", pages: [FINE] }] });
    const burst = result.actions.flatMap(({ action }) => (action.type === "send-frames" ? [action.frames] : []))[1]!;
    return { names: burst.length, dtc: decodeDis(burst.at(-1)!.fif) };
  };
  expect(fif({})).toMatchObject({ names: 2, dtc: { receives: true, hasDocument: false, sep: false, pwd: false } });
  expect(fif({ sep: "1" })).toMatchObject({ names: 3, dtc: { sep: true, pwd: false } });
  expect(fif({ sep: "1", pwd: "x" })).toMatchObject({ names: 4, dtc: { sep: true, pwd: true } });
});

test("a SEP whose DTC was lost does not stand for the next one", () => {
  const session = createAnswerer({ documents: [{ sep: "1", pages: [FINE] }, { pages: [FINE, FINE] }] });
  const out: Action[] = [];
  const hear = (control: number, ...octets: number[]) =>
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, control, ...octets) }, out);
  step(session, { type: "connected" }, out);
  hear(0xc0, FCF.SEP, 0x8c);
  expect(session.heard).toEqual({ SEP: "1" });
  step(session, { type: "timeout", timer: "T4" }, out);
  hear(0xc8, FCF.DTC, 0, 0x77, 0x1e);
  expect(session.tx.pages.length).toBe(2);
});

describe("turnaround", () => {
  test("the caller sends, ends with EOM, and polls in phase B", () => {
    const result = call({
      pages: [octets(500)],
      pageFor: () => TEXT,
      caller: { poll: {} },
      answerer: { documents: [{ pages: [FINE] }] },
    });
    expect(since(result, "block").slice(0, 6)).toEqual([
      "> block v17-14400 2",
      "> PPS-EOM",
      "< MCF",
      "< CSI DIS",
      "> CIG DTC",
      "< TSI DCS",
    ]);
    expect(result.caller).toEqual({ outcome: "OK", cause: "completed", pages: 1, polled: 1 });
    expect(result.answerer).toEqual({ outcome: "OK", cause: "completed", pages: 1, polled: 1 });
    expect(reports(result, "answerer")).toContainEqual({ kind: "polling", sends: "answerer", document: 0 });
  });

  test("pages that are confirmed stay confirmed when there is nothing to poll after them", () => {
    const result = call({ pages: [octets(500)], caller: { poll: {} } });
    expect(result.ladder).toContain("> PPS-EOP");
    expect(result.caller).toEqual({ outcome: "SENDFAIL", cause: "nothing-to-poll", pages: 1 });
  });
});

describe("SUB, PWD and SID before DCS", () => {
  const can = { ...FULL_CAPABILITIES, sub: true, pwd: true };

  test("go out when DIS offers them, and are told", () => {
    const result = call({ caller: { sub: "12", pwd: "x", sid: "y" }, answerer: { capabilities: can } });
    expect(result.ladder).toContain("> PWD SUB SID TSI DCS");
    expect(reports(result, "answerer").filter(({ kind }) => kind === "address")).toEqual([
      { kind: "address", field: "PWD", value: "x" },
      { kind: "address", field: "SUB", value: "12" },
      { kind: "address", field: "SID", value: "y" },
    ]);
    const agreed = reports(result, "answerer").find(({ kind }) => kind === "agreed");
    expect(agreed).toMatchObject({ dcs: { sub: true, sid: true } });
  });

  test("are left out when it does not, and said to be, each for itself", () => {
    const left = (caller: Partial<CallerOptions>, can: Partial<typeof FULL_CAPABILITIES> = {}) =>
      reports(call({ caller, answerer: { capabilities: { ...FULL_CAPABILITIES, ...can } } }), "caller").flatMap(
        (report) => (report.kind === "ignored" ? [report.frame] : []),
      );
    expect(call({ caller: { sub: "12", sid: "y" } }).ladder).toContain("> TSI DCS");
    expect(left({})).toEqual([]);
    expect(left({ sub: "12" })).toEqual(["SUB"]);
    expect(left({ sub: "12", sid: "y" }, { sub: true })).toEqual(["SID"]);
    expect(left({ pwd: "x", poll: { sep: "1" } }, { sub: true })).toEqual(["SEP", "PWD"]);
    expect(left({ poll: { pwd: "x" } }, { sep: true })).toEqual(["PWD"]);
    expect(left({ sub: "12", pwd: "x", sid: "y", poll: { sep: "1" } }, { sub: true, sep: true, pwd: true })).toEqual(
      [],
    );
  });

  test("end the call of a caller that insists, when they are not offered", () => {
    expect(call({ caller: { sub: "12", insists: true } }).caller?.cause).toBe("addressing-not-offered");
    expect(call({ caller: { insists: true } }).caller?.cause).toBe("completed");
  });

  test("are told once, however often they come", () => {
    const result = call({
      caller: { sub: "12" },
      answerer: { capabilities: can, mood: { trainsUpTo: 9600 } },
    });
    expect(reports(result, "answerer").filter(({ kind }) => kind === "address").length).toBe(1);
  });

  test("open a machine that wants a password or knows its sub-addresses", () => {
    const cause = (caller: Partial<CallerOptions>) =>
      call({ caller, answerer: { password: "geheim", subAddresses: ["12"] } }).answerer?.cause;
    expect(cause({})).toBe("wrong-password");
    expect(cause({ pwd: "geheim" })).toBe("completed");
    expect(cause({ sid: "geheim", sub: "12" })).toBe("completed");
    expect(cause({ sid: "geheim", sub: "13" })).toBe("unknown-sub-address");
  });
});

describe("operators", () => {
  const two = [octets(500, 1), octets(500, 2)];
  const plain = { ...FULL_CAPABILITIES, ecm: false, mmr: false };

  test("PIP is waited upon for T3 where somebody may come, then the call goes on or ends as set", () => {
    for (const capabilities of [plain, FULL_CAPABILITIES]) {
      const answerer = { capabilities, mood: { answers: [{ page: 1, with: "PIP" as const }] } };
      const goesOn = call({ pages: two, caller: { attended: { afterT3: "continue" } }, answerer });
      expect(goesOn.caller).toMatchObject({ cause: "completed", pages: 2 });
      const t3 = goesOn.actions.find(({ action }) => action.type === "start-timer" && action.timer === "T3")!;
      const next = goesOn.actions.find(({ atUs, action }) => atUs > t3.atUs && action.type === "need-page")!;
      expect(next.atUs - t3.atUs).toBe(10_000_000);
      const ends = call({ pages: two, caller: { attended: { afterT3: "disconnect" } }, answerer });
      expect(ends.caller).toMatchObject({ outcome: "SENDFAIL", cause: "operator-wanted" });
    }
  });

  test("the operator's being done ends the wait before T3", () => {
    const session = createCaller({ pages: [FINE, FINE], ecm: false, attended: { afterT3: "disconnect" } });
    const out: Action[] = [];
    const hear = (...octets: number[]) =>
      step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, ...octets) }, out);
    step(session, { type: "connected" }, out);
    hear(FCF.DIS, 0, 0x77, 0x1e);
    hear(FCF.CFR);
    step(session, { type: "page", index: 0, octets: TEXT }, out);
    hear(FCF.PIP);
    expect(session.state).toEqual({ step: "await-operator", good: true });
    step(session, { type: "local", what: "operator-done" }, out);
    expect(out.slice(-3)).toMatchObject([
      { type: "stop-timer", timer: "T4" },
      { type: "report", report: { kind: "page-confirmed", page: 1 } },
      { type: "need-page", index: 1 },
    ]);
  });

  test("PIN has the page sent again", () => {
    for (const capabilities of [plain, FULL_CAPABILITIES]) {
      const answerer = { capabilities, mood: { answers: [{ page: 2, with: "PIN" as const }] } };
      const result = call({ pages: two, answerer });
      expect(result.ladder.filter((line) => line === "< PIN").length).toBe(1);
      expect(result.stored.length).toBe(2);
      expect(result.caller).toMatchObject({ cause: "completed", pages: 2 });
    }
  });

  test("PRI commands are plain ones to a machine without operator, and PIP answers them where one may come", () => {
    for (const [ecm, said] of [
      [true, "> PPS-PRI-MPS"],
      [false, "> PRI-MPS"],
    ] as const) {
      const caller = { ecm, mood: { interruptsAfterPage: 1 } };
      const alone = call({ pages: two, caller });
      expect(since(alone, said).slice(0, 2)).toEqual([said, "< MCF"]);
      const attended = call({ pages: two, caller, answerer: { attended: { afterT3: "continue" } } });
      expect(since(attended, said).slice(0, 2)).toEqual([said, "< PIP"]);
      for (const result of [alone, attended]) expect(result.caller).toMatchObject({ cause: "completed", pages: 2 });
    }
  });
});

test("what a line throws back of our own words is not taken for the peer's", () => {
  const session = createAnswerer();
  const out: Action[] = [];
  const hear = (...octets: number[]) =>
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, ...octets) }, out);
  step(session, { type: "connected" }, out);
  hear(0xc1, 0x00, 0x46, 0x1e);
  step(session, { type: "training", octets: 2700, errors: 0 }, out);
  step(session, { type: "carrier", modulation: "v17-14400", up: true }, out);
  step(session, { type: "page-data", octets: TEXT }, out);
  step(session, { type: "carrier", modulation: "v17-14400", up: false }, out);
  step(session, { type: "carrier", modulation: "v21", up: true }, out);
  step(session, { type: "frame", ok: false, bytes: TEXT.subarray(0, 3) }, out);
  step(session, { type: "carrier", modulation: "v21", up: false }, out);
  expect(out.filter(({ type }) => type === "send-frames").at(-1)).toMatchObject({ frames: [{ fcf: 0x58 }] });
  const count = out.length;
  hear(0x58);
  expect(out.length).toBe(count);
  // With the caller's X bit it is the caller's.
  hear(0xd8);
  expect(out.length).toBeGreaterThan(count);
});

test("NSS alone has DIS said again, once the training of its own is over", () => {
  const session = createAnswerer();
  const out: Action[] = [];
  step(session, { type: "connected" }, out);
  step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0xc4, 0xb5) }, out);
  expect(out.at(-1)).toEqual({ type: "start-timer", timer: "T4", afterUs: 4_000_000 });
  step(session, { type: "timeout", timer: "T4" }, out);
  expect(out.findLast(({ type }) => type === "send-frames")).toMatchObject({ frames: [{ fcf: FCF.DIS }] });
});
