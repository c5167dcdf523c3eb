// The table of the simulated machines: what a fax of two pages (fine) comes to at each, and how long it takes on a line.

import { MACHINES } from "@depesche/fax-machine";
import type { MachineMood } from "@depesche/scenario";
import { CAUSES, rateOf } from "@depesche/t30";
import { expect, it } from "vitest";
import { betweenOwnEnds, machines } from "./machine-calls.ts";

interface Row {
  outcome: "OK" | "SENDFAIL";
  pages: number;
  /** Of the last training that was agreed, "-" when there was none. */
  how: string;
  /** Line time, seconds; the octets of both pages explain the most of it. */
  seconds: number;
}

const OK = { outcome: "OK", pages: 2 } as const;

/**
 * A call of two pages costs about 16.5 s beside its pages' bits: CED 2.8, CSI and DIS 2.9, TSI and DCS 2.4, TCF 3.0, CFR 1.2, and a
 * page 0.5 to 1.4 for its training, 1.3 to 1.4 for its end and 1.2 for MCF.
 */
const TABLE: Readonly<Record<MachineMood, Row>> = {
  modern: { ...OK, how: "14400 mmr 256 fine", seconds: 26.5 },
  "cuts-page-1": { outcome: "SENDFAIL", pages: 0, how: "14400 mmr 256 fine", seconds: 14.6 },
  "no-ecm-mr": { ...OK, how: "14400 mr 0 fine", seconds: 46.3 },
  "mh-9600": { ...OK, how: "9600 mh 0 fine", seconds: 58.0 },
  "mh-4800": { ...OK, how: "4800 mh 0 fine", seconds: 90.4 },
  "ecm-64": { ...OK, how: "14400 mmr 64 fine", seconds: 27.0 },
  "standard-only": { ...OK, how: "14400 mh 0 standard", seconds: 44.2 },
  "refuses-once": { ...OK, how: "12000 mr 0 fine", seconds: 73.1 },
  "damages-frames": { ...OK, how: "14400 mmr 256 fine", seconds: 35.6 },
  "ceiling-4800": { ...OK, how: "4800 mmr 256 fine", seconds: 79.0 },
  "out-of-paper": { ...OK, how: "14400 mmr 256 fine", seconds: 26.5 },
  "no-paper": { outcome: "SENDFAIL", pages: 0, how: "14400 mmr 256 fine", seconds: 20.2 },
  "hangs-up": { outcome: "SENDFAIL", pages: 0, how: "-", seconds: 2.8 },
};

it.each(Object.keys(MACHINES) as MachineMood[])("a fax of two pages to a machine that is %s", async (mood) => {
  const both = machines({ answers: { mood } });
  const [{ cause, pages, dcs, lineUs }] = await betweenOwnEnds(both);
  const how = dcs ? `${rateOf(dcs.modulation)} ${dcs.coding} ${dcs.ecm} ${dcs.resolution}` : "-";
  const { seconds, ...row } = TABLE[mood];
  expect({ outcome: CAUSES[cause as keyof typeof CAUSES].outcome, pages, how }).toEqual(row);
  expect(Math.abs(lineUs / 1e6 - seconds)).toBeLessThan(0.02 * seconds + 0.1);
});

it("what a call takes is what its bits, its commands and its answers take", async () => {
  const both = machines({ answers: { mood: "modern" } });
  const [{ lineUs }] = await betweenOwnEnds(both);
  const burst = (...fifs: number[]) =>
    1.075 + fifs.reduce((bits, fif) => bits + (fif + 5) * 8 * (63 / 62) + 8, 0) / 300;
  const block = (count: number) => 0.075 + 0.142 + 0.25 + (count * 2138 + 3 * 48.6) / 14400;
  const phaseB = 0.2 + 2.6 + burst(20, 6) + burst(20, 6) + (0.075 + 1.393 + 1.5) + burst(0);
  const pages = block(40) + block(14) + 2 * (burst(4) + burst(0));
  expect(lineUs / 1e6).toBeCloseTo(phaseB + pages + burst(0), 0);
});
