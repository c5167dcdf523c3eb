import { describe, expect, test } from "vitest";
import { FULL_CAPABILITIES } from "./capabilities.ts";
import { FCF } from "./frame.ts";
import { reverseBits } from "./octets.ts";
import { CAUSES } from "./outcome.ts";
import type { Action } from "./protocol.ts";
import { createAnswerer, createCaller, step } from "./session.ts";
import { call, FINE, octets, swallowing } from "./test-support.ts";

const NO_ECM = { ...FULL_CAPABILITIES, ecm: false, mmr: false };

describe("silence", () => {
  test("a caller that hears no fax tone within T1 reports VOICE", () => {
    const result = call({ line: { swallows: (from) => from === "answerer" } });
    expect(result.caller).toEqual({ outcome: "VOICE", cause: "no-fax-tone", pages: 0 });
    expect(result.actions.find((entry) => entry.side === "caller" && entry.action.type === "hang-up")!.atUs).toBe(35e6);
  });

  test("a caller that hears a machine but never a DIS reports a failure, at latest after 40 s", () => {
    const result = call({ line: swallowing("*< CSI DIS") });
    expect(result.caller).toMatchObject({ outcome: "SENDFAIL", cause: "no-dis" });
    expect(result.lineUs).toBeLessThan(45e6);
  });

  test("an answerer that hears nothing identifies itself at T4 until T1 and hangs up", () => {
    const session = createAnswerer();
    const out: Action[] = [];
    step(session, { type: "connected" }, out);
    for (let i = 0; i < 3; i++) {
      out.length = 0;
      step(session, { type: "timeout", timer: "T4" }, out);
      expect(out[0]).toMatchObject({ type: "send-frames", frames: [{ fcf: FCF.DIS }] });
    }
    step(session, { type: "timeout", timer: "T1" }, out);
    expect(out.at(-1)).toEqual({ type: "hang-up", result: { outcome: "VOICE", cause: "no-caller", pages: 0 } });
  });

  test("each command without an answer ends after three tries with its own cause", () => {
    const three = (lost: string, set: Parameters<typeof call>[0] = {}) =>
      call({ ...set, line: { ...set.line, ...swallowing(`*${lost}`) } }).caller?.cause;
    const plain = { answerer: { capabilities: NO_ECM } };
    const bad = {
      frame: (_: string, bytes: Uint8Array) =>
        bytes[2] === 0x60 && bytes[3] === 0 ? ("bad" as const) : ("ok" as const),
    };
    expect(three("< CFR")).toBe("no-answer-to-dcs");
    expect(three("< MCF")).toBe("no-answer-to-block");
    expect(three("< MCF", plain)).toBe("no-answer-to-page");
    expect(three("< CTR", { line: bad })).toBe("no-answer-to-rate-change");
    expect(three("< ERR", { line: bad, caller: { maxRate: 2400 } })).toBe("no-answer-to-end-of-retransmission");
  });

  test("a receiver that said RNR and then nothing more is asked three times", () => {
    const session = createCaller({ pages: [FINE] });
    const out: Action[] = [];
    step(session, { type: "connected" }, out);
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0x01, 0, 0x77, 0x1f, 0x22) }, out);
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0x21) }, out);
    step(session, { type: "page", index: 0, octets: octets(10) }, out);
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0x37) }, out);
    for (let i = 0; i < 3; i++) step(session, { type: "timeout", timer: "T4" }, out);
    expect(out.filter((action) => action.type === "send-frames" && action.frames[0]!.fcf === 0xf6).length).toBe(3);
    expect(out.at(-1)).toMatchObject({ type: "hang-up", result: { cause: "no-answer-to-ready-query" } });
  });

  test("an answerer whose caller falls silent gives up after T2, before or after the page", () => {
    for (const lost of ["*> block v17-14400 4", "*> PPS-EOP"]) {
      const silent = swallowing("*> block v17-14400 4", "*> PPS-EOP", "*> DCN");
      const line = lost.includes("block") ? silent : swallowing("*> PPS-EOP", "*> DCN");
      const result = call({ line });
      expect(result.answerer, lost).toEqual({ outcome: "SENDFAIL", cause: "no-command", pages: 0 });
      expect(result.caller?.outcome, lost).toBe("SENDFAIL");
    }
  });

  test("a page that never ends is cut off by the page guard", () => {
    const session = createAnswerer({ capabilities: NO_ECM });
    const out: Action[] = [];
    step(session, { type: "connected" }, out);
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0xc1, 0, 0x46, 0x1e) }, out);
    step(session, { type: "training", octets: 2700, errors: 0 }, out);
    for (let i = 0; i < 100; i++) {
      step(session, { type: "carrier", modulation: "v17-14400", up: true }, out);
      step(session, { type: "page-data", octets: octets(10) }, out);
      step(session, { type: "carrier", modulation: "v17-14400", up: false }, out);
    }
    expect(out.filter((action) => action.type === "start-timer" && action.timer === "TPAGE").length).toBe(1);
    step(session, { type: "timeout", timer: "TPAGE" }, out);
    expect(out.at(-1)).toMatchObject({ type: "hang-up", result: { cause: "page-too-long" } });
  });

  test("a page longer than allowed is cut off, with and without error correction", () => {
    for (const capabilities of [NO_ECM, FULL_CAPABILITIES]) {
      const result = call({ pages: [octets(5000)], answerer: { capabilities, maxPageOctets: 4000 } });
      expect(result.answerer?.cause).toBe("page-too-long");
      expect(result.stored).toEqual([]);
    }
  });

  test("a caller that repeats one thing without end is cut off", () => {
    const session = createAnswerer();
    const out: Action[] = [];
    step(session, { type: "connected" }, out);
    const dcs = Uint8Array.of(0xff, 0xc8, 0xc1, 0, 0x46, 0x1e);
    for (let i = 0; i < 1000 && session.state.step !== "ended"; i++) {
      step(session, { type: "frame", ok: true, bytes: dcs }, out);
      step(session, { type: "training", octets: 0, errors: 0 }, out);
    }
    expect(out.at(-1)).toMatchObject({ type: "hang-up", result: { cause: "too-many-repeats" } });
  });
});

test("a sender that makes progress octet by octet is cut off, too", () => {
  const session = createAnswerer();
  const out: Action[] = [];
  const hear = (...octets: number[]) =>
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, ...octets) }, out);
  step(session, { type: "connected" }, out);
  hear(0xc1, 0, 0x46, 0x1f, 0x22);
  step(session, { type: "training", octets: 2700, errors: 0 }, out);
  for (let block = 0; block < 30_000 && session.state.step !== "ended"; block++) {
    out.length = 0;
    hear(0x60, 0, 1);
    hear(0xfd, 0, 0, reverseBits(block & 0xff), 0);
  }
  expect(out.at(-1)).toMatchObject({ type: "hang-up", result: { outcome: "SENDFAIL", cause: "call-too-long" } });
});

describe("hanging up", () => {
  test("the caller's cause tells how far the call came", () => {
    const causeAfter = (...events: Parameters<typeof step>[1][]): unknown => {
      const session = createCaller({ pages: [FINE] });
      const out: Action[] = [];
      for (const event of [...events, { type: "hangup-by-peer" } as const]) step(session, event, out);
      const last = out.at(-1);
      return last?.type === "hang-up" ? last.result.cause : undefined;
    };
    const connected = { type: "connected" } as const;
    const dis = { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0x01, 0, 0x77, 0x1e) } as const;
    const cfr = { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0x21) } as const;
    const page = { type: "page", index: 0, octets: octets(10) } as const;
    expect(causeAfter(connected)).toBe("hung-up-without-fax-tone");
    expect(causeAfter(connected, { type: "tone", tone: "ced" })).toBe("hung-up-before-dis");
    expect(causeAfter(connected, dis)).toBe("hung-up-in-phase-b");
    expect(causeAfter(connected, dis, cfr)).toBe("hung-up-in-phase-b");
    expect(causeAfter(connected, dis, cfr, page)).toBe("hung-up-after-page");
  });

  test("a page cut off while it is sent has its own cause", () => {
    const session = createCaller({ pages: [FINE] });
    const out: Action[] = [];
    step(session, { type: "connected" }, out);
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0x01, 0, 0x77, 0x1e) }, out);
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0x21) }, out);
    step(session, { type: "page", index: 0, octets: octets(10) }, out);
    step(session, { type: "hangup-by-peer", sending: true }, out);
    expect(out.at(-1)).toMatchObject({ result: { cause: "hung-up-in-page", outcome: "SENDFAIL" } });
  });

  test("stopping says DCN and hangs up; an ended session does nothing more", () => {
    for (const session of [createCaller({ pages: [FINE] }), createAnswerer()]) {
      const out: Action[] = [];
      step(session, { type: "connected" }, out);
      step(session, { type: "local", what: "stop" }, out);
      expect(out.slice(-2)).toMatchObject([{ type: "send-frames" }, { type: "hang-up", result: { cause: "stopped" } }]);
      const count = out.length;
      step(session, { type: "timeout", timer: "T1" }, out);
      step(session, { type: "hangup-by-peer" }, out);
      expect(out.length).toBe(count);
    }
  });

  test("a page the driver cannot provide ends the call", () => {
    const session = createCaller({ pages: [FINE, FINE] });
    expect(call({ pages: [octets(10)], wishes: [FINE, FINE] }).caller).toEqual({
      outcome: "SENDFAIL",
      cause: "page-unavailable",
      pages: 1,
    });
    expect(session.state.step).toBe("idle");
  });

  test("a machine that cannot receive, or at no common rate, is told good-bye", () => {
    expect(call({ answerer: { capabilities: { ...FULL_CAPABILITIES, receives: false } } }).caller?.cause).toBe(
      "cannot-receive",
    );
    const set = {
      caller: { maxRate: 4800 },
      answerer: { capabilities: { ...FULL_CAPABILITIES, modems: "v29" } },
    } as const;
    expect(call(set).caller?.cause).toBe("no-common-modulation");
  });
});

describe("moods", () => {
  const two = [octets(500, 1), octets(500, 2), octets(500, 3)];

  test("one RTN after a page, then it is received well", () => {
    const result = call({ pages: two, answerer: { mood: { refuseOncePage: 2 } } });
    expect(result.ladder.filter((line) => line === "< RTN").length).toBe(1);
    expect(result.stored).toEqual(two);
    expect(result.caller).toMatchObject({ outcome: "OK", pages: 3 });
  });

  test("out of paper after two pages", () => {
    for (const capabilities of [FULL_CAPABILITIES, NO_ECM]) {
      const result = call({ pages: two, answerer: { capabilities, mood: { outOfPaperAfterPage: 2 } } });
      expect(result.stored.length).toBe(2);
      expect(result.caller).toEqual({ outcome: "SENDFAIL", cause: "disconnected-after-page", pages: 2 });
      expect(result.answerer?.cause).toBe("out-of-paper");
    }
  });

  test("answers and hangs up: a machine, not a voice", () => {
    expect(call({ answerer: { mood: { hangUpAfterAnswer: true } } }).caller).toMatchObject({
      outcome: "SENDFAIL",
      cause: "hung-up-before-dis",
    });
  });

  test("fails in the midst of page 1", () => {
    for (const capabilities of [FULL_CAPABILITIES, NO_ECM]) {
      const result = call({ pages: two, answerer: { capabilities, mood: { hangUpInPage: 1 } } });
      expect(result.caller).toMatchObject({ outcome: "SENDFAIL", pages: 0 });
      expect(result.stored).toEqual([]);
    }
  });

  test("falls silent in each phase, and the call still ends with a name", () => {
    const cause = (silent: "dis" | "training" | { page: number }) =>
      call({ pages: two, answerer: { mood: { silent } } });
    expect(cause("dis").caller?.cause).toBe("no-dis");
    expect(cause("training").caller?.cause).toBe("no-answer-to-dcs");
    expect(cause({ page: 2 }).caller).toEqual({ outcome: "SENDFAIL", cause: "no-answer-to-block", pages: 1 });
    for (const silent of ["dis", "training", { page: 2 }] as const)
      expect(cause(silent).answerer?.outcome).not.toBe("OK");
  });
});

test("only a completed call is OK, and every cause has words in both languages", () => {
  for (const [name, facts] of Object.entries(CAUSES)) {
    expect(facts.outcome === "OK", name).toBe(name === "completed");
    expect(facts.en.length * facts.de.length, name).toBeGreaterThan(0);
  }
});
