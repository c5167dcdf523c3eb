/** A machine that answers: a T.30 session with its mood, and the pages it has taken in. */

import type { MachineMood } from "@depesche/scenario";
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
import { MACHINES } from "./moods.ts";
import { noise } from "./noise.ts";
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

/** A machine going off-hook. `stationId` becomes its CSI. */
export function answeringMachine(options: { mood: MachineMood; stationId: string }): AnsweringMachine {
  const { capabilities, mood, damageEvery } = MACHINES[options.mood];
  const session = createAnswerer({ stationId: options.stationId, capabilities, mood }) as AnswererSession;
  const line = damageEvery === undefined ? (event: Event) => event : noise(damageEvery);
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
      const heard = line(event);
      step(session, heard, out);
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
    receive(octets, format) {
      const coding = CODINGS[format.coding];
      const badLines = concealed(octets, coding, format.width);
      if (badLines === undefined) return false;
      pages.push({ ...trayPage(octets, format), badLines });
      return { badLines };
    },
  };
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
