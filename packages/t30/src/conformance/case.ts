/**
 * Conformance cases of T.30 in the manner of ITU-T TSB-85: what a tester on the other end of the line says and what the
 * machine under test must answer, as plain data. `play` of player.ts runs them.
 */

import type { Coding, EcmFrameSize, Resolution, Width } from "../capabilities.ts";
import type { Modulation } from "../modulation.ts";
import type { Cause } from "../outcome.ts";
import type { AnswererOptions, CallerOptions, Report } from "../protocol.ts";

/** What a case is about. */
export type Group = "receive" | "transmit" | "ecm-receive" | "ecm-transmit" | "exceptions" | "polling" | "capabilities";

/** A page: pixels of a seeded drawing, or octets that mean nothing (where frames are counted and pixels do not matter). */
export type Sheet =
  | { drawn: number; rows: number; width?: Width; resolution?: Resolution; inch?: true }
  | { octets: number; seed?: number; width?: Width; resolution?: Resolution; inch?: true };

/** How the machine's surroundings take its page `page` (from 1): refused, or stored only after a while or with concealed lines. */
export interface Storing {
  page: number;
  refuse?: boolean;
  /** Only so often; default always. */
  times?: number;
  badLines?: number;
  afterUs?: number;
}

/** A window of line time, microseconds, from the end of the step before to the moment the next signal is on the line. */
export type Window = readonly [minUs: number, maxUs: number];

/**
 * A frame in octets as they stand on the line (first line bit most significant), without FCS: "ff c8 21". In front of it
 * "!" has it arrive with a wrong FCS. In what is expected, ".." is any octet, "46&fe" an octet under a mask, and "*" at the
 * end any further octets.
 */
export type FrameText = string;

/**
 * What the tester does. A signal starts where the step before ended, or `afterUs` later (earlier when negative: it then
 * meets what the machine is saying), with the silence of T.30 §5.3.6 before its carrier.
 */
export type Send = { afterUs?: number } & (
  | { send: "tone"; tone: "ced" | "cng" }
  /** One V.21 burst. `preambleUs` is shorter or longer than the standard's second. */
  | { send: "frames"; frames: readonly FrameText[]; preambleUs?: number }
  /** Training and TCF: `octets` zeros (default 1.5 s), `errors` of them wrong. */
  | { send: "training"; modulation: Modulation; octets?: number; errors?: number }
  /** A page without error correction; `spoil` overwrites octets of the coded page, `cut` ends it there. */
  | {
      send: "page";
      modulation: Modulation;
      short?: boolean;
      sheet: Sheet;
      coding: Coding;
      spoil?: readonly [from: number, to: number];
      cut?: number;
    }
  /** Frames of a block: all of block `block` (default 0) or those of `only`, in that order; RCP `rcp` times (default 3). */
  | {
      send: "block";
      modulation: Modulation;
      short?: boolean;
      sheet: Sheet;
      coding: Coding;
      size: EcmFrameSize;
      block?: number;
      only?: readonly number[];
      damaged?: readonly number[];
      missing?: readonly number[];
      rcp?: number;
    }
  /** A carrier of which nothing can be read, so long. */
  | { send: "carrier"; modulation: Modulation | "v21"; forUs: number }
  /** The line goes; `sending`: the driver says that this cut off a page that was still on its way. */
  | { send: "hang-up"; sending?: true }
  /** Not the line: somebody at the machine stops the call, or has come because it called for an operator. */
  | { send: "local"; what: "stop" | "operator-done" }
);

/** What must come next from the machine. `withinUs` defaults to the standard's limits. */
export type Expect = { withinUs?: Window } & (
  | { expect: "tone"; tone: "ced" | "cng" }
  /** One V.21 burst of exactly these frames. */
  | { expect: "frames"; frames: readonly FrameText[] }
  | { expect: "training"; modulation: Modulation; octets: number }
  | { expect: "page"; modulation: Modulation; short: boolean }
  /** Frames of these numbers in this order, with data of `size` octets, and three RCP. */
  | {
      expect: "block";
      modulation: Modulation;
      short: boolean;
      size: EcmFrameSize;
      numbers: readonly number[];
      /** Which block of the page it is (default 0): where the tester keeps its data. */
      block?: number;
    }
  /** What the tester has of the present page is this sheet; it then starts an empty page. */
  | { expect: "received"; sheet: Sheet; coding: Coding; width?: number }
  /** The machine has handed up one more page, and it is this sheet. */
  | { expect: "stored"; sheet: Sheet }
  /** The machine has reported this, since the last step of this kind. */
  | { expect: "report"; report: Report }
  /** The machine says nothing for so long. */
  | { expect: "nothing"; forUs: number }
  /** `pages` as in its result: those of the caller; `polled` those that went the other way. */
  | { expect: "hang-up"; cause: Cause; pages: number; polled?: number }
);

/** One step of a case. */
export type Step = Send | Expect;

/** One conformance case. */
export type ConformanceCase = {
  id: string;
  title: string;
  /** Clause of T.30 (or T.4) the case is about. */
  clause: string;
  group: Group;
  /** Pages the machine has to send as a caller. */
  sheets?: readonly Sheet[];
  /** Documents that may be polled from the machine as an answerer. */
  documents?: readonly { sep?: string; pwd?: string; sheets: readonly Sheet[] }[];
  storing?: readonly Storing[];
  steps: readonly Step[];
} & (
  | { side: "caller"; options: Partial<Omit<CallerOptions, "pages">> }
  | { side: "answerer"; options: Partial<Omit<AnswererOptions, "documents">> }
);
