/** Plays a conformance case against a machine, in virtual time, and says where it went another way. */

import { LINE_TIME } from "../duration.ts";
import { createAnswerer, createCaller, type Session, step as stepSession } from "../index.ts";
import { reverseBits } from "../octets.ts";
import type { PageWish } from "../protocol.ts";
import type { ConformanceCase, Expect, Sheet, Step, Window } from "./case.ts";
import { matchesFrame, textOf } from "./frame-text.ts";
import { type Line, openLine, type Signal } from "./line.ts";
import { transmit } from "./send.ts";
import { codedSheet, codingOf, differenceOf } from "./sheet.ts";
import { framesOf, wordsOf, wordsOfSend } from "./told.ts";

/** The machine under test. */
export interface Machine {
  createCaller: typeof createCaller;
  createAnswerer: typeof createAnswerer;
  step: typeof stepSession;
}

/** A signal of a played case, for a ladder. Times are line time since the answer, microseconds. */
export interface PlayedSignal {
  by: "tester" | "machine";
  /** Index of the step. */
  step: number;
  fromUs: number;
  toUs: number;
  /** "TSI DCS", "training v17-14400", "block v17-14400 3 frames" */
  words: string;
  /** The frames of a V.21 burst as octets in hexadecimal; "!" stands before a damaged one. */
  frames?: readonly string[];
}

/** What came of a case: `failure` names the step (its index) and what was wrong there. */
export interface Played {
  passed: boolean;
  failure: { step: number; why: string } | undefined;
  signals: PlayedSignal[];
}

/** Same direction: 75 ms +-20 of silence between two signals (T.30 §5.3.6). */
const NEXT: Window = [55_000, 95_000];
/** A response: not before the line has turned round, and before the shortest T4 of the other end runs out. */
const RESPONSE: Window = [55_000, 2_550_000];
/** Tones and ends come when they come, unless a step says more. */
const ANY: Window = [0, Number.POSITIVE_INFINITY];
/** No case takes longer. */
const LIMIT_US = 3_600_000_000;
const BLOCK_FRAMES = 256;

/** What is wrong, found inside a step. */
class Deviation {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

interface Play {
  line: Line;
  /** End of the step before: from here windows are measured. */
  anchorUs: number;
  /** Who was on the line last. */
  last: "tester" | "machine";
  /** What the tester has of the present page. */
  received: Map<number, Uint8Array>;
  pagesSeen: number;
  reportsSeen: number;
  signals: PlayedSignal[];
}

const OWN: Machine = { createCaller, createAnswerer, step: stepSession };

/** Plays a case to its last step. A machine that says anything else, or at another time, has failed it. Never throws for that. */
export function play(set: ConformanceCase, machine: Machine = OWN): Played {
  const signals: PlayedSignal[] = [];
  let at = 0;
  try {
    const rules = (set.storing ?? []).map((rule) => ({ times: Number.POSITIVE_INFINITY, ...rule }));
    const line = openLine(sessionOf(set, machine), machine.step, {
      pageFor: (index, document, format) => {
        const sheet = (set.side === "caller" ? set.sheets : set.documents?.[document]?.sheets)?.[index];
        return sheet && codedSheet(sheet, codingOf(format));
      },
      take: ({ index }) => {
        const rule = rules.find(({ page, times }) => page === index + 1 && times > 0);
        if (rule !== undefined) rule.times--;
        const { refuse = false, badLines, afterUs = 0 } = rule ?? {};
        return { stored: !refuse, afterUs, ...(badLines && { badLines }) };
      },
    });
    const p: Play = {
      line,
      anchorUs: 0,
      last: "tester",
      received: new Map(),
      pagesSeen: 0,
      reportsSeen: 0,
      signals,
    };
    for (; at < set.steps.length; at++) playStep(p, set.steps[at]!, at);
    const [left] = line.signals;
    if (left !== undefined) throw new Deviation(`the machine goes on with ${wordsOf(left)}`);
    return { passed: true, failure: undefined, signals };
  } catch (error) {
    const why = error instanceof Deviation ? error.why : `the machine broke: ${error}`;
    return { passed: false, failure: { step: at, why }, signals };
  }
}

function sessionOf(set: ConformanceCase, machine: Machine): Session {
  if (set.side === "caller") return machine.createCaller({ ...set.options, pages: wishesOf(set.sheets ?? []) });
  const documents = set.documents?.map(({ sheets, ...named }) => ({ ...named, pages: wishesOf(sheets) }));
  return machine.createAnswerer({ ...set.options, ...(documents && { documents }) });
}

function wishesOf(sheets: readonly Sheet[]): PageWish[] {
  return sheets.map(({ width = 1728, resolution = "fine", inch }) => ({ width, resolution, ...(inch && { inch }) }));
}

function playStep(p: Play, step: Step, at: number): undefined {
  if ("expect" in step) return expectStep(p, step, at);
  const fromUs = p.anchorUs + (step.afterUs ?? 0);
  p.line.runUntil(() => false, fromUs - 1);
  const early = p.line.signals.find((signal) => signal.endUs <= fromUs);
  if (early !== undefined) throw new Deviation(`the machine sent ${wordsOf(early)} unasked`);
  if (p.line.ended !== undefined) throw new Deviation(`the machine hung up: ${p.line.ended.result.cause}`);
  p.anchorUs = transmit(p.line, step, fromUs);
  p.last = "tester";
  const { words, frames } = wordsOfSend(step);
  const upUs = "modulation" in step || frames !== undefined ? fromUs + LINE_TIME.silenceUs : fromUs;
  p.signals.push({ by: "tester", step: at, fromUs: upUs, toUs: p.anchorUs, words, ...(frames && { frames }) });
}

function expectStep(p: Play, step: Expect, at: number): undefined {
  switch (step.expect) {
    case "received":
      return expectReceived(p, step);
    case "stored":
      return expectStored(p, step.sheet);
    case "report":
      return expectReport(p, step.report);
    case "nothing":
      return expectNothing(p, step.forUs);
    case "hang-up":
      return expectHangUp(p, step);
    default:
      return expectSignal(p, step, at);
  }
}

type ExpectSignal = Extract<Expect, { expect: "tone" | "frames" | "training" | "page" | "block" }>;

function expectSignal(p: Play, step: ExpectSignal, at: number): undefined {
  const { line } = p;
  line.runUntil(() => line.signals.length > 0 || line.ended !== undefined, LIMIT_US);
  const signal = line.signals.shift();
  if (signal === undefined) throw new Deviation(`nothing came; the machine ${endOf(line)}`);
  const { upUs, endUs } = signal;
  const bytes = framesOf(signal);
  const shown = bytes && { frames: bytes.map(textOf) };
  p.signals.push({ by: "machine", step: at, fromUs: upUs, toUs: endUs, words: wordsOf(signal), ...shown });
  const wrong = mismatch(p, step, signal);
  if (wrong !== undefined) throw new Deviation(wrong);
  const usual = step.expect === "tone" ? ANY : p.last === "machine" ? NEXT : RESPONSE;
  checkWindow(upUs - p.anchorUs, step.withinUs ?? usual, wordsOf(signal));
  p.anchorUs = endUs;
  p.last = "machine";
}

function checkWindow(us: number, [minUs, maxUs]: Window, what: string): undefined {
  if (us < minUs || us > maxUs) throw new Deviation(`${what} came after ${us} us, not within ${minUs} to ${maxUs} us`);
}

/** What is wrong with the content of a signal. Keeps page data for a later "received". */
function mismatch(p: Play, step: ExpectSignal, { action, ...times }: Signal): string | undefined {
  const found = wordsOf({ action, ...times });
  switch (step.expect) {
    case "tone":
      return action.type === "send-tone" && action.tone === step.tone ? undefined : `${found} instead of ${step.tone}`;
    case "frames": {
      const bytes = framesOf({ action, ...times });
      if (bytes === undefined) return `${found} instead of frames`;
      const same = bytes.length === step.frames.length && bytes.every((one, i) => matchesFrame(step.frames[i]!, one));
      return same ? undefined : `${found} [${bytes.map(textOf).join(" | ")}] instead of [${step.frames.join(" | ")}]`;
    }
    case "training":
      if (action.type !== "send-training") return `${found} instead of training`;
      if (action.modulation === step.modulation && action.octets === step.octets) return undefined;
      return `TCF of ${action.octets} octets, ${action.modulation}`;
    case "page":
      if (action.type !== "send-page") return `${found} instead of a page`;
      p.received.set(0, action.octets);
      return trained(step, action);
    case "block": {
      if (action.type !== "send-ecm-block") return `${found} instead of a block`;
      if (action.rcp !== 3) return `${action.rcp} RCP`;
      const numbers = action.frames.map((bytes) => reverseBits(bytes[3]!));
      if (numbers.join() !== step.numbers.join()) return `frames ${numbers.join()} instead of ${step.numbers.join()}`;
      for (const [i, bytes] of action.frames.entries()) {
        if (!matchesFrame("ff c0 60 *", bytes) || bytes.length !== 4 + step.size) return `frame ${textOf(bytes)}`;
        p.received.set((step.block ?? 0) * BLOCK_FRAMES + numbers[i]!, bytes.subarray(4));
      }
      return trained(step, action);
    }
    default:
      return step satisfies never;
  }
}

function trained(
  step: { modulation: string; short: boolean },
  action: { modulation: string; shortTraining: boolean },
): string | undefined {
  if (action.modulation === step.modulation && action.shortTraining === step.short) return undefined;
  return `${action.modulation} with ${action.shortTraining ? "short" : "long"} training`;
}

function expectReceived(p: Play, step: Extract<Expect, { expect: "received" }>): undefined {
  const numbers = [...p.received.keys()].sort((a, b) => a - b);
  const octets = Uint8Array.from(numbers.flatMap((number) => Array.from(p.received.get(number)!)));
  p.received.clear();
  const wrong = differenceOf(step.sheet, octets, step);
  if (wrong !== undefined) throw new Deviation(`received page: ${wrong}`);
}

function expectStored(p: Play, sheet: Sheet): undefined {
  const { line } = p;
  if (!line.runUntil(() => line.pages.length > p.pagesSeen, LIMIT_US)) throw new Deviation("no page was handed up");
  const { octets, format } = line.pages[p.pagesSeen++]!;
  const wrong = differenceOf(sheet, octets, codingOf(format));
  if (wrong !== undefined) throw new Deviation(`page handed up: ${wrong}`);
}

function expectReport(p: Play, report: object): undefined {
  const { line } = p;
  const wanted = JSON.stringify(report);
  const found = (): number => line.reports.findIndex((one, i) => i >= p.reportsSeen && JSON.stringify(one) === wanted);
  if (!line.runUntil(() => found() >= 0, LIMIT_US)) throw new Deviation(`never reported ${wanted}`);
  p.reportsSeen = found() + 1;
}

function expectNothing(p: Play, forUs: number): undefined {
  const { line } = p;
  const untilUs = p.anchorUs + forUs;
  line.runUntil(() => false, untilUs);
  const [signal] = line.signals;
  if (signal !== undefined && signal.upUs < untilUs) throw new Deviation(`${wordsOf(signal)} instead of nothing`);
  if (line.ended !== undefined) throw new Deviation(`the machine ${endOf(line)}`);
  p.anchorUs = untilUs;
  p.last = "tester";
}

function expectHangUp(p: Play, step: Extract<Expect, { expect: "hang-up" }>): undefined {
  const { line } = p;
  line.runUntil(() => line.ended !== undefined || line.signals.length > 0, LIMIT_US);
  const [signal] = line.signals;
  if (signal !== undefined) throw new Deviation(`${wordsOf(signal)} instead of hanging up`);
  if (line.ended === undefined) throw new Deviation("the machine never hung up");
  const { result, atUs } = line.ended;
  const { cause, pages, polled } = result;
  if (cause !== step.cause || pages !== step.pages || polled !== step.polled)
    throw new Deviation(`hung up: ${cause}, ${pages} pages${polled === undefined ? "" : `, ${polled} polled`}`);
  if ((result.outcome === "OK") !== (cause === "completed")) throw new Deviation(`${cause} is ${result.outcome}`);
  checkWindow(atUs - p.anchorUs, step.withinUs ?? ANY, "the end");
}

function endOf(line: Line): string {
  return line.ended === undefined ? "waits for ever" : `hung up: ${line.ended.result.cause}`;
}
