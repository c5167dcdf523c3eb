import { describe, expect, test } from "vitest";
import { FULL_CAPABILITIES } from "./capabilities.ts";
import type { Misdeed, Mood } from "./protocol.ts";
import { call, FINE, octets, since } from "./test-support.ts";

const TWO = [octets(256 * 8, 1), octets(256 * 8, 2)];
const PLAIN = { ...FULL_CAPABILITIES, ecm: false, mmr: false };

const withScript = (...script: Misdeed[]): Mood => ({ script });
const calling = (...script: Misdeed[]) => call({ pages: TWO, caller: { mood: withScript(...script) } });
const answering = (...script: Misdeed[]) => call({ pages: TWO, answerer: { mood: withScript(...script) } });

describe("a machine that falls silent", () => {
  test("as receiver, in each phase, leaves the sender with a name for it", () => {
    const cause = (at: Misdeed["at"], page?: number) => {
      const result = answering({ at, ...(page && { page }), does: { do: "silence" } });
      expect(result.answerer?.outcome).toBe("SENDFAIL");
      return `${result.caller?.cause} ${result.caller?.pages}`;
    };
    expect(cause("CED")).toBe("no-fax-tone 0");
    expect(cause("DIS")).toBe("no-dis 0");
    expect(cause("CFR")).toBe("no-answer-to-dcs 0");
    expect(cause("page-answer", 1)).toBe("no-answer-to-block 0");
    expect(cause("page-answer", 2)).toBe("no-answer-to-block 1");
  });

  test("as sender, in each phase, leaves the receiver with a name for it", () => {
    const cause = (at: Misdeed["at"], page?: number) => {
      const result = calling({ at, ...(page && { page }), does: { do: "silence" } });
      return `${result.answerer?.cause} ${result.answerer?.pages}`;
    };
    // In memory the answerer says CED while CNG is on the line, so it has heard nobody.
    expect(cause("DCS")).toBe("no-caller 0");
    expect(cause("TCF")).toBe("no-command 0");
    expect(cause("image", 1)).toBe("no-command 0");
    expect(cause("page-end", 2)).toBe("no-command 1");
    // The last page is confirmed: without DCN it is as good as with it.
    expect(cause("DCN")).toBe("completed 2");
  });
});

describe("a machine that says good-bye too early", () => {
  test("ends the call with DCN in any phase", () => {
    const at = (at: Misdeed["at"], page?: number) =>
      answering({ at, ...(page && { page }), does: { do: "disconnect" } }).caller?.cause;
    expect(at("DIS")).toBe("disconnected-in-phase-b");
    expect(at("CFR")).toBe("disconnected-in-phase-b");
    expect(at("page-answer", 1)).toBe("disconnected-after-page");
    expect(calling({ at: "DCS", does: { do: "disconnect" } }).answerer?.cause).toBe("caller-disconnected");
  });

  test("hangs up in the midst of a page, half of which is out", () => {
    const result = calling({ at: "image", page: 2, does: { do: "hang-up" } });
    expect(result.ladder.slice(-3)).toEqual([
      "> block v17-14400 4",
      "> hang up hung-up-on-purpose",
      "< hang up caller-hung-up",
    ]);
    expect(result.stored.length).toBe(1);
  });
});

describe("frames with error correction", () => {
  test("are lost as they are sent, by page, block and attempt", () => {
    const result = calling(
      { at: "image", page: 2, attempt: 1, does: { do: "lose", frames: [2, 5] } },
      { at: "image", page: 2, attempt: 2, does: { do: "lose", frames: [5] } },
    );
    expect(result.ladder.filter((line) => line.startsWith("> block"))).toEqual([
      "> block v17-14400 8",
      "> block v17-14400 6",
      "> block v17-14400 1",
      "> block v17-14400 1",
    ]);
    expect(result.stored).toEqual(TWO);
  });

  test("come damaged to a receiver, in the second block on its first attempt only", () => {
    const page = octets(64 * 300);
    const result = call({
      pages: [page],
      caller: { ecmFrameSize: 64 },
      answerer: { mood: { damages: [{ page: 1, block: 2, attempt: 1, frames: [0, 43] }] } },
    });
    expect(since(result, "block")).toEqual(
      expect.arrayContaining(["> block v17-14400 256", "> block v17-14400 44", "> block v17-14400 2"]),
    );
    expect(result.ladder.filter((line) => line === "< PPR").length).toBe(1);
    expect(result.caller?.cause).toBe("completed");
  });

  test("that always come damaged take the call down every rate to EOR", () => {
    const result = call({ pages: [TWO[0]!], answerer: { mood: { damages: [{ frames: [3] }] } } });
    expect(result.ladder.filter((line) => line === "> CTC").length).toBe(7);
    expect(result.caller?.cause).toBe("frames-not-corrected");
  });
});

describe("a receiver that is not ready", () => {
  test("for so many seconds is asked until it is", () => {
    for (const seconds of [10, 40]) {
      const result = call({ pages: TWO, answerer: { mood: { notReady: { page: 2, seconds } } } });
      expect(result.caller).toMatchObject({ cause: "completed", pages: 2 });
      const busy = result.actions.find(({ action }) => action.type === "start-timer" && action.timer === "TBUSY")!;
      const last = result.actions.findLast(
        ({ side, action }) => side === "answerer" && action.type === "send-frames" && action.frames[0]!.fcf === 0x31,
      )!;
      expect((last.atUs - busy.atUs) / 1e6).toBeGreaterThan(seconds);
      expect((last.atUs - busy.atUs) / 1e6).toBeLessThan(seconds + 6);
    }
  });

  test("for longer than T5 loses the call", () => {
    const result = call({ answerer: { mood: { notReady: { page: 1, seconds: 90 } } } });
    expect(result.caller?.cause).toBe("not-ready");
  });

  test("in the midst of a page holds its blocks back", () => {
    const page = octets(64 * 600);
    const result = call({
      pages: [page],
      caller: { ecmFrameSize: 64 },
      answerer: { mood: { notReady: { page: 1, block: 2, times: 2 } } },
    });
    expect(since(result, "PPS-NULL").slice(3, 9)).toEqual(["> PPS-NULL", "< RNR", "> RR", "< RNR", "> RR", "< MCF"]);
    expect(result.stored).toEqual([page]);
  });
});

describe("answers to a page", () => {
  test("RTN as often as is set, RTP in between", () => {
    const answers = [
      { page: 1, with: "RTN" as const, times: 2 },
      { page: 1, with: "RTP" as const },
    ];
    const result = call({ pages: TWO, answerer: { mood: { answers } } });
    expect(result.ladder.filter((line) => /< (RTN|RTP|MCF)/.test(line))).toEqual(["< RTN", "< RTN", "< RTP", "< MCF"]);
    expect(result.stored).toEqual(TWO);
  });

  test("with error correction the machine says that it has none, when RTN or RTP are due", () => {
    const result = call({ answerer: { mood: { answers: [{ page: 1, with: "RTN" }] } } });
    expect(result.ladder.some((line) => line.includes("> page"))).toBe(true);
  });
});

describe("slowness", () => {
  test("a machine that takes 1.5 s before each answer is waited for", () => {
    const result = call({ pages: TWO, answerer: { capabilities: PLAIN, mood: { slowUs: 1_500_000 } } });
    const fast = call({ pages: TWO, answerer: { capabilities: PLAIN } });
    expect(result.caller).toMatchObject({ cause: "completed", pages: 2 });
    // DIS, CFR and two MCF.
    expect(result.lineUs - fast.lineUs).toBe(6_000_000);
  });

  test("one that is too slow for T4 hears the command again", () => {
    const result = answering({ at: "CFR", attempt: 1, does: { do: "delay", us: 5_000_000 } });
    expect(result.ladder.filter((line) => line === "> TSI DCS").length).toBeGreaterThan(1);
    expect(result.caller?.outcome).toBeDefined();
    expect(result.answerer?.outcome).toBeDefined();
  });

  test("what a slow machine held back is dropped when the line goes away", () => {
    const result = call({
      answerer: { mood: withScript({ at: "CFR", does: { do: "delay", us: 60_000_000 } }) },
    });
    expect(result.caller?.cause).toBe("no-answer-to-dcs");
    expect(result.answerer?.cause).toBe("caller-hung-up");
    expect(result.ladder).not.toContain("< CFR");
  });
});

test("the wrong word is said once, and the call recovers", () => {
  const result = answering({ at: "page-answer", page: 1, attempt: 1, does: { do: "say", frame: "CFR" } });
  expect(since(result, "PPS-MPS").slice(0, 5)).toEqual([
    "> PPS-MPS",
    "< CFR",
    "> PPS-MPS",
    "< MCF",
    "> block v17-14400 8",
  ]);
  expect(result.stored).toEqual(TWO);
});

describe("places", () => {
  const threeBlocks = (at: Misdeed["at"], block: number) =>
    call({
      pages: [octets(64 * 10), octets(64 * 600)],
      caller: {
        ecmFrameSize: 64,
        mood: { script: [{ at: "image", page: 2, block: 2, attempt: 1, does: { do: "lose", frames: [1] } }] },
      },
      answerer: { mood: { script: [{ at, page: 2, block, attempt: 1, does: { do: "skip" } }] } },
    });

  test("a confirmation of a block is named by it, and so is a request for its bad frames", () => {
    const confirmed = threeBlocks("page-answer", 1);
    expect(since(confirmed, "PPS-NULL").slice(0, 3)).toEqual(["> PPS-NULL", "> PPS-NULL", "< MCF"]);
    const asked = threeBlocks("PPR", 2);
    expect(
      since(asked, "MCF")
        .filter((line) => /PPR|PPS/.test(line))
        .slice(1, 4),
    ).toEqual(["> PPS-NULL", "> PPS-NULL", "< PPR"]);
    // Block 1 needs none: nothing is left out.
    expect(threeBlocks("PPR", 1).ladder.filter((line) => line === "> PPS-NULL").length).toBe(3);
  });

  test("a confirmation before EOM is of the page it has counted, a refusal of the one to come again", () => {
    const wishes = [FINE, { ...FINE, resolution: "standard" } as const];
    const skips = (page: number, mood: Mood = {}) =>
      call({
        pages: TWO,
        wishes,
        caller: { ecm: false },
        answerer: { mood: { ...mood, script: [{ at: "page-answer", page, attempt: 1, does: { do: "skip" } }] } },
      });
    expect(since(skips(1), "EOM").slice(0, 3)).toEqual(["> EOM", "> EOM", "< MCF"]);
    expect(since(skips(2), "EOP").slice(0, 3)).toEqual(["> EOP", "> EOP", "< MCF"]);
    const refused = skips(2, { answers: [{ page: 2, with: "RTN" }] });
    expect(since(refused, "EOP").slice(0, 3)).toEqual(["> EOP", "> EOP", "< RTN"]);
  });
});

test("another word has the X bit of who says it, if it has one", () => {
  const fcfs = (frame: "FTT" | "DIS") =>
    call({ caller: { mood: withScript({ at: "DCS", attempt: 1, does: { do: "say", frame } }) } }).actions.flatMap(
      ({ side, action }) => (side === "caller" && action.type === "send-frames" ? [action.frames[0]!.fcf] : []),
    )[0];
  expect(fcfs("FTT")).toBe(0xa2);
  expect(fcfs("DIS")).toBe(0x01);
});

test("a confirmation that is left out is asked for again", () => {
  const result = answering({ at: "page-answer", page: 2, attempt: 1, does: { do: "skip" } });
  expect(since(result, "PPS-EOP").slice(0, 3)).toEqual(["> PPS-EOP", "> PPS-EOP", "< MCF"]);
  expect(result.stored).toEqual(TWO);
});

test("a page cut off short comes as far as it was sent", () => {
  const script = withScript({ at: "image", page: 1, does: { do: "cut", part: 0.25 } });
  const result = call({ pages: TWO, caller: { ecm: false, mood: script } });
  expect(result.stored[0]).toEqual(TWO[0]!.subarray(0, TWO[0]!.length / 4));
});
