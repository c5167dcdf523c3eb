/** Frames in words: what a ladder, the dashboard and the command line show of a session. */

import { bitOf, bitsOf } from "./capabilities.ts";
import { COUNTRIES } from "./countries.ts";
import { DIS_BITS } from "./dis-bits.ts";
import { BLOCK_FRAMES, callsOperator, decodeFcd, decodePpr, decodePps, endOf } from "./ecm.ts";
import { FCF, type FcfName, type Frame, fcfName, fcfOf, X } from "./frame.ts";
import { decodeId } from "./identity.ts";
import { reverseBits } from "./octets.ts";
import { isProblem } from "./problem.ts";

/** One decoded field of a frame. */
export interface FrameField {
  /** First bit of the field in the FIF, from 1; the FIF's octets as a whole count as bit 1. */
  bit: number;
  /** How many bits. */
  bits: number;
  name: string;
  value: string;
  clause: string;
}

/** A frame in words. */
export interface FrameDescription {
  /** "DIS", "PPS-EOP", or "FCF xx" for one the standard does not know. */
  name: string;
  /** What it says, in a few words. */
  meaning: string;
  /** Who sends it by the rules: X bit, or the kind of frame; undefined when it does not tell (page data). */
  sentBy: "caller" | "answerer" | undefined;
  final: boolean;
  clause: string;
  fields: FrameField[];
}

const word = (meaning: string, clause: string) => ({ meaning, clause });

const WORDS: Readonly<Record<FcfName, { meaning: string; clause: string }>> = {
  DIS: word("what I can do", "T.30 §5.3.6.1.1"),
  CSI: word("who I am (called station)", "T.30 §5.3.6.1.1"),
  NSF: word("non-standard facilities", "T.30 §5.3.6.1.1"),
  DTC: word("what I can do; I want to poll", "T.30 §5.3.6.1.2"),
  CIG: word("who I am (polling station)", "T.30 §5.3.6.1.2"),
  NSC: word("non-standard command", "T.30 §5.3.6.1.2"),
  PWD: word("password", "T.30 §5.3.6.1.2"),
  SEP: word("document to be polled", "T.30 §5.3.6.1.2"),
  PSA: word("sub-address to be polled", "T.30 §5.3.6.1.2"),
  CIA: word("internet address (polling station)", "T.30 §5.3.6.1.2"),
  ISP: word("internet selective polling", "T.30 §5.3.6.1.2"),
  DCS: word("what we use", "T.30 §5.3.6.1.3"),
  TSI: word("who I am (sending station)", "T.30 §5.3.6.1.3"),
  SUB: word("sub-address", "T.30 §5.3.6.1.3"),
  NSS: word("non-standard set-up", "T.30 §5.3.6.1.3"),
  SID: word("sender identification", "T.30 §5.3.6.1.3"),
  TSA: word("internet address (sending station)", "T.30 §5.3.6.1.3"),
  IRA: word("internet routing address", "T.30 §5.3.6.1.3"),
  CTC: word("continue at this rate", "T.30 annex A.4.1"),
  CFR: word("training is good, send", "T.30 §5.3.6.1.4"),
  FTT: word("training failed, train again", "T.30 §5.3.6.1.4"),
  CTR: word("agreed to the rate", "T.30 annex A.4.2"),
  EOM: word("end of page, another kind follows", "T.30 §5.3.6.1.6"),
  MPS: word("end of page, another follows", "T.30 §5.3.6.1.6"),
  EOP: word("end of the last page", "T.30 §5.3.6.1.6"),
  EOS: word("end of selection", "T.30 §5.3.6.1.6"),
  PRI_EOM: word("end of page, another kind follows, operator wanted", "T.30 §5.3.6.1.6"),
  PRI_MPS: word("end of page, another follows, operator wanted", "T.30 §5.3.6.1.6"),
  PRI_EOP: word("end of the last page, operator wanted", "T.30 §5.3.6.1.6"),
  PPS: word("end of a block", "T.30 annex A.4.3"),
  EOR: word("end of retransmission, block given up", "T.30 annex A.4.3"),
  RR: word("are you ready?", "T.30 annex A.4.3"),
  MCF: word("received well", "T.30 §5.3.6.1.7"),
  RTP: word("received well, train again", "T.30 §5.3.6.1.7"),
  RTN: word("not received well, train again", "T.30 §5.3.6.1.7"),
  PIP: word("received well, operator wanted", "T.30 §5.3.6.1.7"),
  PIN: word("not received well, operator wanted", "T.30 §5.3.6.1.7"),
  FDM: word("file diagnostics", "T.30 §5.3.6.1.7"),
  PPR: word("these frames again", "T.30 annex A.4.4"),
  RNR: word("not ready yet", "T.30 annex A.4.4"),
  ERR: word("agreed to the end of retransmission", "T.30 annex A.4.4"),
  DCN: word("good-bye", "T.30 §5.3.6.1.8"),
  CRP: word("repeat your command", "T.30 §5.3.6.1.8"),
  FNV: word("field not valid", "T.30 §5.3.6.1.8"),
  TNR: word("not ready to send", "T.30 §5.3.6.1.8"),
  TR: word("ready to send?", "T.30 §5.3.6.1.8"),
  FCD: word("page data", "T.4 annex A.3.6"),
  RCP: word("end of page data", "T.4 annex A.3.7"),
};

/** Frames that hold up to 20 characters, and what these are. */
const ID_FRAMES: ReadonlyMap<number, { name: string; clause: string }> = new Map([
  [FCF.CSI, { name: "identification", clause: "T.30 §5.3.6.2.4" }],
  [FCF.CIG, { name: "identification", clause: "T.30 §5.3.6.2.5" }],
  [FCF.TSI, { name: "identification", clause: "T.30 §5.3.6.2.6" }],
  [FCF.SUB, { name: "sub-address", clause: "T.30 §5.3.6.1.3" }],
  [FCF.SID, { name: "sender id", clause: "T.30 §5.3.6.1.3" }],
  [FCF.SEP, { name: "document", clause: "T.30 §5.3.6.1.2" }],
  [FCF.PWD, { name: "password", clause: "T.30 §5.3.6.1.2" }],
  [FCF.PSA, { name: "sub-address", clause: "T.30 §5.3.6.1.2" }],
]);
const NON_STANDARD: ReadonlySet<number> = new Set([FCF.NSF, FCF.NSC, FCF.NSS]);
const INTERNET: ReadonlySet<number> = new Set([FCF.CIA, FCF.TSA, FCF.IRA, FCF.ISP]);
const FROM_ANSWERER: ReadonlySet<number> = new Set([FCF.DIS, FCF.CSI, FCF.NSF]);
const FROM_CALLER: ReadonlySet<number> = new Set([
  FCF.DTC,
  FCF.CIG,
  FCF.NSC,
  FCF.PWD,
  FCF.SEP,
  FCF.PSA,
  FCF.CIA,
  FCF.ISP,
]);

/** Name of a frame with what PPS and EOR add to it: "MCF", "PPS-MPS", "PRI-EOP"; unknown ones "FCF xx". */
export function nameOf(frame: Frame): string {
  const name = fcfName(frame.fcf);
  if (name === undefined) return `FCF ${hex(frame.fcf)}`;
  if ((name === "PPS" || name === "EOR") && frame.fif.length > 0) return `${name}-${endName(frame.fif[0]!)}`;
  return name.replace("_", "-");
}

/** What PPS and EOR add: "MPS", "PRI-EOP", "NULL". */
function endName(fcf2: number): string {
  return callsOperator(fcf2) ? `PRI-${endOf(fcf2)}` : endOf(fcf2);
}

/** Puts a frame into words: its name and every field with the clause that defines it. Damaged content is said, not guessed. */
export function describeFrame(frame: Frame): FrameDescription {
  const name = fcfName(frame.fcf);
  const { meaning, clause } = name === undefined ? word("unknown", "-") : WORDS[name];
  return {
    name: nameOf(frame),
    meaning,
    sentBy: senderOf(frame.fcf),
    final: frame.final,
    clause,
    fields: fieldsOf(frame),
  };
}

function senderOf(fcf: number): FrameDescription["sentBy"] {
  const plain = fcfOf(fcf);
  if (FROM_ANSWERER.has(plain)) return "answerer";
  if (FROM_CALLER.has(plain)) return "caller";
  if (plain === FCF.FCD || plain === FCF.RCP) return undefined;
  if (fcfName(fcf) === undefined) return undefined;
  return fcf & X ? "caller" : "answerer";
}

function fieldsOf(frame: Frame): FrameField[] {
  const fcf = fcfOf(frame.fcf);
  if (fcf === FCF.DIS || fcf === FCF.DTC || fcf === FCF.DCS) return bitFields(frame.fif, fcf === FCF.DCS);
  if (fcf === FCF.CTC) return bitFields(frame.fif.subarray(0, 2), true).filter((field) => field.bit === 11);
  if (frame.fif.length === 0) return [];
  const id = ID_FRAMES.get(fcf);
  if (id) return [idField(frame.fif, id)];
  if (NON_STANDARD.has(fcf)) return nonStandardFields(frame.fif);
  if (INTERNET.has(fcf)) return [whole(frame.fif, "address", textOrHex(frame.fif), "T.30 §5.3.6.2")];
  if (fcf === FCF.EOR) return [endField(frame.fif)];
  if (fcf === FCF.PPS) return ppsFields(frame.fif);
  if (fcf === FCF.PPR) return [pprField(frame.fif)];
  if (fcf === FCF.FCD) return fcdFields(frame.fif);
  return [whole(frame.fif, "information", hexOf(frame.fif), "T.30 §5.3.6.2")];
}

/** Every row of table 2 within the FIF, and every reserved bit that is set. */
function bitFields(fif: Uint8Array, isDcs: boolean): FrameField[] {
  const clause = "T.30 table 2";
  const fields: FrameField[] = [];
  let next = 1;
  for (const row of DIS_BITS) {
    if (row.to > fif.length * 8) break;
    if (row.reservedIn === (isDcs ? "DCS" : "DIS")) continue;
    reserved(fif, next, row.from - 1, fields);
    next = row.to + 1;
    const value = bitsOf(fif, row.from, row.to);
    const words = (isDcs ? row.dcs : undefined) ?? row.dis;
    const text = words === undefined ? (value === 1 ? "yes" : "no") : (words[value] ?? `reserved (${value})`);
    const name = (isDcs ? row.dcsName : undefined) ?? row.name;
    fields.push({ bit: row.from, bits: row.to - row.from + 1, name, value: text, clause });
  }
  reserved(fif, next, fif.length * 8, fields);
  return fields;
}

function reserved(fif: Uint8Array, from: number, to: number, fields: FrameField[]): void {
  for (let bit = from; bit <= to; bit++) {
    if (bitOf(fif, bit))
      fields.push({ bit, bits: 1, name: `bit ${bit}, reserved`, value: "set", clause: "T.30 table 2" });
  }
}

function idField(fif: Uint8Array, { name, clause }: { name: string; clause: string }): FrameField {
  const id = decodeId(fif);
  return whole(fif, name, typeof id === "string" ? id : hexOf(fif), clause);
}

/** T.35 country code, then what the maker in that country likes; the rest is no business of the standard's. */
function nonStandardFields(fif: Uint8Array): FrameField[] {
  const clause = "T.30 §5.3.6.2.7";
  const fields: FrameField[] = [{ bit: 1, bits: 8, name: "country", value: countryOf(fif[0]!), clause }];
  const rest = fif.subarray(1);
  if (rest.length > 0) fields.push({ bit: 9, bits: rest.length * 8, name: "maker's own", value: hexOf(rest), clause });
  return fields;
}

/** Since 2003 the standard says which bit comes first; before, half of the makers sent the code the other way round. */
function countryOf(octet: number): string {
  const reversed = reverseBits(octet);
  const names = [
    ...(COUNTRIES[octet] === undefined ? [] : [`${COUNTRIES[octet]} (T.35 code ${hex(octet)})`]),
    ...(COUNTRIES[reversed] === undefined || reversed === octet
      ? []
      : [`${COUNTRIES[reversed]} (T.35 code ${hex(reversed)}, last bit first)`]),
  ];
  return names.length > 0 ? names.join(" or ") : `T.35 code ${hex(octet)}`;
}

/** Characters as they stand behind the octets that say kind and length; hex when there are none. */
function textOrHex(fif: Uint8Array): string {
  const text = Array.from(fif, (octet) => String.fromCharCode(reverseBits(octet))).join("");
  const readable = /[\x20-\x7e]{3,}/.exec(text)?.[0];
  return readable === undefined ? hexOf(fif) : `${readable} (${hexOf(fif)})`;
}

function ppsFields(fif: Uint8Array): FrameField[] {
  const pps = decodePps(fif);
  const clause = "T.30 annex A.4.3";
  if (isProblem(pps)) return [whole(fif, "information", hexOf(fif), clause)];
  return [
    endField(fif),
    { bit: 9, bits: 8, name: "page", value: String(pps.page), clause },
    { bit: 17, bits: 8, name: "block", value: String(pps.block), clause },
    { bit: 25, bits: 8, name: "frames", value: String(pps.frames), clause },
  ];
}

/** The second FCF of PPS and EOR. */
function endField(fif: Uint8Array): FrameField {
  return { bit: 1, bits: 8, name: "what follows", value: endName(fif[0]!), clause: "T.30 annex A.4.3" };
}

function pprField(fif: Uint8Array): FrameField {
  const bad = decodePpr(fif, BLOCK_FRAMES);
  return whole(fif, "bad frames", isProblem(bad) ? hexOf(fif) : ranges(bad), "T.30 annex A.4.4");
}

function fcdFields(fif: Uint8Array): FrameField[] {
  const fcd = decodeFcd(fif);
  const clause = "T.4 annex A.3.6";
  if (isProblem(fcd)) return [whole(fif, "information", hexOf(fif), clause)];
  return [
    { bit: 1, bits: 8, name: "frame", value: String(fcd.number), clause },
    { bit: 9, bits: fcd.data.length * 8, name: "data", value: `${fcd.data.length} octets`, clause },
  ];
}

function whole(fif: Uint8Array, name: string, value: string, clause: string): FrameField {
  return { bit: 1, bits: fif.length * 8, name, value, clause };
}

/** "0-3 7 9-255" */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let last = i;
    while (numbers[last + 1] === numbers[last]! + 1) last++;
    parts.push(last === i ? `${numbers[i]}` : `${numbers[i]}-${numbers[last]}`);
    i = last + 1;
  }
  return parts.join(" ");
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}

function hexOf(octets: Uint8Array): string {
  return Array.from(octets, hex).join(" ");
}
