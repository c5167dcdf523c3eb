/** The simulated telephone network: takes calls over SIP, finds who is behind the number, and keeps a record of every call. */

import { setMaxListeners } from "node:events";
import {
  DIALLING_MOODS,
  type DiallingMood,
  dialledBy,
  isDiallingMood,
  sendingMachine,
  Tray,
  type TrayFax,
  type TrayLimits,
} from "@depesche/fax-machine";
import { callSeed, dialled, type MachineMood, type Subscriber, subscriberAt } from "@depesche/scenario";
import { header } from "@depesche/sip";
import { type DropCounters, type IncomingCall, openSipEndpoint, type SipEndpoint } from "@depesche/wire-sip";
import { MediaConnections, type MediaPort, openMediaPort } from "@depesche/wire-t38";
import { pickUp, refuse } from "./answering.ts";
import { bridge } from "./bridge.ts";
import { CallBook, type CallDesk, stationIdOf } from "./call-desk.ts";
import { dial } from "./dialling.ts";
import { digitsOf, Registrar } from "./registrar.ts";
import type { CallRecord } from "./wire-log.ts";

export interface ExchangeConfig {
  /** Default 127.0.0.1. */
  host?: string;
  /** SIP over UDP and TCP; 0: any free port. */
  port: number;
  /** File of the wire log. */
  wireLog: string;
  /** The simulated clock, ms since 1970; default the wall clock. */
  now?: () => number;
  /** Who lives behind a number before the table of the fictional numbers is asked; asked anew with every call. */
  subscriber?: (number: string) => Subscriber | undefined;
  /** What a call to a number meets in the place of who lives there; asked once for each call. */
  disturbed?: (number: string) => Subscriber | undefined;
  tray?: TrayLimits;
  /** Wall time without progress after which a call is given up, ms; default 30,000. */
  stallMs?: number;
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
/** What a placed call came to. */
export type Placed = { ok: true; record: CallRecord } | Refused;
/** A call that was begun: its record fills until it is over. */
export type Begun = { ok: true; record: CallRecord; over: Promise<void> } | Refused;

export interface Exchange {
  readonly host: string;
  readonly port: number;
  readonly wireLog: string;
  /** The latest calls that are over (up to 1000), oldest first. */
  calls(): readonly CallRecord[];
  /** Calls on the line now, oldest first; their result is "". */
  onLine(): readonly CallRecord[];
  /** One of the latest thousand calls begun, over or not. */
  call(id: number): CallRecord | undefined;
  /** Faxes a simulated machine holds, oldest first. */
  faxes(number: string): readonly TrayFax[];
  /** One of them, counted from 0, as multipage TIFF. */
  faxTiff(number: string, index: number): Uint8Array | undefined;
  /** What the call of this name left at a simulated machine, as multipage TIFF; one broken off ends with the lines that came. */
  attemptTiff(attempt: string): Uint8Array | undefined;
  /** A simulated machine dials; resolves when the call is over. */
  placeCall(order: PlacedCall): Promise<Placed>;
  /** The same, answered as soon as the machine dials. */
  beginCall(order: PlacedCall): Begun;
  /** Digits of the numbers registered now. */
  registered(): string[];
  /** Malformed input that was dropped, by what was wrong with it. */
  drops(): DropCounters;
  /** SIP transactions and dialogs alive. */
  load(): { transactions: number; dialogs: number };
  /** Forgets calls, faxes and call counts; the wire log and registrations stay. */
  reset(): void;
  close(): Promise<void>;
}

/** So many numbers may have a call count; beyond that counting starts anew. */
const MAX_COUNTED = 100_000;

/** Opens the exchange; rejects when a port cannot be bound or the wire log cannot be written. */
export async function openExchange(config: ExchangeConfig): Promise<Exchange> {
  const host = config.host ?? "127.0.0.1";
  const book = new CallBook(config.wireLog, config.now ?? Date.now);
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const registrar = new Registrar(() => performance.now());
  const running = new Set<Promise<unknown>>();
  let media: MediaPort | undefined;
  let endpoint: SipEndpoint;
  try {
    media = await openMediaPort({ host });
    endpoint = await openSipEndpoint(
      { host, port: config.port, product: "Depesche exchange" },
      {
        // What fails here is ours (a full disk under the wire log): the caller hears of a fault, nobody else does.
        invite: (call) => void keep(running, switchboard.route(call)).catch(() => call.reject(500)),
        register: (request) => registrar.register(request),
      },
    );
  } catch (error) {
    book.close();
    await media?.close();
    throw error;
  }
  const connections = new MediaConnections();
  const desk: CallDesk = { endpoint, media, connections, book, closing: closing.signal, stallMs: config.stallMs };
  const tray = new Tray(config.tray);
  const switchboard = new Switchboard(desk, registrar, tray, config);
  const { port } = endpoint;

  return {
    host,
    port,
    wireLog: config.wireLog,
    calls: () => book.calls,
    onLine: () => book.onLine(),
    call: (id) => book.find(id),
    faxes: (number) => tray.faxes(dialled(number) ?? number),
    faxTiff: (number, index) => tray.tiff(dialled(number) ?? number, index),
    attemptTiff(attempt) {
      const fax = tray.ofAttempt(attempt);
      return fax && tray.tiffOf(fax);
    },
    async placeCall(order) {
      const begun = switchboard.begin(order);
      if (!begun.ok) return begun;
      await keep(running, begun.over);
      return { ok: true, record: begun.record };
    },
    beginCall(order) {
      const begun = switchboard.begin(order);
      if (begun.ok) keep(running, begun.over).catch(() => {});
      return begun;
    },
    registered: () => registrar.numbers(),
    drops: () => endpoint.drops,
    load: () => endpoint.load(),
    reset() {
      book.forget();
      tray.clear();
      switchboard.forgetCounts();
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await Promise.allSettled(running);
      await endpoint.close();
      await Promise.all([desk.media.close(), connections.close()]);
      book.close();
    },
  };
}

/** Decides who gets a call. */
class Switchboard {
  readonly #desk: CallDesk;
  readonly #named: ExchangeConfig["subscriber"];
  readonly #disturbed: ExchangeConfig["disturbed"];
  readonly #registrar: Registrar;
  readonly #tray: Tray;
  readonly #counts = new Map<string, number>();

  constructor(
    desk: CallDesk,
    registrar: Registrar,
    tray: Tray,
    { subscriber, disturbed }: Pick<ExchangeConfig, "subscriber" | "disturbed">,
  ) {
    this.#named = subscriber;
    this.#disturbed = disturbed;
    this.#desk = desk;
    this.#registrar = registrar;
    this.#tray = tray;
  }

  forgetCounts(): void {
    this.#counts.clear();
  }

  /** Whoever is registered for the number gets the call, else the table of numbers decides. */
  async route(call: IncomingCall): Promise<void> {
    const { book, endpoint, closing } = this.#desk;
    // An exchange that goes away refuses nobody: who hears nothing more from it may call again.
    if (closing.aborted) return;
    const to = dialled(call.called) ?? call.called;
    const record = book.open(call.from, to, header(call.invite, "X-Depesche-Call") ?? "");
    const contact = this.#registrar.find(digitsOf(to));
    if (contact) {
      const status = await bridge(endpoint, call, contact);
      book.conclude(record, "BRIDGED", `sip-${status}`);
      return;
    }
    const { subscriber, count } = this.#subscriber(to);
    if (subscriber.kind !== "machine" && subscriber.kind !== "voice") {
      refuse(this.#desk, call, subscriber.kind, record);
      return;
    }
    await pickUp(this.#desk, call, subscriber, { record, seed: callSeed(to, count), tray: this.#tray });
  }

  begin(order: PlacedCall): Begun {
    const { book, endpoint } = this.#desk;
    const from = dialled(order.from);
    const meant = dialled(order.to);
    if (!from || !meant) {
      return { ok: false, refused: `"${(from ? order.to : order.from).slice(0, 40)}" is no telephone number.` };
    }
    const own = this.#named?.(from) ?? subscriberAt(from);
    const { mood = own.kind === "machine" ? own.mood : "modern" } = order;
    const conduct = isDiallingMood(mood) ? mood : undefined;
    const made = sendingMachine({
      tiff: order.tiff,
      stationId: order.stationId ?? stationIdOf(from),
      ...(isDiallingMood(mood) ? { does: DIALLING_MOODS[mood].does } : { mood }),
    });
    if (!made.ok) return { ok: false, refused: made.detail };
    const to = dialledBy(conduct, meant);
    const registered = this.#registrar.find(digitsOf(to));
    const record = book.open(from, to, order.name ?? "", registered === undefined);
    const self = { transport: "tcp", host: endpoint.host, port: endpoint.port } as const;
    const contact = registered ?? { uri: `sip:${to}@${self.host}:${self.port}`, target: self };
    const over = dial(this.#desk, made.machine, {
      record,
      contact,
      conclude: (result, cause) => {
        // Within the exchange the answering side writes the call's one line.
        if (registered) book.conclude(record, result, cause);
        else Object.assign(record, { result, cause });
      },
    });
    return { ok: true, record, over };
  }

  #subscriber(number: string): { subscriber: Subscriber; count: number } {
    const subscriber = this.#disturbed?.(number) ?? this.#named?.(number) ?? subscriberAt(number);
    const count = this.#counts.get(number) ?? 0;
    if (this.#counts.size >= MAX_COUNTED) this.#counts.clear();
    this.#counts.set(number, count + 1);
    const busy = subscriber.kind === "machine" && count < subscriber.busyCalls;
    return { subscriber: busy ? { kind: "busy" } : subscriber, count };
  }
}

function keep<T>(running: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  running.add(work);
  const forget = () => running.delete(work);
  work.then(forget, forget);
  return work;
}
