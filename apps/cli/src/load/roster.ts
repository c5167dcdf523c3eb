// All recipients and jobs of a run as columns of numbers: a million recipients are a dozen megabytes.

import { OUTCOMES, type Outcome } from "@depesche/core";
import { LOAD_CHANNELS, type LoadChannel } from "./orders.ts";

/** What is said of a recipient: by its number, the feed, the ledger, the wires. 0 in an outcome's place: nothing yet. */
export class Roster {
  /** Outcomes as places in OUTCOMES, from 1. */
  expected: Uint8Array;
  feed: Uint8Array;
  ledger: Uint8Array;
  /** Outcomes the feed has told, at most 255. */
  told: Uint8Array;
  /** Attempts and the mark of a possible repeat, as the ledger says. */
  attempts: Uint16Array;
  repeated: Uint8Array;
  /** Times a machine, a handset, a mailbox or the shop got it, at most 255, and how often under the key of the last attempt. */
  wire: Uint8Array;
  wireLast: Uint8Array;

  constructor(recipients: number) {
    this.expected = new Uint8Array(recipients);
    this.feed = new Uint8Array(recipients);
    this.ledger = new Uint8Array(recipients);
    this.told = new Uint8Array(recipients);
    this.attempts = new Uint16Array(recipients);
    this.repeated = new Uint8Array(recipients);
    this.wire = new Uint8Array(recipients);
    this.wireLast = new Uint8Array(recipients);
  }

  /** Makes room for recipients below `count`. */
  reach(count: number): void {
    if (count <= this.expected.length) return;
    const size = Math.max(count, this.expected.length * 2);
    const grown = <T extends Uint8Array | Uint16Array>(column: T, larger: T): T => {
      larger.set(column);
      return larger;
    };
    this.expected = grown(this.expected, new Uint8Array(size));
    this.feed = grown(this.feed, new Uint8Array(size));
    this.ledger = grown(this.ledger, new Uint8Array(size));
    this.told = grown(this.told, new Uint8Array(size));
    this.attempts = grown(this.attempts, new Uint16Array(size));
    this.repeated = grown(this.repeated, new Uint8Array(size));
    this.wire = grown(this.wire, new Uint8Array(size));
    this.wireLast = grown(this.wireLast, new Uint8Array(size));
  }
}

/** One more, without running over. */
export function bump(column: Uint8Array, i: number): void {
  if ((column[i] as number) < 255) column[i] = (column[i] as number) + 1;
}

export function codeOf(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome) + 1;
}

export function outcomeOfCode(code: number): Outcome | undefined {
  return OUTCOMES[code - 1];
}

/** A job of the run. */
export interface JobRow {
  id: number;
  channel: LoadChannel;
  /** Its recipients' place in the roster, and how many they are. */
  first: number;
  count: number;
}

export class JobBook {
  #ids = new Float64Array(1024);
  #acceptedAt = new Float64Array(1024);
  #scheduledAt = new Float64Array(1024);
  #first = new Uint32Array(1024);
  #count = new Uint32Array(1024);
  #channel = new Uint8Array(1024);
  readonly #slots = new Map<number, number>();
  /** Recipients of all jobs. */
  recipients = 0;

  get size(): number {
    return this.#slots.size;
  }

  /** Where the job stands; undefined when it is none of this run. */
  slot(id: number): number | undefined {
    return this.#slots.get(id);
  }

  /** `at`: wall times, ms since 1970; `accepted` by our own clock until the gateway's is known. */
  add(job: JobRow, at: { scheduled: number; accepted: number }): number {
    const slot = this.#slots.size;
    if (slot === this.#ids.length) this.#grow();
    this.#slots.set(job.id, slot);
    this.#ids[slot] = job.id;
    this.#first[slot] = job.first;
    this.#count[slot] = job.count;
    this.#channel[slot] = LOAD_CHANNELS.indexOf(job.channel);
    this.#scheduledAt[slot] = at.scheduled;
    this.#acceptedAt[slot] = at.accepted;
    this.recipients += job.count;
    return slot;
  }

  row(slot: number): JobRow {
    return {
      id: this.#ids[slot] as number,
      channel: LOAD_CHANNELS[this.#channel[slot] as number] as LoadChannel,
      first: this.#first[slot] as number,
      count: this.#count[slot] as number,
    };
  }

  /** Place in the roster of recipient n of a job; undefined when the job has not so many. */
  place(slot: number, n: number): number | undefined {
    return n < (this.#count[slot] as number) ? (this.#first[slot] as number) + n : undefined;
  }

  acceptedAt(slot: number): number {
    return this.#acceptedAt[slot] as number;
  }

  scheduledAt(slot: number): number {
    return this.#scheduledAt[slot] as number;
  }

  setAcceptedAt(slot: number, at: number): void {
    this.#acceptedAt[slot] = at;
  }

  *rows(): Generator<JobRow> {
    for (let slot = 0; slot < this.size; slot++) yield this.row(slot);
  }

  #grow(): void {
    const size = this.#ids.length * 2;
    const copy = <T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#ids = copy(this.#ids, new Float64Array(size));
    this.#acceptedAt = copy(this.#acceptedAt, new Float64Array(size));
    this.#scheduledAt = copy(this.#scheduledAt, new Float64Array(size));
    this.#first = copy(this.#first, new Uint32Array(size));
    this.#count = copy(this.#count, new Uint32Array(size));
    this.#channel = copy(this.#channel, new Uint8Array(size));
  }
}
