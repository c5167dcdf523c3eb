/** A machine that answers: a T.30 session with its mood, and the pages it has taken in. */

import { decode, type Coding as PageCoding } from "@depesche/t4";
import {
  type Action,
  type AnswererSession,
  type Coding,
  createAnswerer,
  decodeFcd,
  decodeFrame,
  type Event,
  FCF,
  fcfOf,
  formatOf,
  isLastPage,
  isProblem,
  type PageFormat,
  RESOLUTIONS,
  type Receiver,
  step,
} from "@depesche/t30";
import { documentPage, type GlassPage, onLine } from "./glass.ts";
import { noise, noisyLine } from "./noise.ts";
import { factsOf, type MachineOptions } from "./scripted.ts";
import { hashOf, type TrayPage } from "./tray.ts";

/** Copy quality: a page is refused (RTN) when more than this part of its lines is bad, or so many one after the other. */
const BAD_LINES_LIMIT = 0.1;
const BAD_RUN_LIMIT = 10;

const CODINGS: Readonly<Record<Coding, PageCoding>> = { mh: "MH", mr: "MR", mmr: "MMR" };

/** One call of a machine. `step` and `lastPage` are what a line asks of its party. */
export interface AnsweringMachine {
  step(event: Event, out: Action[]): void;
  lastPage(): boolean;
  /** Takes a page in, with so many lines concealed; false refuses it. */
  receive(octets: Uint8Array, format: PageFormat): { badLines: number } | false;
  /** A page of the document that may be polled, coded for the line; undefined when there is none. */
  page(index: number, format: PageFormat): Uint8Array | undefined;
  /** Pages taken in so far, one after the other. */
  readonly pages: readonly (TrayPage & { octets: Uint8Array })[];
  /** After a call that ended in the midst of a page: what had come of it, as far as it is readable without a gap. */
  brokenOff(): (TrayPage & { octets: Uint8Array }) | undefined;
  /** TSI of the caller. */
  remoteId(): string;
}

type Unfinished = Pick<Receiver, "pieces" | "frames">;
const NOTHING: Unfinished = { pieces: [], frames: [] };

/** A machine that cuts the line has heard what made it do so; its session has not kept that. */
function withLast(event: Event, { pieces, frames }: Unfinished): Unfinished {
  if (event.type === "page-data") return { pieces: [...pieces, event.octets], frames };
  const frame = event.type === "frame" && event.ok ? decodeFrame(event.bytes) : undefined;
  if (!frame || isProblem(frame) || fcfOf(frame.fcf) !== FCF.FCD) return { pieces, frames };
  const fcd = decodeFcd(frame.fif);
  if (isProblem(fcd)) return { pieces, frames };
  return { pieces, frames: Object.assign([...frames], { [fcd.number]: fcd.data }) };
}

/** The octets of an unfinished page up to the first frame that is missing. */
function readable({ pieces, frames }: Unfinished): Uint8Array {
  const gap = [...frames].indexOf(undefined);
  const whole = frames.slice(0, gap === -1 ? undefined : gap) as Uint8Array[];
  return Uint8Array.from(Buffer.concat([...pieces, ...whole]));
}

function trayPage(octets: Uint8Array, format: Pick<PageFormat, "coding" | "width" | "resolution">) {
  const { coding, width, resolution } = format;
  return {
    octets,
    sha256: hashOf(octets),
    coding: CODINGS[coding],
    width,
    yDpi: RESOLUTIONS[resolution].metric.yDpi,
    badLines: 0,
  };
}

/** A machine going off-hook. `stationId` becomes its CSI. The same machine in the same call does the same. */
export function answeringMachine(options: MachineOptions & { stationId: string }): AnsweringMachine {
  const facts = factsOf(options);
  const { capabilities, mood, damageEvery, ced } = facts;
  const { document, password, subAddresses } = facts.script;
  const papers: GlassPage[] = Array.from({ length: document?.pages ?? 0 }, (_, index) => documentPage(index));
  const session = createAnswerer({
    stationId: options.stationId,
    capabilities,
    mood,
    ...(document && {
      documents: [{ ...pick(document), pages: papers.map(({ resolution }) => ({ width: 1728, resolution })) }],
    }),
    ...(password !== undefined && { password }),
    ...(subAddresses && { subAddresses }),
  }) as AnswererSession;
  const regular = damageEvery === undefined ? undefined : noise(damageEvery);
  const drawn = facts.noise && noisyLine(facts.noise.script, facts.noise.seed);
  const pages: (TrayPage & { octets: Uint8Array })[] = [];
  /** The session lets go of its unfinished page when it ends. */
  let unfinished: Unfinished = NOTHING;
  return {
    pages,
    step(event, out) {
      const {
        state,
        rx: { pieces, frames },
      } = session;
      const count = pieces.length;
      const passed = regular ? regular(event) : event;
      const heard = drawn ? drawn.hears(passed) : passed;
      if (!heard) return;
      const first = out.length;
      step(session, heard, out);
      if (ced && event.type === "connected") timeCed(out, first, ced);
      if (state.step !== "receiving" || session.state === state) return;
      const isHandedUp = session.state.step === "deciding";
      // Without paper nothing was printed, however much was heard.
      const isHeardOnly = session.state.step === "ended" && session.state.result.cause === "out-of-paper";
      unfinished = isHandedUp || isHeardOnly ? NOTHING : withLast(heard, { pieces: pieces.slice(0, count), frames });
    },
    brokenOff() {
      const octets = readable(session.state.step === "receiving" ? session.rx : unfinished);
      return octets.length === 0 || !session.dcs ? undefined : trayPage(octets, formatOf(session.dcs));
    },
    lastPage: () => isLastPage(session),
    remoteId: () => session.remoteId,
    page: (index, format) => papers[index] && onLine(papers[index], format),
    receive(octets, format) {
      const coding = CODINGS[format.coding];
      const badLines = concealed(octets, coding, format.width);
      if (badLines === undefined) return false;
      pages.push({ ...trayPage(octets, format), badLines });
      return { badLines };
    },
  };
}

function pick({ sep, pwd }: { sep?: string; pwd?: string }) {
  return { ...(sep !== undefined && { sep }), ...(pwd !== undefined && { pwd }) };
}

/** Gives the CED among the actions from `first` on the times of the script. */
function timeCed(out: Action[], first: number, ced: { delayUs?: number; toneUs?: number }): void {
  for (let i = first; i < out.length; i++) {
    const action = out[i]!;
    if (action.type === "send-tone" && action.tone === "ced") out[i] = { ...action, ...ced };
  }
}

/**
 * Copy quality checking: lines that were concealed, undefined for a page nobody could read. With MMR there is error correction
 * below, and nothing could be refused.
 */
function concealed(octets: Uint8Array, coding: PageCoding, width: number): number | undefined {
  if (coding === "MMR") return 0;
  const { rows, badLines, consecutiveBadLines } = decode(octets, { coding, width });
  const isLegible = rows > 0 && badLines <= rows * BAD_LINES_LIMIT && consecutiveBadLines <= BAD_RUN_LIMIT;
  return isLegible ? badLines : undefined;
}
