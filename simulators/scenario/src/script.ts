/** The script of one simulated fax machine: what it can do and what goes wrong, in which call, page, block and attempt. Plain JSON. */

export const RATES = [2400, 4800, 7200, 9600, 12000, 14400] as const;
export type ScriptRate = (typeof RATES)[number];

/** What a machine is about to put on the line (T.30); "page-end" is MPS, EOM, EOP and PPS-*, "page-answer" MCF, RTN, PPR ... */
export const SIGNALS = [
  "CED",
  "DIS",
  "DTC",
  "DCS",
  "TCF",
  "CFR",
  "FTT",
  "image",
  "page-end",
  "page-answer",
  "CTC",
  "CTR",
  "EOR",
  "ERR",
  "RR",
  "RNR",
  "PPR",
  "DCN",
] as const;
export type ScriptSignal = (typeof SIGNALS)[number];

/** Frames that may be said in the place of the right one. */
export const SAID_FRAMES = [
  "CFR",
  "FTT",
  "MCF",
  "RTP",
  "RTN",
  "PIP",
  "PIN",
  "RNR",
  "CTR",
  "ERR",
  "DCN",
  "CRP",
] as const;

/** What a step does instead, and the field it needs. */
export const DEEDS = {
  silence: undefined,
  disconnect: undefined,
  "hang-up": undefined,
  skip: undefined,
  say: "frame",
  delay: "ms",
  lose: "frames",
  cut: "part",
} as const;

/** One thing done otherwise. All that is given must be true; attempts, pages and blocks count from 1, frames from 0. */
export interface ScriptStep {
  at: ScriptSignal;
  page?: number;
  block?: number;
  /** Only the nth time it is about to send this (at this page and block, when they are given); unset: each time. */
  attempt?: number;
  do: keyof typeof DEEDS;
  frame?: (typeof SAID_FRAMES)[number];
  ms?: number;
  frames?: number[];
  part?: number;
}

/** What the DIS of the machine says; what is unset is as its mood has it. */
export interface ScriptCapabilities {
  ecm?: boolean;
  mmr?: boolean;
  mr?: boolean;
  fine?: boolean;
  superfine?: boolean;
  r300?: boolean;
  r16?: boolean;
  /** DIS names families of modems only: 12000 and 7200 are kept by FTT to what is faster. */
  maxRate?: ScriptRate;
  /** Paper: pels a line at 8 pels/mm. */
  width?: 1728 | 2048 | 2432;
  length?: "a4" | "b4" | "unlimited";
  /** Octets of an ECM frame it prefers. */
  frameSize?: 64 | 256;
  /** Shortest time of a line it prints, milliseconds, at every resolution. */
  minScanMs?: 0 | 5 | 10 | 20 | 40;
  sub?: boolean;
  sep?: boolean;
  pwd?: boolean;
}

/** Noise on the machine's line, drawn from the seed. */
export interface ScriptNoise {
  /** Part of the ECM frames of a page that arrive damaged. */
  frameErrorRate?: number;
  /** Part of the bits that arrive wrong: frames, pages without error correction, training checks. */
  bitErrorRate?: number;
  /** So many frames, or bits, in a row are hit each time. */
  burst?: number;
  /** Part of the frames and of the pieces of a page that do not arrive at all. */
  loss?: number;
}

export interface MachineScript {
  /** Calls it holds for, from 1: every, odd, even, 2, 1-3, 4-; several with commas. In others the machine is its mood alone. */
  calls?: string;
  /** Noise follows from this and the count of the call; unset: from the number. */
  seed?: number;
  capabilities?: ScriptCapabilities;
  /** From off-hook to CED, and CED itself. */
  answerDelayMs?: number;
  cedMs?: number;
  /** Every command and answer comes so much later. */
  turnaroundMs?: number;
  /** Training above this rate fails. */
  trainsUpTo?: ScriptRate;
  /** ECM frames that get damaged, by number in their block. */
  damage?: { page?: number; block?: number; attempt?: number; frames: number[] }[];
  noise?: ScriptNoise;
  /** How it answers a page; then ECM is not offered when the answer is RTN or RTP. */
  answers?: { page: number; with: "RTN" | "RTP" | "PIP" | "PIN" | "DCN" | "silence"; times?: number }[];
  /** RNR (ECM only): so often, or for so many seconds. */
  notReady?: { page: number; block?: number; times?: number; seconds?: number };
  /** Sheets it has: it confirms so many pages and says DCN in the place of the next confirmation. */
  paper?: number;
  /** Falls silent for good, says DCN, or hangs up without a word when this is due. */
  silentAt?: ScriptSignal;
  dcnAt?: ScriptSignal;
  hangUpAt?: ScriptSignal;
  steps?: ScriptStep[];
  /** A document to be polled: so many test pages, for this SEP, only with this PWD. */
  document?: { pages: number; sep?: string; pwd?: string };
  /** Takes pages only with this PWD or SID; takes no other sub-addresses than these. */
  password?: string;
  subAddresses?: string[];
  /** Said before DCS when it dials, where the other machine offers it. */
  sends?: { sub?: string; pwd?: string; sid?: string };
}

/** Whether a script holds for the nth call, from 1. */
export function holdsFor({ calls = "every" }: MachineScript, call: number): boolean {
  return calls.split(",").some((part) => {
    const words = part.trim();
    if (words === "every") return true;
    if (words === "odd" || words === "even") return call % 2 === (words === "odd" ? 1 : 0);
    const [, from, dash, to] = /^(\d+)(-)?(\d+)?$/.exec(words) ?? [];
    return call >= Number(from) && call <= (dash === undefined ? Number(from) : Number(to ?? Number.POSITIVE_INFINITY));
  });
}
