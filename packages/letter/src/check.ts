// The check of a whole letter: pages, window, address, paper.

import { parseAddress } from "./address-grammar.ts";
import { type AddressLine, findAddress, gapsIn } from "./address-zone.ts";
import { type Finding, finding } from "./finding.ts";
import {
  A4,
  type Box,
  boxAround,
  CLASSIC_RECIPIENT_ZONE,
  cureFor,
  DV_ZONE,
  LEFT_STRIP,
  overlap,
  PAGE_TOLERANCE_MM,
  RECIPIENT_ZONE,
  type TextRun,
  ZONE_TOLERANCE_MM,
} from "./geometry.ts";
import { type Envelope, envelopeOf, MAX_PAGES, MAX_SHEETS, postingOf, sheetsOf } from "./postage.ts";

/** What the check must know of a PDF; the documents room's inspection has this shape. */
export interface LetterInspection {
  pageCount: number;
  /** As displayed: CropBox and Rotate applied. */
  pages: readonly { widthMm: number; heightMm: number }[];
  firstPageText: readonly TextRun[];
  /** Characters of page 1 whose font tells no Unicode. */
  unicodeErrors?: number;
}

export interface LetterOptions {
  /** Print on both sides; default true. */
  duplex?: boolean;
  /** C4 when asked for; default by the number of sheets. */
  envelope?: Envelope;
  /** DV franking: the zone above the recipient must be free. */
  dvFranking?: boolean;
}

export interface LetterCheck {
  /** No finding is an error: the letter can be sent. */
  ok: boolean;
  /** The recipient's lines as they stand in the window. */
  address?: string[];
  addressBox?: Box;
  international: boolean;
  /** ISO 3166 alpha-2, "DE" inland; undefined without an address or when its country is not known. */
  country?: string;
  postcode?: string;
  sheets: number;
  envelope: Envelope;
  /** Weight with envelope, and the postage class by name; undefined when too heavy for any. */
  gram?: number;
  postageClass?: string;
  findings: Finding[];
}

/** Checks a letter by what was read from its PDF. Never throws; everything wrong is a finding. */
export function checkLetter(inspection: LetterInspection, options: LetterOptions = {}): LetterCheck {
  const sheets = sheetsOf(inspection.pageCount, options.duplex ?? true);
  const findings = pageFindings(inspection, sheets);
  const found = findAddress(inspection.firstPageText);
  const strip = inspection.firstPageText.filter((r) => overlap(r, LEFT_STRIP));
  if (strip.length > 0) findings.push(finding("strip-not-free", {}, { page: 1, box: boxAround(strip) as Box }));
  const posting = postingOf(sheets, options.envelope);
  const paper = {
    sheets,
    envelope: envelopeOf(sheets, options.envelope),
    ...(posting && { gram: posting.gram, postageClass: posting.class.name }),
  };
  if (!found) {
    findings.push(finding(unreadable(inspection) ? "text-not-readable" : "address-not-found", {}, { page: 1 }));
    return { ok: false, international: false, ...paper, findings };
  }
  const address = found.lines.map((l) => l.text);
  const parsed = parseAddress(address);
  const where = { page: 1, box: found.box };
  findings.push(...parsed.findings.map((f) => ({ ...f, ...where })));
  findings.push(...layoutFindings(found.lines, where));
  if (found.zone === "off-window") findings.push(offWindow(found.box));
  if (options.dvFranking) findings.push(...dvFindings(inspection.firstPageText));
  return {
    ok: !findings.some((f) => f.severity === "error"),
    address,
    addressBox: found.box,
    international: parsed.international,
    ...(parsed.country !== "" && { country: parsed.country }),
    ...(parsed.postcode !== undefined && { postcode: parsed.postcode }),
    ...paper,
    findings,
  };
}

function pageFindings(inspection: LetterInspection, sheets: number): Finding[] {
  const { pageCount, pages } = inspection;
  const findings: Finding[] = [];
  if (!(pageCount >= 1 && pageCount <= MAX_PAGES)) {
    findings.push(finding("page-count", { pages: pageCount, max: MAX_PAGES }));
  } else if (sheets > MAX_SHEETS) {
    findings.push(finding("sheet-count", { sheets, max: MAX_SHEETS }));
  }
  for (const [i, { widthMm, heightMm }] of pages.slice(0, MAX_PAGES).entries()) {
    const page = i + 1;
    if (near(widthMm, A4.widthMm) && near(heightMm, A4.heightMm)) continue;
    const landscape = near(widthMm, A4.heightMm) && near(heightMm, A4.widthMm);
    findings.push(
      landscape
        ? finding("page-landscape", { page }, { page })
        : finding("page-not-a4", { page, width: mm(widthMm), height: mm(heightMm) }, { page }),
    );
  }
  return findings;
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= PAGE_TOLERANCE_MM;
}

function mm(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Nearly all of the text without Unicode: what could be read is chance. */
function unreadable(inspection: LetterInspection): boolean {
  const errors = inspection.unicodeErrors ?? 0;
  const read = inspection.firstPageText.reduce((n, r) => n + r.text.length, 0);
  return errors > 0 && errors * 2 >= read;
}

function layoutFindings(lines: readonly AddressLine[], where: { page: number; box: Box }): Finding[] {
  const findings = gapsIn(lines).map((i) => finding("address-gap", { line: (lines[i] as AddressLine).text }, where));
  const sizes = lines.map((l) => l.fontSize);
  // Half a point is rounding in the writers of PDF, not another size.
  if (Math.max(...sizes) - Math.min(...sizes) > 0.6) findings.push(finding("address-mixed-size", {}, where));
  return findings;
}

function offWindow(box: Box): Finding {
  const cure = cureFor(box, RECIPIENT_ZONE) ?? { offsetX: 0, offsetY: 0 };
  const classic = cureFor(box, CLASSIC_RECIPIENT_ZONE) ?? cure;
  // The shorter way into either zone; a block too high for the zone below the DV zone needs the older one.
  const best =
    box.heightMm > RECIPIENT_ZONE.heightMm + ZONE_TOLERANCE_MM || length(classic) < length(cure) ? classic : cure;
  return finding("address-off-window", best, { page: 1, box, cure: best });
}

function length(move: { offsetX: number; offsetY: number }): number {
  return Math.hypot(move.offsetX, move.offsetY);
}

function dvFindings(runs: readonly TextRun[]): Finding[] {
  const inner = {
    ...DV_ZONE,
    yMm: DV_ZONE.yMm + ZONE_TOLERANCE_MM,
    heightMm: DV_ZONE.heightMm - 2 * ZONE_TOLERANCE_MM,
  };
  const inside = runs.filter((r) => overlap(r, inner));
  return inside.length === 0 ? [] : [finding("dv-zone-not-free", {}, { page: 1, box: boxAround(inside) as Box })];
}
