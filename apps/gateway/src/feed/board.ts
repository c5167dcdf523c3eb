// What the feed knows of one account's jobs: the newest ones whole, and today's counts. Read from the ledger when events say
// that a job changed, so the numbers are the ledger's own and not a sum that can drift.

import type { JobSummary, Today } from "@depesche/client";
import type { Job, Outcome } from "@depesche/core";
import type { FaceLedger } from "@depesche/ports";
import { jobSummary } from "../api/views.ts";

export interface BoardLimits {
  /** Newest jobs kept whole. */
  recentJobs: number;
  /** Jobs of the day counted one by one; beyond that the counts say `partial`. */
  countedJobs: number;
  /** Changed jobs read one by one in a refresh; the rest wait for the next one. */
  readsPerRefresh: number;
}
export const BOARD_LIMITS: BoardLimits = { recentJobs: 50, countedJobs: 20_000, readsPerRefresh: 50 };

const PAGE = 1000;

const berlin = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin" });

/** `YYYY-MM-DD` in Europe/Berlin. */
export function berlinDay(ms: number): string {
  return berlin.format(ms);
}

type Counts = Pick<Job, "total" | "final" | "outcomes">;

/** Adds `counts` (or, with factor -1, takes them away). */
function add(today: Today, counts: Counts, factor: 1 | -1): void {
  today.jobs += factor;
  today.recipients += factor * counts.total;
  today.final += factor * counts.final;
  for (const [outcome, n] of Object.entries(counts.outcomes) as [Outcome, number][]) {
    today.outcomes[outcome] = (today.outcomes[outcome] ?? 0) + factor * n;
  }
}

function emptyDay(day: string): Today {
  return { day, jobs: 0, recipients: 0, final: 0, outcomes: {}, partial: false };
}

export class AccountBoard {
  readonly #ledger: FaceLedger;
  readonly #account: number;
  readonly #limits: BoardLimits;
  /** Newest first. */
  #recent: JobSummary[] = [];
  #counted = new Map<number, Counts>();
  #today: Today = emptyDay("");
  readonly #changed = new Set<number>();

  constructor(ledger: FaceLedger, account: number, limits: BoardLimits) {
    this.#ledger = ledger;
    this.#account = account;
    this.#limits = limits;
  }

  /** Reads the day so far. */
  async load(wall: number): Promise<void> {
    const day = berlinDay(wall);
    this.#recent = [];
    this.#counted = new Map();
    this.#today = emptyDay(day);
    let cursor: string | undefined;
    do {
      const page = await this.#ledger.jobs(this.#account, { limit: PAGE, cursor });
      for (const job of page.items) this.#take(job);
      const oldest = page.items.at(-1);
      cursor = oldest && berlinDay(oldest.acceptedAt) === day ? page.next : undefined;
    } while (cursor !== undefined && this.#counted.size < this.#limits.countedJobs);
    if (cursor !== undefined) this.#today.partial = true;
  }

  /** An event spoke of this job. */
  touch(job: number): void {
    this.#changed.add(job);
  }

  recent(): readonly JobSummary[] {
    return this.#recent;
  }

  today(): Today {
    return this.#today;
  }

  /** Reads what changed since the last time; undefined when nothing did. */
  async refresh(wall: number): Promise<JobSummary[] | undefined> {
    if (berlinDay(wall) !== this.#today.day) {
      await this.load(wall);
      return [...this.#recent];
    }
    if (this.#changed.size === 0) return undefined;
    // Taken out first: an event that comes while we read asks for another reading.
    const ids = [...this.#changed];
    this.#changed.clear();
    try {
      const jobs = await this.#read(ids);
      return jobs.map((job) => this.#take(job));
    } catch (fault) {
      for (const id of ids) this.#changed.add(id);
      throw fault;
    }
  }

  /** Many changed jobs are mostly the newest ones: one query for those, one each for some of the rest. */
  async #read(ids: readonly number[]): Promise<Job[]> {
    const { recentJobs, readsPerRefresh } = this.#limits;
    const newest = ids.length < 5 ? [] : (await this.#ledger.jobs(this.#account, { limit: recentJobs })).items;
    const jobs = newest.filter((job) => ids.includes(job.id));
    const rest = ids.filter((id) => !jobs.some((job) => job.id === id));
    for (const id of rest.slice(readsPerRefresh)) this.#changed.add(id);
    for (const id of rest.slice(0, readsPerRefresh)) {
      const job = await this.#ledger.job(this.#account, id);
      if (job) jobs.push(job);
    }
    return jobs;
  }

  #take(job: Job): JobSummary {
    const summary = jobSummary(job);
    if (berlinDay(job.acceptedAt) === this.#today.day) this.#count(job);
    const at = this.#recent.findIndex((known) => known.id <= job.id);
    if (at >= 0 && this.#recent[at]?.id === job.id) this.#recent[at] = summary;
    else this.#recent.splice(at < 0 ? this.#recent.length : at, 0, summary);
    if (this.#recent.length > this.#limits.recentJobs) this.#recent.length = this.#limits.recentJobs;
    return summary;
  }

  #count(job: Job): void {
    const before = this.#counted.get(job.id);
    if (!before && this.#counted.size >= this.#limits.countedJobs) {
      this.#today.partial = true;
      return;
    }
    if (before) add(this.#today, before, -1);
    const counts = { total: job.total, final: job.final, outcomes: job.outcomes };
    this.#counted.set(job.id, counts);
    add(this.#today, counts, 1);
  }
}
