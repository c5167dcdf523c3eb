/** A machine that dials: pages of a TIFF on its glass, encoded to what the other side can take. */

import { readTiff } from "@depesche/t4";
import {
  type Action,
  type Capabilities,
  createCaller,
  type Event,
  type PageFormat,
  type Resolution,
  step,
} from "@depesche/t30";
import { type Misconduct, misbehaving } from "./dialling-moods.ts";
import { type GlassPage, LINES, onGlass, onLine, WIDTH, withLines } from "./glass.ts";
import { noisyLine } from "./noise.ts";
import { factsOf, type MachineOptions, senderMood } from "./scripted.ts";

const MAX_PAGES = 500;

export interface SendingMachine {
  step(event: Event, out: Action[]): void;
  /** The coded page for the line. */
  page(index: number, format: PageFormat): Uint8Array | undefined;
  readonly count: number;
}

/**
 * A machine about to dial with the pages of a bilevel TIFF; the sentence says what is wrong with the file. It sends with
 * what it can receive with: an old machine is no newer when it dials.
 */
export function sendingMachine(
  options: Partial<MachineOptions> & {
    tiff: Uint8Array;
    stationId: string;
    /** What goes wrong while it sends. */
    does?: Misconduct;
  },
): { ok: true; machine: SendingMachine } | { ok: false; detail: string } {
  const read = readTiff(options.tiff, { maxPages: MAX_PAGES });
  if (!read.ok) return { ok: false, detail: `The TIFF cannot be read: ${read.problem} at octet ${read.at}.` };
  const facts = factsOf({ ...options, mood: options.mood ?? "modern" });
  const { capabilities, script } = facts;
  const pages: GlassPage[] = [];
  for (const [i, page] of read.pages.entries()) {
    if (!page.bitmap) return { ok: false, detail: `Page ${i + 1} is no bilevel fax page (${page.unsupported}).` };
    const bitmap = onGlass(page.bitmap);
    const written = resolutionOf(page.yDpi);
    const scanned = scannedAt(written, capabilities);
    pages.push({ bitmap: withLines(bitmap, LINES[written], LINES[scanned]), resolution: scanned });
  }
  if (pages.length === 0) return { ok: false, detail: "The TIFF has no page." };
  const session = createCaller({
    stationId: options.stationId,
    pages: pages.map(({ resolution }) => ({ width: WIDTH, resolution })),
    modems: capabilities.modems,
    codings: ["mh", ...(capabilities.mr ? (["mr"] as const) : []), ...(capabilities.mmr ? (["mmr"] as const) : [])],
    ecm: capabilities.ecm,
    ecmFrameSize: facts.frameSize,
    maxRate: facts.maxRate,
    mood: senderMood(facts),
    ...script.sends,
  });
  const conduct = misbehaving({ ...(script.trainsUpTo && { trainsUpTo: script.trainsUpTo }), ...options.does });
  const line = facts.noise && noisyLine(facts.noise.script, facts.noise.seed);
  const machine: SendingMachine = {
    count: pages.length,
    step(event, out) {
      const heard = line ? line.hears(event) : event;
      if (!heard) return;
      const meant: Action[] = [];
      step(session, heard, meant);
      const done = conduct(meant);
      out.push(...(line ? done.map((action) => line.sends(action)) : done));
    },
    page(index, format) {
      return pages[index] && onLine(pages[index], format);
    },
  };
  return { ok: true, machine };
}

function scannedAt(written: Resolution, { fine, superfine }: Capabilities): Resolution {
  if (written === "superfine" && superfine) return "superfine";
  return written !== "standard" && fine ? "fine" : "standard";
}

function resolutionOf(yDpi = 196): Resolution {
  if (yDpi < 150) return "standard";
  return yDpi < 300 ? "fine" : "superfine";
}
