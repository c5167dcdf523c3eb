// What the ear takes for a fax machine and what not, through both laws of G.711.

import { describe, expect, it } from "vitest";
import { createFaxEar, type Heard, heardAtMs, hearFax } from "./fax-ear.ts";
import { decodeG711, encodeG711, type G711Law } from "./g711.ts";
import { amplitudeOf, cedTone, cngTone, playTone, samplesOf, tone } from "./tones.ts";
import { createV21, FLAG, modulateV21 } from "./v21.ts";

const LAWS = ["pcma", "pcmu"] as const;

/** Hears in pieces of 20 ms, as they come from the network. */
function heardIn(samples: Int16Array, law: G711Law = "pcma"): Heard[] {
  const ear = createFaxEar();
  const out: Heard[] = [];
  for (let at = 0; at < samples.length; at += 160) {
    hearFax(ear, decodeG711(law, encodeG711(law, samples.subarray(at, at + 160))), out);
  }
  return out;
}

const signalsIn = (samples: Int16Array, law?: G711Law) => heardIn(samples, law).map(({ signal }) => signal);

function played(state: Parameters<typeof playTone>[0], ms: number): Int16Array {
  const samples = new Int16Array(samplesOf(ms));
  playTone(state, samples);
  return samples;
}

/** Numbers between 0 and 1, the same each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function withNoise(samples: Int16Array, dbm0: number, seed = 1): Int16Array {
  const random = seeded(seed);
  // Twelve evenly spread numbers make one that is nearly normal.
  const normal = () => Array.from({ length: 12 }, random).reduce((sum, x) => sum + x, -6);
  const rms = amplitudeOf(dbm0) / Math.SQRT2;
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, sample + normal() * rms)));
}

function sines(ms: number, parts: readonly { hz: number; dbm0: number }[]): Int16Array {
  return Int16Array.from({ length: samplesOf(ms) }, (_, i) =>
    parts.reduce((sum, { hz, dbm0 }) => sum + amplitudeOf(dbm0) * Math.sin((2 * Math.PI * hz * i) / 8000 + hz), 0),
  );
}

const flags = (count: number) => new Uint8Array(count).fill(FLAG);

describe.each(LAWS)("through %s", (law) => {
  it.each([-3, -20, -43])("CED is heard half a second after it began at %i dBm0", (dbm0) => {
    const heard = heardIn(played(cedTone({ dbm0 }), 4000), law);
    expect(heard.map(({ signal }) => signal)).toEqual(["ced"]);
    expect(heardAtMs(heard[0]!)).toBeGreaterThanOrEqual(700);
    expect(heardAtMs(heard[0]!)).toBeLessThanOrEqual(720);
  });

  it.each([-3, -20, -43])("each burst of CNG is heard once at %i dBm0", (dbm0) => {
    expect(signalsIn(played(cngTone({ dbm0 }), 7700), law)).toEqual(["cng", "cng", "cng"]);
  });

  it.each([-3, -20, -43])("the flags before a frame are heard within a third of a second at %i dBm0", (dbm0) => {
    const heard = heardIn(modulateV21(createV21(dbm0), flags(37)), law);
    expect(heard.map(({ signal }) => signal)).toEqual(["v21-preamble"]);
    expect(heardAtMs(heard[0]!)).toBeLessThan(333);
  });
});

it("CED at the edge of its tolerance is heard, beyond it not", () => {
  const heard = [-15, -14, 0, 14, 15, -19, 19, -50, 50, 100].map((off) => {
    const spans = [{ hz: 2100 + off, samples: samplesOf(3000) }];
    return [off, signalsIn(played(tone(spans, false), 3200)).length];
  });
  expect(heard.filter(([, count]) => count === 1).map(([off]) => off)).toEqual(expect.arrayContaining([-14, 0, 14]));
  expect(heard.filter(([off]) => Math.abs(off!) > 18).map(([, count]) => count)).toEqual([0, 0, 0, 0, 0]);
});

it("an answering tone that turns its phase every 450 ms, as V.8 modems send it, is CED too", () => {
  const samples = Int16Array.from({ length: samplesOf(3300) }, (_, i) => {
    const turn = Math.floor(i / samplesOf(450)) % 2 === 0 ? 0 : Math.PI;
    const swell = 1 + 0.2 * Math.sin((2 * Math.PI * 15 * i) / 8000);
    return amplitudeOf(-13) * swell * Math.sin((2 * Math.PI * 2100 * i) / 8000 + turn);
  });
  expect(signalsIn(samples)).toEqual(["ced"]);
});

it("CED shorter than half a second is nothing", () => {
  expect(signalsIn(played(cedTone({ ms: 450 }), 2000))).toEqual([]);
});

it("CNG is a burst of half a second: shorter, longer and unending ones are none; off by 35 Hz it still is", () => {
  const burst = (hz: number, ms: number) =>
    signalsIn(
      played(
        tone(
          [
            { hz: 0, samples: 777 },
            { hz, samples: samplesOf(ms) },
          ],
          false,
        ),
        ms + 400,
      ),
    );
  expect([425, 500, 575].map((ms) => burst(1100, ms))).toEqual([["cng"], ["cng"], ["cng"]]);
  expect([250, 380, 620, 3000].map((ms) => burst(1100, ms))).toEqual([[], [], [], []]);
  expect([1065, 1135, 1045, 1155, 1200].map((hz) => burst(hz, 500))).toEqual([["cng"], ["cng"], [], [], []]);
});

it("all three are heard under noise 15 dB below them", () => {
  expect(signalsIn(withNoise(played(cedTone({ dbm0: -20 }), 3500), -35))).toEqual(["ced"]);
  expect(signalsIn(withNoise(played(cngTone({ dbm0: -20 }), 3400), -35))).toEqual([]);
  expect(signalsIn(withNoise(modulateV21(createV21(-20), flags(37)), -35))).toEqual(["v21-preamble"]);
});

it("CED, silence, preamble and a frame, as a machine answers, are one CED and one preamble", () => {
  const dis = Uint8Array.of(0xff, 0x13, 0x80, 0x00, 0xce, 0xf4, 0x80, 0x80, 0x81);
  const parts = [
    played(cedTone(), 3200),
    new Int16Array(samplesOf(75)),
    modulateV21(createV21(), Uint8Array.of(...flags(37), ...dis, ...flags(2))),
  ];
  const all = Int16Array.from(parts.flatMap((part) => [...part]));
  expect(signalsIn(all)).toEqual(["ced", "v21-preamble"]);
});

it("a second preamble is heard again", () => {
  const preamble = [...modulateV21(createV21(), flags(37))];
  const all = Int16Array.from([...preamble, ...new Int16Array(4000), ...preamble]);
  expect(signalsIn(all)).toEqual(["v21-preamble", "v21-preamble"]);
});

it("frames and other V.21 data without a run of flags are no preamble", () => {
  const random = seeded(5);
  const octets = Uint8Array.from({ length: 400 }, () => random() * 256);
  expect(signalsIn(modulateV21(createV21(), octets))).toEqual([]);
});

describe("what is no fax", () => {
  it("silence, noise and the tones of the network", () => {
    expect(signalsIn(new Int16Array(16_000))).toEqual([]);
    expect(signalsIn(withNoise(new Int16Array(80_000), -20))).toEqual([]);
    for (const hz of [425, 400, 440, 480, 950, 1000, 1400, 1800, 2000, 2200, 1650, 1750, 1850]) {
      expect([hz, signalsIn(sines(3000, [{ hz, dbm0: -10 }]))]).toEqual([hz, []]);
    }
  });

  it("dialled digits, in the ordinary cadence and long", () => {
    const low = [697, 770, 852, 941];
    const high = [1209, 1336, 1477, 1633];
    for (const a of low) {
      for (const b of high) {
        const parts = [
          { hz: a, dbm0: -8 },
          { hz: b, dbm0: -6 },
        ];
        const burst = [...sines(500, parts), ...new Int16Array(800), ...sines(80, parts), ...new Int16Array(640)];
        expect(signalsIn(Int16Array.from(burst))).toEqual([]);
      }
    }
  });

  it("chords, also with a note within the tolerance of CED or CNG", () => {
    for (const chord of [
      [2093, 1318.5, 1568],
      [1108.7, 880, 1318.5],
      [523.3, 1046.5, 2093],
      [1650, 1850],
      [1100, 2100],
    ]) {
      expect(
        signalsIn(
          sines(
            2000,
            chord.map((hz) => ({ hz, dbm0: -15 })),
          ),
        ),
      ).toEqual([]);
    }
  });

  it("three minutes of something like speech: syllables of voiced harmonics and of hiss", () => {
    const random = seeded(11);
    for (let minute = 0; minute < 3; minute++) {
      const samples = new Int16Array(samplesOf(60_000));
      let at = 0;
      while (at < samples.length) {
        const length = samplesOf(60 + random() * 700);
        const pitch = 85 + random() * 270;
        const formants = [300 + random() * 500, 900 + random() * 1500, 2200 + random() * 900];
        const voiced = random() < 0.75;
        const glide = (random() - 0.5) * 0.3;
        const loud = amplitudeOf(-25 + random() * 20);
        let phase = 0;
        for (let i = 0; i < length && at < samples.length; i++, at++) {
          phase += (2 * Math.PI * pitch * (1 + (glide * i) / length)) / 8000;
          let value = voiced ? 0 : (random() - 0.5) * 0.7;
          for (let n = 1; voiced && n * pitch < 3600; n++) {
            const gain = formants.reduce((sum, f) => sum + Math.exp(-(((n * pitch - f) / 150) ** 2)), 0.02);
            value += gain * Math.sin(n * phase) * 0.3;
          }
          samples[at] = loud * value * Math.sin((Math.PI * i) / length);
        }
        at += samplesOf(random() * 200);
      }
      expect(signalsIn(samples)).toEqual([]);
    }
  });
});
