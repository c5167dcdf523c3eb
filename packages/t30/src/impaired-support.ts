/** For the property test: machines, documents and lines of every kind, drawn by seeded chance; pages are real and compared pel by pel. */

import {
  type Bitmap,
  blankBitmap,
  decode,
  encode,
  equalBitmaps,
  fitted,
  rowOctets,
  type Coding as T4Coding,
} from "@depesche/t4";
import { type Capabilities, FULL_CAPABILITIES } from "./capabilities.ts";
import { RCP_FRAME } from "./ecm.ts";
import type { Impairment, InMemoryResult, Side } from "./in-memory.ts";
import { dpiOf, type PageFormat } from "./negotiation.ts";
import type { CallerOptions, Mood, PageWish } from "./protocol.ts";
import { chance, type TestCall } from "./test-support.ts";

type Chance = () => number;

const T4_CODINGS: Readonly<Record<PageFormat["coding"], T4Coding>> = { mh: "MH", mr: "MR", mmr: "MMR" };

/** A page of the pool: its pels and what its sender says of it. */
interface Sheet {
  bitmap: Bitmap;
  wish: PageWish;
  coded: Map<string, Uint8Array>;
}

const WISHES: readonly PageWish[] = [
  { width: 1728, resolution: "fine" },
  { width: 1728, resolution: "fine" },
  { width: 1728, resolution: "standard" },
  { width: 1728, resolution: "superfine" },
  { width: 2048, resolution: "fine" },
  { width: 2432, resolution: "standard" },
  { width: 1728, resolution: "r16" },
  { width: 1728, resolution: "300", inch: true },
  { width: 1728, resolution: "fine", inch: true },
];

/** Sheets with black bars here and there; the later ones need several blocks. */
export const SHEETS: readonly Sheet[] = Array.from({ length: 27 }, (_, n) => {
  const wish = WISHES[n % WISHES.length]!;
  const next = chance(1000 + n);
  const factor = wish.resolution === "r16" ? 2 : wish.resolution === "300" ? 1.5 : 1;
  const bitmap = blankBitmap(wish.width * factor, n < 18 ? 8 + n : 500);
  const bars = n < 18 ? bitmap.height * 2 : bitmap.height * 8;
  for (let bar = 0; bar < bars; bar++) {
    const at = Math.floor(next() * (bitmap.data.length - 8));
    for (let octet = at; octet < at + 1 + next() * 6; octet++) bitmap.data[octet] = 0xff >> Math.floor(next() * 4);
  }
  // Padding behind the last pel is white.
  const octets = rowOctets(bitmap.width);
  for (let y = 0; y < bitmap.height; y++) bitmap.data[y * octets + octets - 1]! &= 0xff << (octets * 8 - bitmap.width);
  return { bitmap, wish, coded: new Map() };
});

/** The sheet as it should arrive in this format. */
function asAgreed({ bitmap, wish }: Sheet, format: PageFormat): Bitmap {
  return fitted(bitmap, dpiOf(wish).yDpi, { width: format.width, yDpi: dpiOf(format).yDpi });
}

/** Octets of a sheet, as the session wants them. */
function codedAs(sheet: Sheet, format: PageFormat): Uint8Array {
  const minBitsPerLine = Math.ceil((format.rate * format.minScanUs) / 1e6);
  const name = [format.coding, format.width, format.resolution, format.inch, minBitsPerLine].join();
  let octets = sheet.coded.get(name);
  if (octets === undefined) {
    octets = encode(asAgreed(sheet, format), { coding: T4_CODINGS[format.coding], minBitsPerLine });
    sheet.coded.set(name, octets);
  }
  return octets;
}

/** What came, when not one of its lines is damaged; the first one begins with EOL, too (T.4 §4.1.2), or its begin is lost. */
function legible(octets: Uint8Array, format: PageFormat): Bitmap | undefined {
  if (format.coding !== "mmr" && (octets[0] !== 0 || octets[1]! >= 0x20)) return undefined;
  const page = decode(octets, { coding: T4_CODINGS[format.coding], width: format.width });
  return page.badLines > 0 || page.ended === "data" || page.ended === "error" || page.rows === 0
    ? undefined
    : page.bitmap;
}

/** A line that is bad to a random degree in random ways. Delays and echoes stay below what T4 tells apart. */
export function badLine(next: Chance, pages: number): Impairment {
  const some = (odds: number, most: number): number => (next() < odds ? next() * most : 0);
  const loss = some(0.5, 0.15);
  const frameLoss = some(0.5, 0.1);
  const frameDamage = some(0.6, 0.3);
  const doubling = some(0.3, 0.1);
  const truncation = some(0.3, 0.2);
  const trainingDamage = some(0.4, 1);
  const imageDamage = some(0.4, 0.5);
  const cutting = some(0.3, 0.15);
  const delay = some(0.3, 0.5);
  const echo = some(0.3, 0.5);
  let images = 0;
  return {
    swallows: (_, action) => {
      if (action.type !== "send-page") return next() < loss;
      images++;
      // Two pages with the same command after them: when all of the second is lost, carrier and all, nobody can tell it
      // from a lost confirmation of the first (T.30 has no page numbers without error correction).
      return (images === 1 || pages < 3) && next() < loss;
    },
    frame: (_, bytes) => {
      const fate = next();
      if (bytes === RCP_FRAME) return fate < frameLoss ? "lost" : "ok";
      if (fate < frameLoss) return "lost";
      if (fate < frameLoss + frameDamage) return "bad";
      if (fate > 1 - doubling) return "twice";
      // A frame cut short has no good FCS; rarely one that is left of it has by chance.
      return next() < truncation * 0.2 && bytes.length < 40 ? bytes.subarray(0, Math.floor(next() * 3)) : "ok";
    },
    trainingErrors: (_, total) => (next() < trainingDamage ? Math.floor(next() * total * 0.05) : 0),
    page: (_, page) => (next() < imageDamage ? spoilt(page, next) : page),
    // Of a page its carrier is heard at least: see above.
    cuts: (_, action) => (next() >= cutting ? 1 : action.type === "send-page" ? 0.4 + next() * 0.6 : next()),
    delays: () => (next() < delay ? Math.floor(next() * 700_000) : 0),
    repeats: (_, action) => (action.type === "send-frames" && next() < echo ? 1 + Math.floor(next() * 300_000) : 0),
  };
}

/** A page with a piece lost, garbled or cut off: nothing that would pass for another good line. */
function spoilt(page: Uint8Array, next: Chance): Uint8Array {
  const kind = next();
  if (kind < 0.2) return new Uint8Array(0);
  const at = Math.floor(next() * page.length);
  if (kind < 0.5) return page.slice(0, at);
  const out = page.slice();
  for (let i = at; i < Math.min(page.length, at + 60); i++) out[i] = Math.floor(next() * 256);
  return out;
}

/** What a machine says it can receive. */
function machine(next: Chance): Capabilities {
  const pick = <T>(...choices: T[]): T => choices[Math.floor(next() * choices.length)]!;
  const ecm = next() < 0.6;
  return {
    ...FULL_CAPABILITIES,
    modems: pick("v27ter-2400", "v27ter", "v29", "v27ter+v29", "v27ter+v29+v17", "v27ter+v29+v17"),
    ecm,
    prefers64: next() < 0.3,
    mmr: ecm && next() < 0.7,
    mr: next() < 0.7,
    fine: next() < 0.8,
    superfine: next() < 0.5,
    r300: next() < 0.3,
    r16: next() < 0.3,
    prefersInch: next() < 0.3,
    width: pick(1728, 1728, 2048, 2432),
    minScan: pick(
      { standardUs: 0, fineUs: 0, superfineUs: 0 },
      { standardUs: 20_000, fineUs: 10_000, superfineUs: 5_000 },
    ),
    sub: next() < 0.3,
    pwd: next() < 0.3,
    sep: next() < 0.3,
  };
}

function moodOf(next: Chance): Mood {
  const kind = next();
  if (kind < 0.06) return { notReady: { page: 1, times: 3 } };
  if (kind < 0.1) return { notReady: { page: 1, block: 1, seconds: 20 } };
  if (kind < 0.13) return { answers: [{ page: 1, with: "PIN" }] };
  if (kind < 0.16) return { answers: [{ page: 1, with: "RTP" }] };
  if (kind < 0.19) return { slowUs: 900_000 };
  if (kind < 0.22) return { interruptsAfterPage: 1 };
  return {};
}

/** A call between two machines over a line, all of chance, and what should come of it. */
export function drawn(next: Chance): {
  set: TestCall;
  sent: Sheet[];
  polled: Sheet[];
  got: Record<Side, Bitmap[]>;
  expected: Record<Side, Bitmap[]>;
} {
  const document = (most: number): Sheet[] =>
    Array.from({ length: 1 + Math.floor(next() * most) }, () => {
      const large = next() < 0.1;
      return SHEETS[large ? 18 + Math.floor(next() * 9) : Math.floor(next() * 18)]!;
    });
  const kind = next();
  const sent = kind < 0.75 ? document(3) : [];
  const polled = kind > 0.6 ? document(3) : [];
  const got: Record<Side, Bitmap[]> = { caller: [], answerer: [] };
  const expected: Record<Side, Bitmap[]> = { caller: [], answerer: [] };
  const refuse = next() < 0.15 ? next() * 0.4 : 0;
  const address: Pick<CallerOptions, "sub" | "pwd" | "sid"> = next() < 0.3 ? { sub: "12", pwd: "x", sid: "y" } : {};
  const set: TestCall = {
    pages: [],
    wishes: sent.map(({ wish }) => wish),
    caller: {
      ecm: next() < 0.8,
      ecmFrameSize: next() < 0.3 ? 64 : 256,
      capabilities: machine(next),
      mood: moodOf(next),
      ...address,
      ...(polled.length > 0 && { poll: next() < 0.5 ? { pwd: "geheim" } : {} }),
      ...(next() < 0.2 && { attended: { afterT3: next() < 0.7 ? "continue" : "disconnect" } }),
    },
    answerer: {
      ecm: next() < 0.8,
      capabilities: machine(next),
      mood: moodOf(next),
      ...(polled.length > 0 && next() < 0.9 && { documents: [{ pages: polled.map(({ wish }) => wish) }] }),
    },
    line: badLine(next, sent.length + polled.length),
    pageFor: (index, format, from) => codedAs((from === "caller" ? sent : polled)[index]!, format),
    store: (index, octets, format, to) => {
      const bitmap = next() < refuse ? undefined : legible(octets, format);
      if (bitmap === undefined) return false;
      got[to][index] = bitmap;
      expected[to][index] = asAgreed((to === "answerer" ? sent : polled)[index]!, format);
      return true;
    },
  };
  return { set, sent, polled, got, expected };
}

/** What is wrong with a call that is over: a word for it, or nothing. */
export function untruth(result: InMemoryResult, drawing: ReturnType<typeof drawn>): string | undefined {
  const { sent, polled, got, expected } = drawing;
  if (result.caller === undefined || result.answerer === undefined) return "no end";
  // A page is stored before it is confirmed: who sends never counts more than there are.
  if (result.caller.pages > got.answerer.length) return "confirmed what was not stored";
  if ((result.answerer.polled ?? 0) > got.caller.length) return "polled pages confirmed that were not stored";
  for (const side of ["caller", "answerer"] as const) {
    const { outcome, pages, polled: fetched } = result[side]!;
    if (outcome !== "OK") continue;
    if (pages !== sent.length) return `${side}: OK with ${pages} of ${sent.length} pages`;
    if (side === "caller" && drawing.set.caller?.poll && fetched !== polled.length) return `OK with ${fetched} polled`;
    for (const to of ["caller", "answerer"] as const) {
      const count = (to === "answerer" ? pages : fetched) ?? 0;
      for (let i = 0; i < count; i++) {
        const page = got[to][i];
        if (page === undefined) return `${side}: OK, but page ${i + 1} is not there`;
        if (!equalBitmaps(page, expected[to][i]!)) return `${side}: OK, but page ${i + 1} differs`;
      }
    }
  }
  return undefined;
}
