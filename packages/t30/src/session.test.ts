import { describe, expect, test } from "vitest";
import { FULL_CAPABILITIES } from "./capabilities.ts";
import { FCF, frame } from "./frame.ts";
import { createAnswerer, createCaller, step } from "./index.ts";
import type { Action } from "./protocol.ts";
import { call, FINE, octets, since, swallowing } from "./test-support.ts";

const NO_ECM = { ...FULL_CAPABILITIES, ecm: false, mmr: false };

describe("calls that go well", () => {
  test("one page with error correction", () => {
    const page = octets(600);
    const result = call({ pages: [page] });
    expect(result.ladder).toEqual([
      "< ced",
      "< CSI DIS",
      "> cng",
      "> TSI DCS",
      "> training v17-14400",
      "< CFR",
      "> block v17-14400 3",
      "> PPS-EOP",
      "< MCF",
      "> DCN",
      "> hang up completed",
      "< hang up completed",
    ]);
    expect(result.stored.map((stored) => stored.length)).toEqual([768]);
    expect(result.stored[0]!.subarray(0, 600)).toEqual(page);
    expect(result.caller).toEqual({ outcome: "OK", cause: "completed", pages: 1 });
    expect(result.answerer).toEqual({ outcome: "OK", cause: "completed", pages: 1 });
  });

  test("three pages without error correction", () => {
    const pages = [octets(900, 1), octets(800, 2), octets(700, 3)];
    const result = call({ pages, answerer: { capabilities: NO_ECM } });
    expect(since(result, "CFR")).toEqual([
      "< CFR",
      "> page v17-14400 900",
      "> MPS",
      "< MCF",
      "> page v17-14400 800",
      "> MPS",
      "< MCF",
      "> page v17-14400 700",
      "> EOP",
      "< MCF",
      "> DCN",
      "> hang up completed",
      "< hang up completed",
    ]);
    expect(result.stored).toEqual(pages);
  });

  test("a page of another resolution goes through EOM and a new DIS", () => {
    const wishes = [FINE, { ...FINE, resolution: "standard" } as const];
    for (const ecm of [true, false]) {
      const result = call({ pages: [octets(500), octets(500, 2)], wishes, caller: { ecm } });
      const ladder = since(result, "EOM");
      expect(ladder.slice(0, 6)).toEqual([
        ecm ? "> PPS-EOM" : "> EOM",
        "< MCF",
        "< CSI DIS",
        "> TSI DCS",
        "> training v17-14400",
        "< CFR",
      ]);
      expect(result.stored.length).toBe(2);
      expect(result.caller?.outcome).toBe("OK");
    }
  });

  test("a page of more than 256 frames goes in several blocks", () => {
    for (const size of [64, 256] as const) {
      const page = octets(256 * size * 2 + 100);
      const result = call({ pages: [page], caller: { ecmFrameSize: size } });
      expect(since(result, "CFR").slice(1, 10)).toEqual([
        "> block v17-14400 256",
        "> PPS-NULL",
        "< MCF",
        "> block v17-14400 256",
        "> PPS-NULL",
        "< MCF",
        `> block v17-14400 ${size === 64 ? 2 : 1}`,
        "> PPS-EOP",
        "< MCF",
      ]);
      const stored = result.stored[0]!;
      // Not by toEqual, which takes a second for so many octets.
      expect(page.every((octet, at) => stored[at] === octet)).toBe(true);
    }
  });

  test("a receiver that prefers 64-octet frames gets them", () => {
    const result = call({ answerer: { capabilities: { ...FULL_CAPABILITIES, prefers64: true } } });
    expect(result.ladder).toContain("> block v17-14400 16");
  });

  test("the driver is told how to code each page", () => {
    const format = (set: Parameters<typeof call>[0]) =>
      call(set).actions.flatMap(({ action }) => (action.type === "need-page" ? [action.format] : []))[0];
    expect(format({})).toMatchObject({ coding: "mmr", ecm: 256, rate: 14400, minScanUs: 0, resolution: "fine" });
    expect(format({ answerer: { capabilities: NO_ECM } })).toMatchObject({ coding: "mr", ecm: 0 });
    const old = {
      ...NO_ECM,
      mr: false,
      fine: false,
      modems: "v29",
      minScan: { standardUs: 10_000, fineUs: 5_000, superfineUs: 5_000 },
    } as const;
    expect(format({ answerer: { capabilities: old } })).toMatchObject({
      coding: "mh",
      rate: 9600,
      resolution: "standard",
      minScanUs: 10_000,
    });
  });
});

describe("training", () => {
  test("each refused rate falls back to the next, down to 2400", () => {
    const result = call({ answerer: { mood: { trainsUpTo: 2400 } } });
    expect(result.ladder.filter((line) => line.startsWith("> training"))).toEqual([
      "> training v17-14400",
      "> training v17-12000",
      "> training v17-9600",
      "> training v29-9600",
      "> training v17-7200",
      "> training v29-7200",
      "> training v27ter-4800",
      "> training v27ter-2400",
    ]);
    expect(result.caller?.outcome).toBe("OK");
  });

  test("a damaged training check is refused, and the rate that passes is used for the page", () => {
    const line = { trainingErrors: (_: string, total: number) => (total > 1800 ? total / 50 : 0) };
    const result = call({ line });
    expect(since(result, "training v17-9600")).toContain("> block v17-9600 4");
    expect(result.ladder.filter((entry) => entry === "< FTT").length).toBe(2);
  });

  test("when the last rate fails the call ends with its own cause", () => {
    const result = call({ line: { trainingErrors: (_, total) => total } });
    expect(result.caller).toEqual({ outcome: "SENDFAIL", cause: "training-failed", pages: 0 });
    expect(result.answerer?.cause).toBe("caller-disconnected");
  });

  test("a lost training check is answered FTT in time", () => {
    const result = call({ line: swallowing("> training v17-14400") });
    expect(since(result, "TSI DCS").slice(0, 5)).toEqual([
      "> TSI DCS",
      "> training v17-14400",
      "< FTT",
      "> TSI DCS",
      "> training v17-12000",
    ]);
    expect(result.caller?.outcome).toBe("OK");
  });

  test("a lost DCS, CFR or FTT is repaired by repetition", () => {
    for (const lost of ["> TSI DCS", "< CFR", "< CSI DIS"]) {
      expect(call({ line: swallowing(lost) }).caller, lost).toMatchObject({ outcome: "OK" });
    }
    const result = call({ line: swallowing("< FTT"), answerer: { mood: { trainsUpTo: 12000 } } });
    expect(result.caller?.outcome).toBe("OK");
  });

  test("DCS is tried three times", () => {
    const result = call({ line: swallowing("*> TSI DCS") });
    expect(result.ladder.filter((line) => line === "> TSI DCS").length).toBe(3);
    expect(result.caller?.cause).toBe("no-answer-to-dcs");
    expect(result.answerer?.outcome).not.toBe("OK");
  });

  test("V.17 trains long for the check and short for pages; the others have one training", () => {
    const trainings = (set: Parameters<typeof call>[0]) =>
      call(set).actions.flatMap(({ action }) => (action.type === "send-page" ? [action.shortTraining] : []));
    expect(trainings({ answerer: { capabilities: NO_ECM } })).toEqual([true]);
    expect(trainings({ answerer: { capabilities: { ...NO_ECM, modems: "v27ter+v29" } } })).toEqual([false]);
  });
});

describe("after a page without error correction", () => {
  const plain = { answerer: { capabilities: NO_ECM } };

  test("a lost or repeated command changes nothing and stores nothing twice", () => {
    for (const lost of ["> MPS", "< MCF", "> EOP"]) {
      const pages = [octets(5000, 1), octets(5000, 2)];
      const result = call({ ...plain, pages, line: swallowing(lost) });
      expect(result.stored, lost).toEqual(pages);
      expect(result.caller, lost).toEqual({ outcome: "OK", cause: "completed", pages: 2 });
    }
  });

  test("a refused page is trained for again, at a lower rate, and sent again", () => {
    let refusals = 1;
    const page = octets(500);
    const result = call({ ...plain, pages: [page], store: () => refusals-- <= 0 });
    expect(since(result, "EOP").slice(0, 6)).toEqual([
      "> EOP",
      "< RTN",
      "> TSI DCS",
      "> training v17-12000",
      "< CFR",
      "> page v17-12000 500",
    ]);
    expect(result.stored).toEqual([page]);
    expect(result.caller).toEqual({ outcome: "OK", cause: "completed", pages: 1 });
  });

  test("a page refused three times ends the call", () => {
    const result = call({ ...plain, store: () => false });
    expect(result.ladder.filter((line) => line === "< RTN").length).toBe(3);
    expect(result.caller).toEqual({ outcome: "SENDFAIL", cause: "page-refused", pages: 0 });
  });

  test("a page whose image is wholly lost is never confirmed", () => {
    let drop = true;
    const line = {
      page: (_: string, page: Uint8Array) => {
        const arrives = drop ? new Uint8Array(0) : page;
        drop = false;
        return arrives;
      },
    };
    const page = octets(500);
    const result = call({ ...plain, pages: [page], line });
    expect(result.ladder).toContain("< RTN");
    expect(result.stored).toEqual([page]);
  });

  test("RTP confirms the page and trains again", () => {
    const result = call({ pages: [octets(500), octets(500, 2)], answerer: { mood: { retrainAfterPage: 1 } } });
    expect(since(result, "MPS").slice(0, 4)).toEqual(["> MPS", "< RTP", "> TSI DCS", "> training v17-14400"]);
    expect(result.stored.length).toBe(2);
    expect(result.caller?.outcome).toBe("OK");
  });

  test("a command damaged after a page is asked for again with CRP", () => {
    let harm = 1;
    const line = {
      frame: (from: string, bytes: Uint8Array) =>
        from === "caller" && bytes[2] === 0xf4 && harm-- > 0 ? ("bad" as const) : ("ok" as const),
    };
    const result = call({ ...plain, line });
    expect(since(result, "EOP")).toEqual([
      "> EOP",
      "< CRP",
      "> EOP",
      "< MCF",
      "> DCN",
      "> hang up completed",
      "< hang up completed",
    ]);
  });
});

describe("error correction", () => {
  /** Damages FCD frames: how often each number is still to be harmed. */
  const harming = (times: Record<number, number>) => ({
    frame: (_: string, bytes: Uint8Array) => {
      if (bytes[2] !== FCF.FCD) return "ok" as const;
      const left = times[bytes[3]!] ?? 0;
      if (left <= 0) return "ok" as const;
      times[bytes[3]!] = left - 1;
      return "bad" as const;
    },
  });

  test("only the bad frames are repeated", () => {
    const page = octets(256 * 8);
    // Frame numbers as octets on the line: 0x40 is frame 2, 0xa0 is frame 5.
    const result = call({ pages: [page], line: harming({ 64: 1, 160: 2 }) });
    expect(since(result, "block").slice(0, 9)).toEqual([
      "> block v17-14400 8",
      "> PPS-EOP",
      "< PPR",
      "> block v17-14400 2",
      "> PPS-EOP",
      "< PPR",
      "> block v17-14400 1",
      "> PPS-EOP",
      "< MCF",
    ]);
    expect(result.stored).toEqual([page]);
  });

  test("after four PPR the rest goes on at a lower rate, with long training", () => {
    const page = octets(256 * 8);
    const result = call({ pages: [page], line: harming({ 64: 4 }) });
    expect(since(result, "CTC").slice(0, 5)).toEqual(["> CTC", "< CTR", "> block v17-12000 1", "> PPS-EOP", "< MCF"]);
    const block = result.actions.filter(({ action }) => action.type === "send-ecm-block").at(-1)!.action;
    expect(block).toMatchObject({ modulation: "v17-12000", shortTraining: false });
    expect(result.stored).toEqual([page]);
  });

  test("at each rate the block has its own four PPR", () => {
    const result = call({ pages: [octets(256 * 8)], line: harming({ 64: 7 }) });
    expect(result.ladder.filter((line) => line === "> CTC").length).toBe(1);
    expect(result.ladder.filter((line) => line === "< PPR").length).toBe(7);
    expect(result.caller?.outcome).toBe("OK");
  });

  test("a frame that never comes through ends with EOR, ERR and no OK on either side", () => {
    const result = call({ caller: { maxRate: 2400 }, line: harming({ 64: 1000 }) });
    expect(since(result, "EOR")).toEqual([
      "> EOR-EOP",
      "< ERR",
      "> DCN",
      "> hang up frames-not-corrected",
      "< hang up page-incomplete",
    ]);
    expect(result.stored).toEqual([]);
    expect(result.answerer?.outcome).toBe("SENDFAIL");
  });

  test("lost PPS, PPR, MCF, CTC and CTR are repaired by repetition", () => {
    for (const lost of [
      "> PPS-MPS",
      "> PPS-EOP",
      "> PPS-NULL",
      "< PPR",
      "< MCF",
      "> CTC",
      "< CTR",
      "> block v17-14400 47",
    ]) {
      const pages = [octets(256 * 64 + 500, 1), octets(3000, 2)];
      const line = { ...harming({ 64: 5 }), ...swallowing(lost) };
      const result = call({ pages, caller: { ecmFrameSize: 64 }, line });
      expect(result.caller, lost).toEqual({ outcome: "OK", cause: "completed", pages: 2 });
      expect(
        result.stored.map((page, i) => page.subarray(0, pages[i]!.length)),
        lost,
      ).toEqual(pages);
    }
  });

  test("RNR is asked about with RR until the receiver is ready", () => {
    const result = call({ answerer: { mood: { notReady: { page: 1, times: 3 } } } });
    expect(since(result, "PPS-EOP")).toEqual([
      "> PPS-EOP",
      "< RNR",
      "> RR",
      "< RNR",
      "> RR",
      "< RNR",
      "> RR",
      "< MCF",
      "> DCN",
      "> hang up completed",
      "< hang up completed",
    ]);
  });

  test("a receiver that is not ready for T5 loses the call", () => {
    const result = call({ answerer: { mood: { notReady: { page: 1, times: 1000 } } } });
    expect(result.caller?.cause).toBe("not-ready");
    const t5 = result.actions.find(({ action }) => action.type === "start-timer" && action.timer === "T5")!;
    expect(result.lineUs - t5.atUs).toBeLessThan(65e6);
  });

  test("a lost RNR or RR is repaired", () => {
    for (const lost of ["< RNR", "> RR"]) {
      const result = call({ answerer: { mood: { notReady: { page: 1, times: 2 } } }, line: swallowing(lost) });
      expect(result.caller, lost).toMatchObject({ outcome: "OK" });
      expect(result.stored.length).toBe(1);
    }
  });

  test("a page that cannot be stored is not confirmed", () => {
    const result = call({ store: () => false });
    expect(result.answerer?.cause).toBe("page-not-stored");
    expect(result.caller?.cause).toBe("disconnected-after-page");
  });

  test("a caller that skips a block is cut off", () => {
    const session = createAnswerer();
    const out: Action[] = [];
    for (const event of receivingEvents()) step(session, event, out);
    out.length = 0;
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc0, 0x60, 0x00, 1, 2, 3) }, out);
    step(session, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0xfd, 0xf4, 0x00, 0x80, 0x00) }, out);
    expect(out.at(-1)).toMatchObject({ type: "hang-up", result: { cause: "block-out-of-order" } });
  });
});

/** Events that bring an answerer to the page, with error correction. */
function receivingEvents() {
  const dcs = Uint8Array.of(0xff, 0xc8, 0xc1, 0x00, 0x46, 0x1f, 0x22);
  return [
    { type: "connected" },
    { type: "frame", bytes: dcs, ok: true },
    { type: "training", octets: 2700, errors: 0 },
  ] as const;
}

describe("what is not needed is ignored politely", () => {
  test("NSF before DIS; NSS before DCS; SUB, SEP, PWD and SID that nobody asked for are told and change nothing", () => {
    const caller = createCaller({ pages: [FINE] });
    const out: Action[] = [];
    step(caller, { type: "connected" }, out);
    step(caller, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc0, 0x04, 0xb5, 0x00) }, out);
    expect(out.at(-1)).toEqual({ type: "report", report: { kind: "ignored", frame: "NSF" } });
    const answerer = createAnswerer();
    step(answerer, { type: "connected" }, out);
    step(answerer, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc0, 0xc4, 1) }, out);
    expect(out.at(-1)).toEqual({ type: "report", report: { kind: "ignored", frame: "NSS" } });
    for (const [fcf, field] of [
      [0xc3, "SUB"],
      [0x85, "SEP"],
      [0x83, "PWD"],
      [0xc5, "SID"],
    ] as const) {
      step(answerer, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc0, fcf, 0x8c) }, out);
      expect(out.at(-1)).toEqual({ type: "report", report: { kind: "address", field, value: "1" } });
    }
    step(answerer, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0xc1, 0x00, 0x46, 0x1f, 0x22) }, out);
    expect(answerer.state.step).toBe("await-training");
  });

  test("polling is refused with its own cause", () => {
    const answerer = createAnswerer();
    const out: Action[] = [];
    step(answerer, { type: "connected" }, out);
    step(answerer, { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc8, 0x81, 0, 0x77, 0x1e) }, out);
    expect(out.slice(-2)).toMatchObject([
      { type: "send-frames", frames: [frame(FCF.DCN, true)] },
      { type: "hang-up", result: { cause: "polling-not-offered" } },
    ]);
  });
});
