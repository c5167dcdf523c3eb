// What the feed tells of a run: each recipient's outcome once, when, and how long it took.

import type { EventView } from "@depesche/client";
import { OUTCOMES, type Outcome } from "@depesche/core";
import { Latencies } from "../latencies.ts";
import { bump, codeOf, JobBook, type JobRow, Roster } from "./roster.ts";
import { Series } from "./series.ts";

/** Events of a job whose order has not been answered yet. */
interface Early {
  /** Orders begun when the first of them came: when all these are answered, the job is somebody else's. */
  begun: number;
  events: EventView[];
}

export class Tally {
  readonly roster: Roster;
  readonly jobs = new JobBook();
  readonly series = new Series();
  /** Scheduled moment to answer, a job; acceptance to outcome and scheduled moment to outcome, a recipient. */
  readonly answers = new Latencies();
  readonly latencies = new Latencies();
  readonly total = new Latencies();
  /** Outcomes told of recipients that no job of ours has. */
  strangers = 0;
  finals = 0;
  accepted = 0;
  readonly #counts = new Float64Array(OUTCOMES.length);
  readonly #startedAt: number;
  readonly #early = new Map<number, Early>();
  /** Orders begun and not answered, oldest first. */
  readonly #open = new Set<number>();
  #begun = 0;

  /** `startedAt`: wall time, ms since 1970; `recipients`: as far as they are known. */
  constructor(startedAt: number, recipients: number) {
    this.#startedAt = startedAt;
    this.roster = new Roster(recipients);
  }

  get outcomes(): Partial<Record<Outcome, number>> {
    const told = OUTCOMES.map((outcome, i) => [outcome, this.#counts[i] as number] as const).filter(([, n]) => n > 0);
    return Object.fromEntries(told);
  }

  /** Recipients due at a moment (ms since the start). */
  arrive(ms: number, recipients: number): void {
    this.series.at(ms).arrived += recipients;
  }

  /** An order goes out; answers its number for `own` or `drop`. */
  begin(): number {
    this.#begun += 1;
    this.#open.add(this.#begun);
    return this.#begun;
  }

  /** Its answer: a job of ours. Times are wall times. */
  own(order: number, job: JobRow, at: { scheduled: number; answered: number }): void {
    this.jobs.add(job, { scheduled: at.scheduled, accepted: at.answered });
    this.accepted += job.count;
    const bin = this.series.at(at.answered - this.#startedAt);
    bin.accepted += job.count;
    bin.answer.add(at.answered - at.scheduled);
    this.answers.add(at.answered - at.scheduled);
    const early = this.#early.get(job.id);
    this.#early.delete(job.id);
    for (const event of early?.events ?? []) this.take(event);
    this.#close(order);
  }

  /** The order was refused. */
  drop(order: number): void {
    this.#close(order);
  }

  take(event: EventView): void {
    if (event.job === undefined) return;
    const slot = this.jobs.slot(event.job);
    if (slot === undefined) this.#keep(event.job, event);
    else if (event.type === "job.accepted") this.jobs.setAcceptedAt(slot, Date.parse(event.at));
    else this.#count(slot, event);
  }

  #count(slot: number, { type, final, recipient, outcome, at }: EventView): void {
    const isFinal = type === "recipient.final" || (type === "attempt.ended" && final === true);
    if (!isFinal || recipient === undefined || outcome === undefined) return;
    const place = this.jobs.place(slot, recipient);
    if (place === undefined) {
      this.strangers += 1;
      return;
    }
    bump(this.roster.told, place);
    if (this.roster.feed[place] !== 0) return;
    this.roster.feed[place] = codeOf(outcome);
    this.finals += 1;
    this.#counts[OUTCOMES.indexOf(outcome)] = (this.#counts[OUTCOMES.indexOf(outcome)] as number) + 1;
    const when = Date.parse(at);
    const took = when - this.jobs.acceptedAt(slot);
    this.latencies.add(took);
    this.total.add(when - this.jobs.scheduledAt(slot));
    this.series.countOutcome(when - this.#startedAt, outcome).outcome.add(took);
  }

  #keep(job: number, event: EventView): void {
    if (this.#open.size === 0) return;
    const early = this.#early.get(job);
    if (early) early.events.push(event);
    else if (event.type === "job.accepted") this.#early.set(job, { begun: this.#begun, events: [event] });
  }

  /** Forgets the jobs that are none of ours: every order begun before them has been answered. */
  #close(order: number): void {
    const isOldest = this.#open.values().next().value === order;
    this.#open.delete(order);
    if (!isOldest) return;
    const oldest = this.#open.values().next().value ?? Number.POSITIVE_INFINITY;
    for (const [job, { begun }] of this.#early) if (begun < oldest) this.#early.delete(job);
  }
}
