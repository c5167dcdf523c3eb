/** Whole calls against measured ones: eight ITU charts (1728 x 2376, fine) by a machine of another make, over audio. */

import { expect, it } from "vitest";
import type { CallerOptions } from "./protocol.ts";
import { call, octets } from "./test-support.ts";

/** Octets of the eight charts in T.6, as the literature has them. */
const MMR = [18_103, 10_803, 28_706, 69_275, 32_222, 16_651, 69_282, 19_114];
/**
 * In MR they come to about 355,000 octets: what the measured 231.6 s at 14400 leave for the pages. The other rates must then
 * follow from it.
 */
const MR_TOTAL = 355_000;
const MR = MMR.map((size) => Math.round((size * MR_TOTAL) / MMR.reduce((sum, one) => sum + one, 0)));

const ECM: Partial<CallerOptions> = { codings: ["mmr"] };
const PLAIN: Partial<CallerOptions> = { ecm: false, codings: ["mr"] };

it.each([
  ["v27ter+v29+v17", "ECM and MMR", MMR, ECM, 197.5],
  ["v27ter+v29", "ECM and MMR", MMR, ECM, 274.6],
  ["v27ter", "ECM and MMR", MMR, ECM, 512],
  ["v27ter+v29+v17", "MR", MR, PLAIN, 231.6],
  ["v27ter+v29", "MR", MR, PLAIN, 329.9],
  ["v27ter", "MR", MR, PLAIN, 630],
] as const)("eight charts by %s with %s: within 5 %% of the measured call", (modems, _, sizes, options, seconds) => {
  const pages = sizes.map((size, i) => octets(size, i + 1));
  const { lineUs, caller } = call({ pages, caller: { ...options, modems } });
  expect([caller?.outcome, caller?.pages]).toEqual(["OK", 8]);
  expect(Math.abs(lineUs / 1e6 / seconds - 1)).toBeLessThan(0.05);
});

it("a page at 14400 with error correction and MMR takes 24.7 s in the mean of the charts", () => {
  const { lineUs } = call({ pages: MMR.map((size, i) => octets(size, i + 1)) });
  expect(lineUs / 8e6).toBeGreaterThan(24.7 * 0.95);
  expect(lineUs / 8e6).toBeLessThan(24.7 * 1.05);
});

it("the first chart alone takes 26.8 s", () => {
  const { lineUs } = call({ pages: [octets(MMR[0]!, 1)] });
  expect(Math.abs(lineUs / 26.8e6 - 1)).toBeLessThan(0.05);
});
