// Finding the recipient's address on page 1: the lines in the window, without the return address and endorsements.

import { MAX_LINES, parseAddress } from "./address-grammar.ts";
import {
  ADDRESS_FIELD,
  type Box,
  boxAround,
  CLASSIC_RECIPIENT_ZONE,
  RECIPIENT_ZONE,
  SENDER_ZONE,
  type TextRun,
  ZONE_TOLERANCE_MM,
} from "./geometry.ts";

export interface AddressLine extends Box {
  text: string;
  fontSize: number;
}

export interface FoundAddress {
  lines: AddressLine[];
  box: Box;
  /** "dv": below the DV zone; "classic": the older rule; "off-window": an address, but not where the window is. */
  zone: "dv" | "classic" | "off-window";
  /** Return address above the recipient, when there is one. */
  sender?: AddressLine[];
}

const MM_PER_POINT = 25.4 / 72;
/** More lines than the upper half of a page can hold: the rest is not looked at. */
const MOST_LINES = 300;
/** Only these may stand above the address in the window without being part of it. */
const ENDORSEMENT =
  /^(?:(?:einwurf[- ]?)?einschreiben\b.*|eigenh(?:ä|ae)ndig|(?:mit )?r(?:ü|ue)ckschein|prio(?:rity|ritaire)?|par avion|luftpost|b(?:ü|ue)chersendung|warensendung|dialogpost|nicht nachsenden.*|(?:wenn|falls) unzustellbar\b.*|bei umzug\b.*|vorausverf(?:ü|ue)gung\b.*|pers(?:ö|oe)nlich(?:\s*[/-]\s*vertraulich)?|vertraulich|dv\s+\d\d\.\d\d\b.*)!?$/iu;

/**
 * The recipient's address among the text of page 1, in the zones of DIN 5008 form B: below the DV zone (69 mm) or by the
 * older rule from 51 mm. When none stands there, an address elsewhere in the upper left of the page is reported as off
 * the window. Undefined when nothing looks like one.
 */
export function findAddress(runs: readonly TextRun[]): FoundAddress | undefined {
  const near = runs.filter((r) => r.text.trim() !== "" && r.xMm >= 5 && r.xMm < 105 && r.yMm < 150);
  const lines = linesOf(near).slice(0, MOST_LINES);
  const inField = lines.filter((l) => within(l, ADDRESS_FIELD));
  const { recipient, sender } = parted(inField);
  if (recipient.length > 0) {
    const whole = withNeighbours(recipient, lines);
    const above = sender.filter((l) => !whole.includes(l));
    return found(whole, whole.length === recipient.length && fits(whole) ? zoneOf(whole) : "off-window", above);
  }
  const elsewhere = bestBlock(lines);
  return elsewhere && found(elsewhere, "off-window", sender);
}

function found(lines: AddressLine[], zone: FoundAddress["zone"], sender: AddressLine[]): FoundAddress {
  const box = boxAround(lines) as Box;
  return sender.length > 0 ? { lines, box, zone, sender } : { lines, box, zone };
}

/** Runs whose middles lie at one height become a line, left to right. */
function linesOf(runs: readonly TextRun[]): AddressLine[] {
  const groups: TextRun[][] = [];
  for (const run of [...runs].sort((a, b) => middle(a) - middle(b))) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group && first && middle(run) - middle(first) < Math.min(run.heightMm, first.heightMm) / 2) group.push(run);
    else groups.push([run]);
  }
  return groups.map((group) => {
    const ordered = group.sort((a, b) => a.xMm - b.xMm);
    const text = ordered
      .map((r) => r.text.normalize("NFKC"))
      .join(" ")
      .replace(/\s+/g, " ")
      .trim();
    return { ...(boxAround(ordered) as Box), text, fontSize: Math.max(...ordered.map((r) => r.fontSize)) };
  });
}

function middle(box: Box): number {
  return box.yMm + box.heightMm / 2;
}

function within(line: Box, zone: Box): boolean {
  const y = middle(line);
  const x = line.xMm + Math.min(line.widthMm, 20) / 2;
  return y >= zone.yMm && y <= zone.yMm + zone.heightMm && x >= zone.xMm - 5 && x <= zone.xMm + zone.widthMm;
}

/** Splits what the window shows into return address (with endorsements) and recipient. */
function parted(lines: readonly AddressLine[]): { recipient: AddressLine[]; sender: AddressLine[] } {
  const senderEnd = SENDER_ZONE.yMm + SENDER_ZONE.heightMm;
  let start = 0;
  while (start < lines.length && middle(lines[start] as AddressLine) < senderEnd) start++;
  // The return address of a DIN 5008 letter may also stand lower, just above the recipient: told by small print or separators.
  while (lines.length - start > 2 && isAboveRecipient(lines[start] as AddressLine, lines.slice(start + 1))) start++;
  return { sender: lines.slice(0, start), recipient: lines.slice(start) };
}

function isAboveRecipient(line: AddressLine, below: readonly AddressLine[]): boolean {
  if (ENDORSEMENT.test(line.text)) return true;
  const usual = median(below.map((l) => l.fontSize));
  if (line.fontSize <= 8.5 && line.fontSize <= usual - 1) return true;
  // "Muster GmbH · Hafenweg 3 · 20457 Hamburg": a whole address in one line.
  return /\b\d{5}\s+\p{L}/u.test(line.text) && /[·•|,;–]|\s-\s/u.test(line.text);
}

/** Lines of the same block that the window cuts off above or below belong to the address all the same. */
function withNeighbours(recipient: AddressLine[], all: readonly AddressLine[]): AddressLine[] {
  const block = [...recipient];
  for (const line of [...all].reverse()) {
    const first = block[0] as AddressLine;
    if (middle(line) >= middle(first)) continue;
    const sameSize = Math.abs(line.fontSize - first.fontSize) <= 0.6;
    if (block.length >= MAX_LINES || !sameSize || !follows(line, first) || isAboveRecipient(line, block)) break;
    block.unshift(line);
  }
  for (const line of all) {
    const last = block.at(-1) as AddressLine;
    if (middle(line) <= middle(last)) continue;
    if (!follows(last, line) || parseAddress(block.map((l) => l.text)).findings.length === 0) break;
    block.push(line);
  }
  return block;
}

function follows(above: AddressLine, below: AddressLine): boolean {
  const size = Math.max(above.fontSize, below.fontSize) * MM_PER_POINT;
  return below.yMm - above.yMm < 1.9 * size && Math.abs(below.xMm - above.xMm) < 3;
}

function fits(lines: readonly AddressLine[]): boolean {
  const box = boxAround(lines) as Box;
  const zone = CLASSIC_RECIPIENT_ZONE;
  const t = ZONE_TOLERANCE_MM;
  return (
    box.xMm >= zone.xMm - t &&
    box.xMm + box.widthMm <= zone.xMm + zone.widthMm + t &&
    box.yMm >= zone.yMm - t &&
    box.yMm + box.heightMm <= zone.yMm + zone.heightMm + t
  );
}

function zoneOf(lines: readonly AddressLine[]): "dv" | "classic" {
  return (lines[0] as AddressLine).yMm >= RECIPIENT_ZONE.yMm - ZONE_TOLERANCE_MM ? "dv" : "classic";
}

/** The first block of lines anywhere in the upper left that reads as a faultless address. */
function bestBlock(lines: readonly AddressLine[]): AddressLine[] | undefined {
  for (let start = 0; start < lines.length; start++) {
    const block = [lines[start] as AddressLine];
    for (const line of lines.slice(start + 1, start + MAX_LINES)) {
      if (!follows(block.at(-1) as AddressLine, line)) break;
      block.push(line);
      if (parseAddress(block.map((l) => l.text)).findings.length === 0) return block;
    }
  }
  return undefined;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Places where a line is left empty: pairs of neighbours further apart than one line, as the upper one's index. */
export function gapsIn(lines: readonly AddressLine[]): number[] {
  const pitches = lines.slice(1).map((line, i) => line.yMm - (lines[i] as AddressLine).yMm);
  const smallest = Math.min(...pitches);
  return pitches.flatMap((pitch, i) => {
    const size = (lines[i] as AddressLine).fontSize * MM_PER_POINT;
    return pitch > 2.1 * size || (pitch > 1.6 * smallest && pitch > 1.5 * size) ? [i] : [];
  });
}
