/** The simulated telephone network: takes calls over SIP, finds who is behind the number, and keeps a record of every call. */

import { setMaxListeners } from "node:events";
import { Tray, type TrayFax, type TrayLimits } from "@depesche/fax-machine";
import { dialled } from "@depesche/scenario";
import { type Credentials, Gatekeeper } from "@depesche/sip";
import { type DropCounters, digestHash, newId, openSipEndpoint, type SipEndpoint } from "@depesche/wire-sip";
import {
  type LadderRow,
  ladderPcap,
  MediaConnections,
  type MediaPort,
  openMediaPort,
  renderLadder,
} from "@depesche/wire-t38";
import { CallBook, type CallDesk } from "./call-desk.ts";
import { CallLadders } from "./call-ladders.ts";
import type { Dialled, Extensions } from "./extensions.ts";
import { Registrar } from "./registrar.ts";
import { type Begun, type PlacedCall, type Refused, type Residents, Switchboard } from "./switchboard.ts";
import type { CallRecord } from "./wire-log.ts";

export interface ExchangeConfig extends Residents {
  /** Default 127.0.0.1. */
  host?: string;
  /** SIP over UDP and TCP; 0: any free port. */
  port: number;
  /** File of the wire log. */
  wireLog: string;
  /** The simulated clock, ms since 1970; default the wall clock. */
  now?: () => number;
  /** Who may register numbers and place calls, proved by digest (RFC 7616); without it everybody may. */
  users?: readonly Credentials[];
  tray?: TrayLimits;
  /** Wall time without progress after which a call is given up, ms; default 30,000. */
  stallMs?: number;
}

/** What a placed call came to. */
export type Placed = { ok: true; record: CallRecord } | Refused;
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
  /** What was said so far on one of the latest hundred calls, in words; undefined for others. */
  ladder(id: number): LadderRow[] | undefined;
  /** The same as a capture file (pcap). */
  ladderPcap(id: number): Uint8Array | undefined;
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
  /** Lets extensions live behind their numbers. */
  plug(extensions: Extensions): void;
  /** An extension dials a number. Never rejects. */
  dial(call: { from: string; to: string; gone: AbortSignal }): Promise<Dialled>;
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

/** Calls at once: each to a foreign end holds a socket. */
const MAX_CALLS = 5000;
/** Name of the house in its challenges. */
const REALM = "exchange.example";

/** Opens the exchange; rejects when a port cannot be bound or the wire log cannot be written. */
export async function openExchange(config: ExchangeConfig): Promise<Exchange> {
  const host = config.host ?? "127.0.0.1";
  const book = new CallBook(config.wireLog, config.now ?? Date.now);
  const ladders = new CallLadders();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const registrar = new Registrar(() => performance.now());
  const running = new Set<Promise<unknown>>();
  const { users } = config;
  // The exchange's own machines use its front door like everybody else.
  const credentials = users && { user: `exchange-${newId()}`, password: newId() };
  const gatekeeper =
    users &&
    new Gatekeeper({
      realm: REALM,
      users: [...users, credentials!],
      hash: digestHash,
      now: () => performance.now(),
      random: newId,
    });
  let media: MediaPort | undefined;
  let endpoint: SipEndpoint;
  try {
    media = await openMediaPort({ host });
    endpoint = await openSipEndpoint(
      { host, port: config.port, product: "Depesche exchange" },
      {
        // What fails here is ours (a full disk under the wire log): the caller hears of a fault, nobody else does.
        invite: (call) => {
          if (running.size >= MAX_CALLS) call.reject(503, [["Retry-After", "10"]]);
          else void keep(running, switchboard.route(call)).catch(() => call.reject(500));
        },
        admit: (request) => {
          const verdict = gatekeeper?.judge(request, request.method === "REGISTER" ? 401 : 407);
          return verdict?.ok === false ? verdict : undefined;
        },
        register: (request, source) => registrar.register(request, source),
      },
    );
  } catch (error) {
    book.close();
    await media?.close();
    throw error;
  }
  const connections = new MediaConnections();
  const { stallMs } = config;
  const desk: CallDesk = {
    endpoint,
    media,
    connections,
    book,
    ladders,
    closing: closing.signal,
    stallMs,
    credentials,
    keep: (work) =>
      keep(running, work).then(
        () => {},
        () => {},
      ),
  };
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
    ladder(id) {
      const blob = ladders.blob(id);
      return blob && renderLadder(blob);
    },
    ladderPcap(id) {
      const blob = ladders.blob(id);
      return blob && ladderPcap(blob);
    },
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
    plug: (extensions) => switchboard.plug(extensions),
    dial: (call) => switchboard.dial(call),
    registered: () => registrar.numbers(),
    drops: () => endpoint.drops,
    load: () => endpoint.load(),
    reset() {
      book.forget();
      ladders.forget();
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

function keep<T>(running: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  running.add(work);
  const forget = () => running.delete(work);
  work.then(forget, forget);
  return work;
}
