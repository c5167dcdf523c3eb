// What the feed tells of the jobs of a load run: each recipient's outcome once, and how long it took from acceptance.

import type { EventView } from "@depesche/client";
import type { Outcome } from "@depesche/core";
import { Latencies } from "../latencies.ts";

interface JobTally {
  acceptedAt: number;
  finals: Set<number>;
}

export class Tally {
  readonly latencies = new Latencies();
  readonly outcomes: Partial<Record<Outcome, number>> = {};
  /** Recipients whose outcome was told twice: must stay 0. */
  doubles = 0;
  #finals = 0;
  readonly #jobs = new Map<number, JobTally>();
  /** Jobs may be over before the answer to their order has reached us. */
  #early: EventView[] = [];
  #isSettled = false;

  get finals(): number {
    return this.#finals;
  }

  finalsOf(job: number): number {
    return this.#jobs.get(job)?.finals.size ?? 0;
  }

  get jobs(): number[] {
    return [...this.#jobs.keys()];
  }

  /** A job of this run; its acceptance counts from the event of it, or from `at` until that comes. */
  own(job: number, at: number): void {
    this.#jobs.set(job, { acceptedAt: at, finals: new Set() });
    const early = this.#early;
    this.#early = early.filter((event) => event.job !== job);
    for (const event of early) if (event.job === job) this.take(event);
  }

  take(event: EventView): void {
    if (event.job === undefined) return;
    const job = this.#jobs.get(event.job);
    if (!job) {
      if (!this.#isSettled) this.#early.push(event);
      return;
    }
    if (event.type === "job.accepted") job.acceptedAt = Date.parse(event.at);
    const isFinal = event.type === "recipient.final" || (event.type === "attempt.ended" && event.final === true);
    if (!isFinal || event.recipient === undefined || event.outcome === undefined) return;
    if (job.finals.has(event.recipient)) {
      this.doubles += 1;
      return;
    }
    job.finals.add(event.recipient);
    this.#finals += 1;
    this.outcomes[event.outcome] = (this.outcomes[event.outcome] ?? 0) + 1;
    this.latencies.add(Date.parse(event.at) - job.acceptedAt);
  }

  /** Forgets what belongs to nobody, once every order has been answered. */
  settle(): void {
    this.#isSettled = true;
    this.#early = [];
  }
}
