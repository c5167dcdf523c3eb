/** What the simulated machines can do and how they misbehave, as data. */

import type { MachineMood } from "@depesche/scenario";
import { type Capabilities, FULL_CAPABILITIES, type Mood } from "@depesche/t30";

/** One machine: what its DIS says, its misbehaviour, and damage on its line. */
export interface MachineFacts {
  /** Shown by people who ask what it is. */
  name: string;
  capabilities: Capabilities;
  mood: Mood;
  /** Of each block, every nth FCD frame arrives damaged the first time. */
  damageEvery?: number;
}

const MODERN: Capabilities = FULL_CAPABILITIES;
/** A thermal printer of its time: needs 10 ms a line, half of it at fine resolution. */
const SLOW_PRINTER: Capabilities["minScan"] = { standardUs: 10_000, fineUs: 5_000, superfineUs: 5_000 };
const NO_ECM: Capabilities = { ...MODERN, ecm: false, mmr: false, superfine: false, minScan: SLOW_PRINTER };

export const MACHINES: Readonly<Record<MachineMood, MachineFacts>> = {
  modern: { name: "modern machine: ECM, MMR, 14400", capabilities: MODERN, mood: {} },
  "cuts-page-1": {
    name: "modern machine that cuts the line in the midst of page 1",
    capabilities: MODERN,
    mood: { hangUpInPage: 1 },
  },
  "no-ecm-mr": { name: "no ECM, MR, 14400", capabilities: NO_ECM, mood: {} },
  "mh-9600": {
    name: "no ECM, MH, 9600",
    capabilities: { ...NO_ECM, mr: false, modems: "v27ter+v29" },
    mood: {},
  },
  "mh-4800": { name: "no ECM, MH, 4800", capabilities: { ...NO_ECM, mr: false, modems: "v27ter" }, mood: {} },
  "ecm-64": { name: "ECM with frames of 64 octets", capabilities: { ...MODERN, prefers64: true }, mood: {} },
  "standard-only": {
    name: "standard resolution only, no ECM, MH",
    capabilities: { ...NO_ECM, fine: false, mr: false },
    mood: {},
  },
  "refuses-once": { name: "refuses page 1 once (RTN)", capabilities: NO_ECM, mood: { refuseOncePage: 1 } },
  "damages-frames": {
    name: "noisy line: frames arrive damaged and ECM repeats them",
    capabilities: MODERN,
    mood: {},
    damageEvery: 7,
  },
  "ceiling-4800": { name: "trains up to 4800 only", capabilities: MODERN, mood: { trainsUpTo: 4800 } },
  "out-of-paper": { name: "out of paper after page 2", capabilities: MODERN, mood: { outOfPaperAfterPage: 2 } },
  "no-paper": { name: "has no paper: confirms no page", capabilities: MODERN, mood: { outOfPaperAfterPage: 0 } },
  "hangs-up": { name: "answers and hangs up", capabilities: MODERN, mood: { hangUpAfterAnswer: true } },
};
