/** Calls that come in on one line: RING after RING until somebody answers, T.30 as answerer, pages confirmed only when stored. */

import { randomUUID } from "node:crypto";
import type { FaxAnswerHandler } from "@depesche/ports";
import { createAnswerer, FULL_CAPABILITIES, isLastPage, step } from "@depesche/t30";
import { Recorder, receivedOf, type Wall } from "@depesche/wire-t38";
import { runModemCall } from "./modem-call.ts";
import { fill, newReport } from "./report.ts";
import type { Line } from "./trunk.ts";

export interface IncomingParts {
  wall: Wall;
  /** Who takes calls on this line; undefined when nobody does. */
  handler(): FaxAnswerHandler | undefined;
  keep<T>(work: Promise<T>): Promise<T>;
  line(): Line;
  closing: AbortSignal;
}

/** A telephone rings every 4 to 6 s; when it has not for so long, the caller has given up. */
const QUIET_US = 8_000_000;

/** Rings of one line. */
export class Incoming {
  readonly #parts: IncomingParts;
  #ringing: { from: string | undefined; rings: number; asked: boolean } | undefined;
  #quiet: (() => void) | undefined;

  constructor(parts: IncomingParts) {
    this.#parts = parts;
  }

  /** The line rings, or is about to be answered: nobody dials on it. */
  get isRinging(): boolean {
    return this.#ringing !== undefined;
  }

  /** The modem has said RING; `from` when it knows the caller's number. */
  ring(from: string | undefined): void {
    const { wall } = this.#parts;
    this.#ringing ??= { from: undefined, rings: 0, asked: false };
    this.#ringing.from ??= from;
    this.#ringing.rings++;
    this.#quiet?.();
    this.#quiet = wall.at(wall.nowUs() + QUIET_US, () => this.#isOver());
    const handler = this.#parts.handler();
    if (!handler || this.#ringing.asked || !this.#knowsCaller()) return;
    this.#ringing.asked = true;
    void this.#parts.keep(this.#take(handler, this.#ringing));
  }

  close(): void {
    this.#quiet?.();
    this.#ringing = undefined;
  }

  /** Where the modem was told to say who calls, it does so behind the first ring. */
  #knowsCaller(): boolean {
    const tells = this.#parts.line().options.init?.some((text) => /VCID|#CID/i.test(text)) ?? false;
    return !tells || this.#ringing?.from !== undefined || (this.#ringing?.rings ?? 0) > 1;
  }

  #isOver(): void {
    this.#ringing = undefined;
    // Who waited for this line may have it.
    const { modem } = this.#parts.line();
    if (modem.isFree) modem.release();
  }

  async #take(handler: FaxAnswerHandler, ringing: { from: string | undefined }): Promise<void> {
    const { modem, options } = this.#parts.line();
    const call = { id: randomUUID(), called: options.number, from: ringing.from ?? "" };
    const accepted = await attempt(() => handler.accept(call));
    // A telephone cannot say no: who does not want the call lets it ring.
    if (!accepted || this.#ringing !== ringing || !modem.isFree || this.#parts.closing.aborted) return;
    this.#quiet?.();
    await this.#answer(handler, call, options.stationId ?? accepted.stationId);
    this.#isOver();
  }

  async #answer(
    handler: FaxAnswerHandler,
    call: { id: string; called: string; from: string },
    stationId: string,
  ): Promise<void> {
    const { wall, closing } = this.#parts;
    const { modem } = this.#parts.line();
    const recorder = new Recorder("answerer");
    const session = createAnswerer({ stationId, capabilities: { ...FULL_CAPABILITIES, modems: modem.receives } });
    const { id } = call;
    /** Pages the handler has taken: one that is refused for another reason comes again, and is not taken twice. */
    let taken = 0;
    let verdict: Awaited<ReturnType<FaxAnswerHandler["page"]>> = false;
    const end = await runModemCall({
      side: "answerer",
      party: { step: (event, out) => step(session, event, out), lastPage: () => isLastPage(session) },
      modem,
      recorder,
      wall,
      receivedPage: async ({ index, octets, format, last }) => {
        if (index >= taken) verdict = await handler.page({ id }, receivedOf(octets, format));
        if (!verdict) return false;
        taken = index + 1;
        return !last || (await handler.complete({ ...call, remoteId: session.remoteId })) ? verdict : false;
      },
      signal: closing,
    });
    const report = { ...newReport(), pages: end.pages };
    fill(report, end);
    report.ringUs = 0;
    report.ladder = recorder.finish(0);
    await attempt(async () => handler.ended({ id }, report));
  }
}

/** A handler that throws is our own fault, not the caller's. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
