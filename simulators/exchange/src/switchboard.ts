/** Decides who gets a call, whoever places it: a SIP end, a machine of the exchange, or an extension. */

import {
  answeringMachine,
  DIALLING_MOODS,
  type DiallingMood,
  dialledBy,
  isDiallingMood,
  type MachineOptions,
  sendingMachine,
  type Tray,
} from "@depesche/fax-machine";
import { callSeed, dialled, type MachineMood, type Subscriber, subscriberAt } from "@depesche/scenario";
import { header } from "@depesche/sip";
import { type IncomingCall, readOffer } from "@depesche/wire-sip";
import { eitherSignal, ifpPair } from "@depesche/wire-t38";
import { answerLeg, foreignOffer } from "./answer-leg.ts";
import { pickUp, receiveFax, refuse, refuseOffer, speak } from "./answering.ts";
import { REFUSALS } from "./answers.ts";
import { bridge } from "./bridge.ts";
import { BYE_MS, type CallDesk, stationIdOf } from "./call-desk.ts";
import type { CallTape } from "./call-ladders.ts";
import { dial, sendFax } from "./dialling.ts";
import type { Dialled, Extensions } from "./extensions.ts";
import { type Line, latch, pacedLine, watched } from "./lines.ts";
import { endOf } from "./media-legs.ts";
import { place } from "./placing.ts";
import { digitsOf, type Registrar } from "./registrar.ts";
import type { CallRecord } from "./wire-log.ts";

/** Who lives where, beside the table of fictional numbers. */
export interface Residents {
  /** Who lives behind a number before the table of the fictional numbers is asked; asked anew with every call. */
  subscriber?: (number: string) => Subscriber | undefined;
  /** What a call to a number meets in the place of who lives there; asked once for each call. */
  disturbed?: (number: string) => Subscriber | undefined;
}

export interface PlacedCall {
  from: string;
  to: string;
  /** Bilevel TIFF, one or more pages. */
  tiff: Uint8Array;
  /** Station id (TSI); default: `from`. */
  stationId?: string;
  /** Names the call for the wire log and the trays, as our trunk names its own. */
  name?: string;
  /** A machine as it answers, or a way to misbehave while dialling; default: what lives behind `from`. */
  mood?: MachineMood | DiallingMood;
}

/** A mistake in an order, said in one sentence. */
export interface Refused {
  ok: false;
  refused: string;
}
/** A call that was begun: its record fills until it is over. */
export type Begun = { ok: true; record: CallRecord; over: Promise<void> } | Refused;

interface Taped {
  record: CallRecord;
  tape: CallTape;
}

/** So many numbers may have a call count; beyond that counting starts anew. */
const MAX_COUNTED = 100_000;

export class Switchboard {
  readonly #desk: CallDesk;
  readonly #residents: Residents;
  readonly #registrar: Registrar;
  readonly #tray: Tray;
  readonly #counts = new Map<string, number>();
  #extensions: Extensions | undefined;

  constructor(desk: CallDesk, registrar: Registrar, tray: Tray, residents: Residents) {
    this.#desk = desk;
    this.#registrar = registrar;
    this.#tray = tray;
    this.#residents = residents;
  }

  plug(extensions: Extensions): void {
    this.#extensions = extensions;
  }

  forgetCounts(): void {
    this.#counts.clear();
  }

  /** A call over SIP: whoever is registered for the number gets it, then an extension, else the table of numbers decides. */
  async route(call: IncomingCall): Promise<void> {
    const { book, closing, ladders } = this.#desk;
    // An exchange that goes away refuses nobody: who hears nothing more from it may call again.
    if (closing.aborted) {
      call.ignore();
      return;
    }
    const to = dialled(call.called) ?? call.called;
    const record = book.open(call.from, to, header(call.invite, "X-Depesche-Call") ?? "");
    const tape = ladders.begin(record, "answerer");
    call.record(tape.sip);
    const contacts = this.#registrar.contacts(digitsOf(to));
    if (contacts.length > 0) return this.#bridge(call, contacts, record);
    if (this.#extensions?.has(to)) return this.#ring(call, this.#extensions, record, tape);
    const { subscriber, count } = this.#subscriber(to);
    if (subscriber.kind !== "machine" && subscriber.kind !== "voice") {
      refuse(this.#desk, call, subscriber.kind, record);
      return;
    }
    await pickUp(this.#desk, call, subscriber, {
      record,
      count: count + 1,
      seed: callSeed(to, count),
      tray: this.#tray,
      tape,
    });
  }

  /** A machine of the exchange dials. */
  begin(order: PlacedCall): Begun {
    const { book, endpoint, ladders } = this.#desk;
    const from = dialled(order.from);
    const meant = dialled(order.to);
    if (!from || !meant) {
      return { ok: false, refused: `"${(from ? order.to : order.from).slice(0, 40)}" is no telephone number.` };
    }
    const own = this.#residents.subscriber?.(from) ?? subscriberAt(from);
    const { mood = own.kind === "machine" ? own.mood : "modern" } = order;
    const conduct = isDiallingMood(mood) ? mood : undefined;
    const made = sendingMachine({
      tiff: order.tiff,
      stationId: order.stationId ?? stationIdOf(from),
      ...(isDiallingMood(mood) ? { does: DIALLING_MOODS[mood].does } : { mood }),
      ...this.#scriptOf(from, own),
    });
    if (!made.ok) return { ok: false, refused: made.detail };
    const to = dialledBy(conduct, meant);
    const [registered] = this.#registrar.contacts(digitsOf(to));
    const extensions = !registered && this.#extensions?.has(to) ? this.#extensions : undefined;
    // Within the exchange the answering side writes the call's one line.
    const isOtherEnd = !registered && !extensions;
    const record = book.open(from, to, order.name ?? "", isOtherEnd);
    const tape = ladders.begin(record, "caller");
    const conclude = (result: string, cause: string) => {
      if (isOtherEnd) Object.assign(record, { result, cause });
      else book.conclude(record, result, cause);
    };
    const self = { transport: "tcp", host: endpoint.host, port: endpoint.port } as const;
    const contact = registered ?? { uri: `sip:${to}@${self.host}:${self.port}`, target: self };
    const over = extensions
      ? this.#within({ from, to, gone: this.#desk.closing }, extensions, { record, tape }, (line) =>
          sendFax(line, made.machine, { record, conclude }),
        )
      : dial(this.#desk, made.machine, { record, contact, tape, conclude });
    return { ok: true, record, over };
  }

  /** An extension dials. Never rejects. */
  async dial(call: { from: string; to: string; gone: AbortSignal }): Promise<Dialled> {
    const { book, ladders } = this.#desk;
    // A modem dials digits; the plus is none of them.
    const to = dialled(call.to) ?? dialled(`+${call.to.replace(/\D/g, "").replace(/^00/, "")}`) ?? call.to;
    const record = book.open(call.from, to, "");
    const [contact] = this.#registrar.contacts(digitsOf(to));
    const extensions = this.#extensions?.has(to) ? this.#extensions : undefined;
    const tape = ladders.begin(record, contact || extensions ? "caller" : "answerer");
    if (contact) return this.#dialContact(call, contact, { record, tape });
    if (extensions) return this.#dialExtension({ ...call, to }, extensions, { record, tape });
    const { subscriber, count } = this.#subscriber(to);
    const seed = callSeed(to, count);
    if (subscriber.kind !== "machine" && subscriber.kind !== "voice") {
      this.#concludeRefused(record, subscriber.kind);
      return { answered: false, kind: subscriber.kind };
    }
    const { mine, line } = this.#pair(tape);
    const answering =
      subscriber.kind === "machine"
        ? receiveFax(
            this.#desk,
            line,
            answeringMachine({ ...subscriber, call: count + 1, seed, stationId: stationIdOf(to) }),
            { record, tray: this.#tray },
          )
        : speak(this.#desk, line, { record, seed });
    return { answered: true, ...mine(this.#desk.keep(answering)) };
  }

  async #bridge(call: IncomingCall, contacts: Parameters<typeof bridge>[2], record: CallRecord): Promise<void> {
    const { status, rang } = await bridge(this.#desk, call, contacts);
    const { kind } = readOffer(call.invite.body);
    // Our own end calls again with another kind of stream, sound last: that is the call.
    const isTry = kind === "own" || (kind === "udptl" && record.attempt !== "");
    if (isTry && !rang && [415, 488, 606].includes(status)) this.#desk.book.drop(record);
    else this.#desk.book.conclude(record, "BRIDGED", `sip-${status}`);
  }

  /** A SIP call to an extension. */
  async #ring(call: IncomingCall, extensions: Extensions, record: CallRecord, tape: CallTape): Promise<void> {
    const { book, closing } = this.#desk;
    const offer = foreignOffer(this.#desk, call);
    // Its own TCF is all a modem has: it cannot leave it out (T.38 §8.2.2, method 1).
    if (!offer || (offer.kind === "tcp" && offer.fax.rateManagement === "localTCF")) {
      refuseOffer(this.#desk, call, record);
      return;
    }
    call.ring();
    const { signal: gone, release } = eitherSignal(closing, endOf(call));
    const began = performance.now();
    const pickup = await extensions.ring({ from: call.from, to: record.to, gone });
    release();
    record.ringUs = Math.round((performance.now() - began) * 1000);
    if (gone.aborted) {
      book.conclude(record, "NOANSWER", "sip-487");
      if (pickup.answered) await this.#hangUpOn(pickup);
      return;
    }
    if (!pickup.answered) {
      refuse(this.#desk, call, pickup.kind, record);
      return;
    }
    const leg = await answerLeg(this.#desk, call, { offer, headers: [], tape });
    if ("port" in leg) {
      book.conclude(record, "BRIDGED", "sip-200");
      const end = () => void call.hangUp(BYE_MS);
      closing.addEventListener("abort", end);
      await pickup.join({ ...leg, port: tape.over(leg.port) });
      closing.removeEventListener("abort", end);
    } else {
      book.conclude(record, leg.result, leg.cause);
      await this.#hangUpOn(pickup);
    }
    await call.hangUp(BYE_MS);
  }

  /** A line within the exchange to an extension; `talk` runs the calling side. */
  async #within(
    call: { from: string; to: string; gone: AbortSignal },
    extensions: Extensions,
    { record, tape }: Taped,
    talk: (line: Line) => Promise<unknown>,
  ): Promise<void> {
    const pickup = await extensions.ring(call);
    if (!pickup.answered) {
      this.#concludeRefused(record, pickup.kind);
      return;
    }
    const { mine, line } = this.#pair(tape);
    const talking = talk(line).then(() => {});
    await Promise.all([pickup.join(mine(talking)), talking]);
  }

  async #dialExtension(
    call: { from: string; to: string; gone: AbortSignal },
    extensions: Extensions,
    { record, tape }: Taped,
  ): Promise<Dialled> {
    const pickup = await extensions.ring(call);
    if (!pickup.answered) {
      this.#concludeRefused(record, pickup.kind);
      return { answered: false, kind: pickup.kind };
    }
    this.#desk.book.conclude(record, "BRIDGED", "modem");
    const [a, b] = ifpPair();
    const calling = latch();
    const called = latch();
    const port = watched(tape.over(a), calling.release);
    void pickup
      .join({ port: watched(b, called.release), over: calling.done })
      .finally(called.release)
      .catch(() => {});
    return { answered: true, port, over: called.done, hangUp: () => port.close() };
  }

  async #dialContact(
    call: { from: string; gone: AbortSignal },
    contact: Parameters<typeof place>[1]["contact"],
    { record, tape }: Taped,
  ): Promise<Dialled> {
    const { book, closing } = this.#desk;
    const { signal: gone, release } = eitherSignal(closing, call.gone);
    const placed = await place(this.#desk, {
      contact,
      from: call.from,
      attempt: "",
      offers: ["udptl", "audio"],
      gone,
      tape,
    });
    release();
    if (placed.kind !== "foreign") {
      const none = placed.kind === "none" ? placed : { result: "NOSERVICE", cause: "sip-200" };
      book.conclude(record, none.result, none.cause);
      const kind = Object.entries(REFUSALS).find(([, { result }]) => result === none.result)?.[0];
      return { answered: false, kind: (kind as keyof typeof REFUSALS | undefined) ?? "no-service" };
    }
    book.conclude(record, "BRIDGED", "sip-200");
    const { leg } = placed;
    const hangUp = () => void placed.call.hangUp(BYE_MS);
    const port = watched(tape.over(leg.port), hangUp);
    return { answered: true, port, over: leg.over, hangUp: () => port.close() };
  }

  #concludeRefused(record: CallRecord, kind: keyof typeof REFUSALS): void {
    const { status, result } = REFUSALS[kind];
    this.#desk.book.conclude(record, result, `sip-${status}`);
  }

  /** Both ends of a line in memory: `line` for a party of the exchange, `mine` for who dials or is dialled. */
  #pair(tape: CallTape) {
    const [a, b] = ifpPair();
    const outside = latch();
    const port = watched(a, outside.release);
    const line = pacedLine(this.#desk, { port: b, tcf: "transferred", over: outside.done }, tape);
    const mine = (over: Promise<void>) => ({ port, over, hangUp: () => port.close() });
    return { mine, line };
  }

  /** Somebody has picked up a call that is gone. */
  async #hangUpOn(pickup: Extract<Awaited<ReturnType<Extensions["ring"]>>, { answered: true }>): Promise<void> {
    const [port, other] = ifpPair();
    other.close();
    await pickup.join({ port, over: Promise.resolve() });
  }

  /** The script of a machine that dials holds for the calls it makes, counted apart from those it takes. */
  #scriptOf(from: string, own: Subscriber): Pick<MachineOptions, "script" | "call" | "seed"> {
    if (own.kind !== "machine" || !own.script) return {};
    const count = this.#counted(`from ${from}`);
    return { script: own.script, call: count + 1, seed: callSeed(`from ${from}`, count) };
  }

  /** How often this has been asked before. */
  #counted(name: string): number {
    const count = this.#counts.get(name) ?? 0;
    if (this.#counts.size >= MAX_COUNTED) this.#counts.clear();
    this.#counts.set(name, count + 1);
    return count;
  }

  #subscriber(number: string): { subscriber: Subscriber; count: number } {
    const { disturbed, subscriber: named } = this.#residents;
    const subscriber = disturbed?.(number) ?? named?.(number) ?? subscriberAt(number);
    const count = this.#counted(number);
    const busy = subscriber.kind === "machine" && count < subscriber.busyCalls;
    return { subscriber: busy ? { kind: "busy" } : subscriber, count };
  }
}
