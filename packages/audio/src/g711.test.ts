// Values of Tables 1a, 1b, 2a and 2b of G.711, and those of a program nobody here wrote (Python's audioop), as literals.

import { expect, it } from "vitest";
import { decodeG711, encodeG711, type G711Law } from "./g711.ts";
import { amplitudeOf } from "./tones.ts";

const one = (law: G711Law, octet: number) => decodeG711(law, Uint8Array.of(octet))[0];
const every = Uint8Array.from({ length: 256 }, (_, octet) => octet);

it("an A-law octet is the value of Table 1a and 1b, in steps of 8", () => {
  // Ends of segments: the quietest and loudest of either sign, and the two sides of a segment's border.
  expect([0xd5, 0x55, 0xaa, 0x2a, 0xda, 0xc5, 0xf5, 0xe5].map((octet) => one("pcma", octet))).toEqual([
    8, -8, 32_256, -32_256, 248, 264, 528, 1056,
  ]);
});

it("a mu-law octet is the value of Table 2a and 2b, in steps of 4", () => {
  expect([0xff, 0x7f, 0x80, 0x00, 0xfe, 0x7e, 0xf0, 0xef, 0xdf].map((octet) => one("pcmu", octet))).toEqual([
    0, 0, 32_124, -32_124, 8, -8, 120, 132, 396,
  ]);
});

it("every octet comes back from its own value; mu-law has two noughts", () => {
  expect(encodeG711("pcma", decodeG711("pcma", every))).toEqual(every);
  expect(encodeG711("pcmu", decodeG711("pcmu", every))).toEqual(every.with(0x7f, 0xff));
});

it.each([
  ["pcma", 32_256],
  ["pcmu", 32_124],
] as const)(
  "%s is off by half a step at most, never turns two samples round, and clips what is too loud",
  (law, loudest) => {
    const values = [...new Set(decodeG711(law, every))].sort((a, b) => a - b);
    const samples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const back = decodeG711(law, encodeG711(law, samples));
    let at = 0;
    let worst = 0;
    for (let i = 0; i < samples.length; i++) {
      while (values[at]! < back[i]!) at++;
      if (values[at] !== back[i]) throw new Error(`${samples[i]} falls back to ${back[i]}`);
      if (Math.abs(samples[i]!) > loudest) continue;
      const value = back[i]!;
      const step = Math.max(value - (values[at - 1] ?? value), (values[at + 1] ?? value) - value);
      worst = Math.max(worst, Math.abs(samples[i]! - value) / step);
    }
    expect(worst).toBe(0.5);
    expect([back[0], back[65_535]]).toEqual([-loudest, loudest]);
  },
);

it("a sine of 1 kHz in A-law is the digital milliwatt of Table 5/G.711, 0 dBm0", () => {
  const milliwatt = Uint8Array.of(0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4);
  const samples = [...decodeG711("pcma", milliwatt)];
  const rms = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / 8);
  expect(20 * Math.log10(rms / (amplitudeOf(0) / Math.SQRT2))).toBeCloseTo(0, 2);
});
