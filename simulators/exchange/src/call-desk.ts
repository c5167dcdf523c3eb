/** What every call of the exchange shares: ports, the book of calls, the signal that ends them. */

import type { Credentials } from "@depesche/sip";
import { CAUSES } from "@depesche/t30";
import type { SipEndpoint } from "@depesche/wire-sip";
import type { CallEnd, MediaConnections, MediaPort } from "@depesche/wire-t38";
import type { CallLadders } from "./call-ladders.ts";
import { type CallRecord, WireLog } from "./wire-log.ts";

const KEPT_CALLS = 1000;
/** A BYE and its answer must not take longer. */
export const BYE_MS = 1500;

export interface CallDesk {
  readonly endpoint: SipEndpoint;
  readonly media: MediaPort;
  readonly connections: MediaConnections;
  readonly book: CallBook;
  readonly ladders: CallLadders;
  /** Falls when the exchange closes. */
  readonly closing: AbortSignal;
  readonly stallMs: number | undefined;
  /** Work that must be over before the exchange is closed; resolves with it, and what it throws is its own affair. */
  keep(work: Promise<unknown>): Promise<void>;
  /** What the exchange's own machines prove themselves with at its front door. */
  readonly credentials: Credentials | undefined;
}

/** The latest calls in memory, every call in the wire log. */
export class CallBook {
  readonly #log: WireLog;
  readonly #now: () => number;
  #calls: CallRecord[] = [];
  /** The latest calls begun, by id. */
  readonly #begun = new Map<number, CallRecord>();
  /** Those whose line in the book is written by the other end. */
  readonly #otherEnds = new WeakSet<CallRecord>();
  #lastId = 0;

  constructor(file: string, now: () => number) {
    this.#log = new WireLog(file);
    this.#now = now;
  }

  /** Oldest first. */
  get calls(): readonly CallRecord[] {
    return this.#calls;
  }

  /** Begins the record of a call; it counts when it is concluded, or when the other end's record of the same call is. */
  open(from: string, to: string, attempt: string, isOtherEnd = false): CallRecord {
    this.#lastId++;
    const ids = { at: Date.now(), simAt: this.#now(), id: this.#lastId, attempt, from, to };
    const record: CallRecord = { ...ids, result: "", cause: "", pages: 0, sha256: "", lineUs: 0, ringUs: 0 };
    this.#begun.set(record.id, record);
    if (isOtherEnd) this.#otherEnds.add(record);
    if (this.#begun.size > KEPT_CALLS) this.#begun.delete(this.#begun.keys().next().value as number);
    return record;
  }

  /** A call by its id, over or not (then its result is ""); undefined when it is too long ago. */
  find(id: number): CallRecord | undefined {
    return this.#begun.get(id);
  }

  /** Calls that are not over, of the latest thousand, oldest first. */
  onLine(): CallRecord[] {
    return [...this.#begun.values()].filter((call) => call.result === "" && !this.#otherEnds.has(call));
  }

  /** Writes the call's line. Throws when the disk refuses. */
  conclude(record: CallRecord, result: string, cause: string): void {
    record.result = result;
    record.cause = cause;
    this.#log.append(record);
    this.#calls.push(record);
    if (this.#calls.length > KEPT_CALLS) this.#calls.shift();
  }

  /** Takes back a record that was begun: it was no call of its own. */
  drop(record: CallRecord): void {
    this.#begun.delete(record.id);
  }

  forget(): void {
    this.#calls = [];
    for (const [id, { result }] of this.#begun) if (result !== "") this.#begun.delete(id);
  }

  close(): void {
    this.#log.close();
  }
}

/** Outcome word of a call that ended on the line. */
export function resultOfEnd(end: CallEnd): string {
  return end.cause === "media-lost" ? "ISDNERR" : CAUSES[end.cause].outcome;
}

/** Who hung up on the line says BYE, the other waits for it. */
export async function part(
  call: { hangUp(ms: number): Promise<void>; awaitBye(ms: number): Promise<void> },
  end: CallEnd,
): Promise<void> {
  if (end.endedBy === "us") await call.hangUp(BYE_MS);
  else await call.awaitBye(BYE_MS);
}

/** "+49 30 23125 000": the fictional Berlin numbers as people write them; others as they are. */
export function stationIdOf(number: string): string {
  return number.replace(/^\+4930(23125)(\d+)$/, "+49 30 $1 $2");
}
