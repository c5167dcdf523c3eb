// Noise on the line of a simulated machine, in whole calls: the same for the same seed, and in the measure that was asked for.

import type { MachineScript } from "@depesche/scenario";
import { describe, expect, it } from "vitest";
import { betweenOwnEnds, machines } from "./machine-calls.ts";

describe("noise", () => {
  const noisy = async (script: MachineScript, nth = 1, seed = 0) => {
    const both = machines({ answers: { mood: "modern", script, call: nth, seed } });
    const [caller] = await betweenOwnEnds(both);
    return { said: both.said.join(" "), caller, badLines: both.receiver.pages.map((page) => page.badLines) };
  };

  it("is the same for the same seed and call, and another for another", async () => {
    const script = { seed: 7, noise: { frameErrorRate: 0.3 } };
    const first = await noisy(script);
    expect(await noisy(script, 1, 99)).toEqual(first);
    expect((await noisy(script, 2)).said).not.toBe(first.said);
    expect((await noisy({ ...script, seed: 8 })).said).not.toBe(first.said);
    expect((await noisy({ noise: script.noise }, 1, 1)).said).not.toBe(
      (await noisy({ noise: script.noise }, 1, 2)).said,
    );
  });

  it("damages about as many frames as it says, in bursts as long as it says", async () => {
    const { said, caller } = await noisy({ seed: 3, noise: { frameErrorRate: 0.3 } });
    const [, asked] = /<PPR block of (\d+)/.exec(said)!;
    expect(Number(asked)).toBeGreaterThan(5);
    expect(Number(asked)).toBeLessThan(20);
    expect(caller.cause).toBe("completed");
    const burst = await noisy({ seed: 3, noise: { frameErrorRate: 0.02, burst: 12 } });
    expect(Number(/block of (?!40|14)(\d+)/.exec(burst.said)![1])).toBeGreaterThanOrEqual(8);
  });

  it("on a page without error correction is damaged lines, told and no more than a few for few wrong bits", async () => {
    const { badLines, caller } = await noisy({ seed: 1, noise: { bitErrorRate: 2e-5 }, capabilities: { ecm: false } });
    expect(caller.cause).toBe("completed");
    const bad = badLines.reduce((sum, lines) => sum + lines, 0);
    expect(bad).toBeGreaterThan(0);
    expect(bad).toBeLessThan(60);
  });

  it("so loud that nothing trains ends the call", async () => {
    const { caller } = await noisy({ noise: { bitErrorRate: 0.3 } });
    expect(caller.cause).not.toBe("completed");
    expect(caller.lineUs).toBeLessThan(300e6);
  });

  it("that swallows frames makes both sides repeat themselves, and the call ends", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { caller, said } = await noisy({ seed, noise: { loss: 0.1 } });
      expect(caller.lineUs).toBeLessThan(600e6);
      if (caller.cause === "completed") expect([seed, said.includes("MCF")]).toEqual([seed, true]);
    }
  });
});
