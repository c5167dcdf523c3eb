import { describe, expect, it } from "vitest";
import { holdsFor, type MachineMood, readScript } from "./index.ts";

const PLACE = "call.script";

function detail(script: unknown, mood: MachineMood = "modern"): string {
  const read = readScript(script, mood, PLACE);
  return read.ok ? "" : read.detail;
}

describe("a script", () => {
  it("is taken as it stands when it is one", () => {
    const script = {
      calls: "1-2, odd",
      capabilities: { ecm: true, maxRate: 9600, width: 2048 },
      damage: [{ page: 1, block: 1, attempt: 1, frames: [3, 7] }],
      notReady: { page: 2, seconds: 20.5 },
      steps: [{ at: "CFR", attempt: 1, do: "delay", ms: 3500 }],
      document: { pages: 2, sep: "1234 5#" },
    };
    expect(readScript(script, "modern", PLACE)).toEqual({ ok: true, script });
  });

  it.each([
    [5, "call.script must be an object."],
    [{ anwers: [] }, 'call.script has no field "anwers" (did you mean "answers"?)'],
    [{ capabilities: { maxrate: 9600 } }, '(did you mean "maxRate"?)'],
    [{ capabilities: { maxRate: 9601 } }, "call.script.capabilities.maxRate must be one of 2400, 4800, 7200"],
    [{ answers: [{ page: 1, with: "RTM" }] }, "call.script.answers[0].with must be one of RTN, RTP, PIP, PIN, DCN"],
    [{ answers: [{ page: 1, with: "RTM" }] }, '(did you mean "RTN"?)'],
    [{ answers: [{ with: "RTN" }] }, "call.script.answers[0].page is missing."],
    [{ damage: [] }, "call.script.damage must be a list of 1 to 100 entries."],
    [{ damage: [{ frames: [1, 256] }] }, "call.script.damage[0].frames[1] must be a whole number from 0 to 255."],
    [{ noise: { loss: 1.5 } }, "call.script.noise.loss must be a number from 0 to 1."],
    [{ noise: { loss: Number.NaN } }, "call.script.noise.loss must be a number"],
    [{ calls: "sometimes" }, "call.script.calls must be a text of at most 100 characters: calls of the number"],
    [{ password: "geheim" }, "call.script.password must be a text of at most 20 characters"],
    [{ capabilities: { ecm: 1 } }, "call.script.capabilities.ecm must be true or false."],
    [{ silentAt: "dis" }, '(did you mean "DIS"?)'],
    [{ toString: 1 }, 'call.script has no field "toString"'],
  ])("%j is refused with its place and the word that was meant", (script, sentence) => {
    expect(detail(script)).toContain(sentence);
  });

  it.each([
    [{ answers: [{ page: 1, with: "RTN" }], capabilities: { ecm: true } }, "modern", "answers[0].with"],
    [{ capabilities: { ecm: false, mmr: true } }, "modern", "capabilities.mmr"],
    [{ notReady: { page: 1, times: 1 } }, "mh-9600", "notReady: RNR"],
    [{ damage: [{ frames: [1] }] }, "no-ecm-mr", "damage"],
    [{ noise: { frameErrorRate: 0.1 }, capabilities: { ecm: false } }, "modern", "bitErrorRate"],
    [{ notReady: { page: 1 } }, "modern", "either times or seconds"],
    [{ notReady: { page: 1, times: 1, seconds: 1 } }, "modern", "either times or seconds"],
    [{ capabilities: { ecm: true } }, "refuses-once", "refuses-once has none"],
    [{ steps: [{ at: "CFR", do: "say" }] }, "modern", "steps[0].frame is missing"],
    [{ steps: [{ at: "CFR", do: "skip", ms: 3 }] }, "modern", 'steps[0].ms says nothing to "skip"'],
  ] as const)("%j of a machine that is %s asks for two things that exclude each other", (script, mood, words) => {
    expect(detail(script, mood)).toContain(words);
  });

  it("that brings error correction to a machine without may use it", () => {
    expect(detail({ capabilities: { ecm: true }, damage: [{ frames: [1] }] }, "mh-9600")).toBe("");
  });

  it("holds for the calls it names", () => {
    const held = (calls?: string) => [1, 2, 3, 4, 5].filter((call) => holdsFor({ ...(calls && { calls }) }, call));
    expect(held()).toEqual([1, 2, 3, 4, 5]);
    expect(held("odd")).toEqual([1, 3, 5]);
    expect(held("even")).toEqual([2, 4]);
    expect(held("2")).toEqual([2]);
    expect(held("2-3")).toEqual([2, 3]);
    expect(held("4-")).toEqual([4, 5]);
    expect(held("1, 4-")).toEqual([1, 4, 5]);
  });
});
