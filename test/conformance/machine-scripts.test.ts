// Scripts of simulated machines in whole calls, between our own ends in line time and paced as with a foreign end: what was said, and
// what came of it.

import { answeringMachine } from "@depesche/fax-machine";
import { type MachineMood, type MachineScript, readScript } from "@depesche/scenario";
import { createCaller, isLastPage, step } from "@depesche/t30";
import type { CallEnd } from "@depesche/wire-t38";
import { describe, expect, it } from "vitest";
import { betweenOwnEnds, inRealTime, type Machines, type MachinesOrder, machines } from "./machine-calls.ts";

const PAGE_1 = "block of 40 PPS-MPS";
const PAGE_2 = "block of 14 PPS-EOP";

interface Told {
  both: Machines;
  said: string;
  ends: [CallEnd, CallEnd];
  seconds: number;
}

/** The call on both lines: they say the same in the same order and end alike. */
async function call(order: MachinesOrder): Promise<Told> {
  for (const { script, mood = "modern" } of [order.answers, order.sends ?? {}]) {
    if (script) expect(readScript(script, mood, "script")).toMatchObject({ ok: true });
  }
  const paced = machines(order);
  const [pacedCaller, pacedAnswerer] = await inRealTime(paced);
  const both = machines(order);
  const ends = await betweenOwnEnds(both);
  const [caller, answerer] = ends;
  expect([pacedCaller.cause, pacedAnswerer.cause, pacedCaller.pages]).toEqual([
    caller.cause,
    answerer.cause,
    caller.pages,
  ]);
  return { both, said: both.said.join(" "), ends, seconds: caller.lineUs / 1e6 };
}

const at = (script: MachineScript, mood: MachineMood = "modern") => call({ answers: { mood, script } });
const plain = await at({});

function agreed({ ends: [{ dcs }] }: Told): string {
  return `${dcs?.modulation} ${dcs?.coding} ${dcs?.ecm} ${dcs?.resolution}`;
}

describe("what a machine can do", () => {
  it.each([
    [{ ecm: false }, "v17-14400 mr 0 fine"],
    [{ ecm: false, mr: false }, "v17-14400 mh 0 fine"],
    [{ mmr: false }, "v17-14400 mr 256 fine"],
    [{ frameSize: 64 }, "v17-14400 mmr 64 fine"],
    [{ fine: false, superfine: false }, "v17-14400 mmr 256 standard"],
    [{ maxRate: 12000 }, "v17-12000 mmr 256 fine"],
    [{ maxRate: 9600 }, "v29-9600 mmr 256 fine"],
    [{ maxRate: 7200 }, "v29-7200 mmr 256 fine"],
    [{ maxRate: 4800 }, "v27ter-4800 mmr 256 fine"],
    [{ maxRate: 2400 }, "v27ter-2400 mmr 256 fine"],
  ] as const)("%j: the caller sends %s", async (capabilities, words) => {
    const told = await at({ capabilities });
    expect([agreed(told), told.ends[0].cause]).toEqual([words, "completed"]);
  });

  it("a slow printer gets its fill: 20 ms a line at 14400 make a page of a known length", async () => {
    const { both, seconds } = await at({ capabilities: { ecm: false, minScanMs: 20 } });
    const lines = both.receiver.pages.reduce((octets, page) => octets + page.octets.length, 0) / 36;
    expect(seconds).toBeGreaterThan(lines * 0.02 + 14);
    expect(seconds).toBeLessThan(lines * 0.02 + 18);
  });

  it("is as its mood has it where nothing is said, and may be better than that", async () => {
    expect(agreed(await at({ capabilities: { ecm: true, mmr: true } }, "mh-9600"))).toBe("v29-9600 mmr 256 fine");
  });
});

describe("what goes wrong with pages", () => {
  it.each([
    [
      { damage: [{ page: 1, block: 1, attempt: 1, frames: [3, 7] }] },
      `${PAGE_1} <PPR block of 2 PPS-MPS <MCF ${PAGE_2}`,
    ],
    [
      { damage: [1, 2].map((attempt) => ({ page: 2, attempt, frames: [5] })) },
      `<MCF ${PAGE_2} <PPR block of 1 PPS-EOP <PPR block of 1 PPS-EOP <MCF DCN`,
    ],
    [{ trainsUpTo: 9600 }, "DCS <FTT TSI DCS <FTT TSI DCS <CFR"],
    [
      { answers: [{ page: 1, with: "RTN", times: 2 }] },
      "page MPS <RTN TSI DCS <CFR page MPS <RTN TSI DCS <CFR page MPS <MCF",
    ],
    [{ answers: [{ page: 2, with: "RTN" }] }, "<MCF page EOP <RTN TSI DCS <CFR page EOP <MCF DCN"],
    [{ answers: [{ page: 1, with: "RTP" }] }, "page MPS <RTP TSI DCS <CFR page EOP <MCF DCN"],
    [{ answers: [{ page: 1, with: "PIP" }] }, `${PAGE_1} <PIP ${PAGE_2} <MCF DCN`],
    [{ answers: [{ page: 1, with: "PIN" }] }, `${PAGE_1} <PIN TSI DCS <CFR ${PAGE_1} <MCF ${PAGE_2}`],
    [{ notReady: { page: 1, times: 2 } }, `${PAGE_1} <RNR RR <RNR RR <MCF ${PAGE_2}`],
    [{ steps: [{ at: "page-answer", page: 1, attempt: 1, do: "skip" }] }, `${PAGE_1} PPS-MPS <MCF ${PAGE_2}`],
    [{ steps: [{ at: "CFR", attempt: 1, do: "say", frame: "FTT" }] }, "DCS <FTT TSI DCS"],
  ] as [MachineScript, string][])("%j is heard as it is written, and the fax arrives", async (script, words) => {
    const { said, ends } = await at(script);
    expect(said).toContain(words);
    expect([ends[0].cause, ends[0].pages]).toEqual(["completed", 2]);
  });

  it.each([
    [{ answers: [{ page: 1, with: "DCN" }] }, 0, "disconnected-after-page", `${PAGE_1} <DCN`],
    [{ answers: [{ page: 2, with: "silence" }] }, 1, "no-answer-to-block", `${PAGE_2} PPS-EOP PPS-EOP DCN`],
    [{ paper: 1 }, 1, "disconnected-after-page", `<MCF ${PAGE_2} <DCN`],
    [{ notReady: { page: 1, seconds: 100 } }, 0, "not-ready", "<RNR RR <RNR DCN"],
    [{ password: "1234" }, 0, "disconnected-in-phase-b", "DCS <DCN"],
  ] as [MachineScript, number, string, string][])("%j: %i pages arrive (%s)", async (script, pages, cause, words) => {
    const { said, ends } = await at(script);
    expect(said).toContain(words);
    expect([ends[0].pages, ends[0].cause]).toEqual([pages, cause]);
  });

  it("that is damaged however often it comes is given up at the slowest rate", async () => {
    const { said, ends } = await at({ damage: [{ page: 2, frames: [3] }] });
    expect(said.match(/<PPR/g)).toHaveLength(32);
    expect(ends[0]).toMatchObject({ cause: "frames-not-corrected", pages: 1, dcs: { modulation: "v27ter-2400" } });
  });

  it("RNR for ten seconds costs about ten seconds", async () => {
    const { seconds } = await at({ notReady: { page: 2, seconds: 10 } });
    expect(seconds - plain.seconds).toBeGreaterThan(10);
    expect(seconds - plain.seconds).toBeLessThan(14);
  });
});

describe("a machine falls silent, says DCN or hangs up in every phase", () => {
  it.each([
    ["CED", "no-fax-tone", "disconnected-in-phase-b", "hung-up-without-fax-tone"],
    ["DIS", "no-dis", "disconnected-in-phase-b", "hung-up-before-dis"],
    ["CFR", "no-answer-to-dcs", "disconnected-in-phase-b", "hung-up-in-phase-b"],
    ["page-answer", "no-answer-to-block", "disconnected-after-page", "hung-up-after-page"],
  ] as const)("at its %s", async (signal, silent, disconnected, hungUp) => {
    const calls = [{ silentAt: signal }, { dcnAt: signal }, { hangUpAt: signal }];
    const ends = [];
    for (const script of calls) ends.push((await at(script)).ends[0]);
    expect(ends.map(({ cause }) => cause)).toEqual([silent, disconnected, hungUp]);
    expect(Math.max(...ends.map(({ lineUs }) => lineUs))).toBeLessThan(60e6);
  });

  it.each(["DCS", "image", "page-end"] as const)(
    "that dials, at its %s: the called one is done with it within its timers",
    async (signal) => {
      for (const script of [{ silentAt: signal }, { dcnAt: signal }, { hangUpAt: signal }]) {
        const { ends } = await call({ answers: { mood: "modern" }, sends: { script } });
        expect(ends[1].pages).toBe(0);
        expect(ends[1].cause).not.toBe("completed");
        expect(ends[1].lineUs).toBeLessThan(90e6);
      }
    },
  );
});

describe("times", () => {
  it("before and of CED are those of the script", async () => {
    const { seconds } = await at({ answerDelayMs: 5000, cedMs: 4000 });
    expect(seconds - plain.seconds).toBeCloseTo(4.8 + 1.4, 3);
    const skipped = await at({ steps: [{ at: "CED", do: "skip" }] });
    expect(plain.seconds - skipped.seconds).toBeCloseTo(2.8, 3);
  });

  it("a slow turnaround counts with every answer: DIS, CFR and two MCF", async () => {
    const { seconds } = await at({ turnaroundMs: 800 });
    expect(seconds - plain.seconds).toBeCloseTo(4 * 0.8, 3);
  });

  it("an answer that comes after T4 meets the repeated command", async () => {
    const { said, ends } = await at({ steps: [{ at: "CFR", attempt: 1, do: "delay", ms: 3500 }] });
    expect(said).toContain("TSI DCS TSI DCS");
    expect(ends[0].cause).toBe("completed");
  });
});

describe("a script holds", () => {
  it("for the calls it names, and no others", async () => {
    const script: MachineScript = { calls: "2-3", paper: 0 };
    const causes = [];
    for (const nth of [1, 2, 3, 4]) {
      causes.push((await call({ answers: { mood: "modern", script, call: nth } })).ends[0].cause);
    }
    const refused = "disconnected-after-page";
    expect(causes).toEqual(["completed", refused, refused, "completed"]);
  });
});

describe("a machine that dials", () => {
  it.each([
    [{ damage: [{ page: 1, attempt: 1, frames: [3, 7] }] }, "block of 38 PPS-MPS <PPR block of 2 PPS-MPS <MCF"],
    [{ trainsUpTo: 9600 }, "DCS <FTT TSI DCS <FTT TSI DCS <CFR"],
    [{ noise: { loss: 0.2 }, seed: 2 }, "<PPR"],
    [{ steps: [{ at: "page-end", page: 1, attempt: 1, do: "skip" }] }, "block of 40 PPS-MPS <MCF"],
  ] as [MachineScript, string][])("%j", async (script, words) => {
    const { said, ends } = await call({ answers: { mood: "modern" }, sends: { script } });
    expect(said).toContain(words);
    expect(ends[0].cause).toBe("completed");
  });

  it("sends with what its script lets it", async () => {
    const told = await call({
      answers: { mood: "modern" },
      sends: { script: { capabilities: { ecm: false, mr: false, maxRate: 9600 } } },
    });
    expect(agreed(told)).toBe("v29-9600 mh 0 fine");
  });

  it("says the password and the sub-address that the other asks for", async () => {
    const answers = { mood: "modern" as const, script: { password: "1234", subAddresses: ["77"] } };
    const right = await call({ answers, sends: { script: { sends: { sub: "77", pwd: "1234" } } } });
    expect([right.ends[0].cause, right.said.includes("SUB"), right.said.includes("PWD")]).toEqual([
      "completed",
      true,
      true,
    ]);
    const wrong = await call({ answers, sends: { script: { sends: { sub: "78", pwd: "1234" } } } });
    expect(wrong.ends[1].cause).toBe("unknown-sub-address");
  });
});

describe("a document to be polled", () => {
  const poll = async (asks: { sep?: string; pwd?: string }) => {
    const script: MachineScript = { document: { pages: 2, sep: "1", pwd: "22" } };
    expect(readScript(script, "modern", "script")).toMatchObject({ ok: true });
    const receiver = answeringMachine({ mood: "modern", script, stationId: "+49 30 23125 001" });
    const session = createCaller({ pages: [], poll: asks });
    const pages: Uint8Array[] = [];
    const [end] = await betweenOwnEnds({
      receiver,
      said: [],
      caller: {
        side: "caller",
        party: { step: (event, out) => step(session, event, out), lastPage: () => isLastPage(session) },
        receivedPage: async ({ octets }) => pages.push(octets) > 0,
      },
      answerer: {
        side: "answerer",
        party: receiver,
        needPage: async (index, format) => receiver.page(index, format),
      },
    });
    return { cause: end.cause, polled: end.polled, sizes: pages.map((octets) => octets.length > 0) };
  };

  it("is given out to who names it and knows its password", async () => {
    expect(await poll({ sep: "1", pwd: "22" })).toEqual({ cause: "completed", polled: 2, sizes: [true, true] });
  });

  it("and to nobody else", async () => {
    expect(await poll({ sep: "1", pwd: "23" })).toMatchObject({ cause: "polled-disconnected", sizes: [] });
    expect(await poll({ sep: "2", pwd: "22" })).toMatchObject({ sizes: [] });
  });
});
