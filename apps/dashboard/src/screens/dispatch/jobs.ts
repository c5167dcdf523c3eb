// Which jobs mass dispatch shows: those that run, and those that ended lately, in the newest state the feed told.

import type { ClockView, JobSummary } from "@depesche/client";

/** When a job was done by the wall clock, ms, as far as the clock's speed of now tells; undefined while it is not. */
export function doneAtWall({ doneAt }: Pick<JobSummary, "doneAt">, clock: ClockView): number | undefined {
  if (doneAt === undefined) return undefined;
  return Date.parse(clock.wall) - Math.max(0, Date.parse(clock.now) - Date.parse(doneAt)) / clock.speed;
}

/**
 * @param listed jobs as they were read
 * @param newest jobs as the feed told them
 * @param newestState the newest state of one job, where the feed told of it
 * @param lately whether a job that is done ended lately
 * @returns running: those with most left first, done: the newest first
 */
export function runningAndDone(
  listed: readonly JobSummary[],
  newest: readonly JobSummary[],
  newestState: (id: number) => JobSummary | undefined,
  lately: (job: JobSummary) => boolean,
): { running: JobSummary[]; done: JobSummary[] } {
  const all = new Map<number, JobSummary>();
  const wasOpen = new Set<number>();
  for (const job of [...listed, ...newest]) {
    if (job.state === "open") wasOpen.add(job.id);
    all.set(job.id, newestState(job.id) ?? job);
  }
  const left = (job: JobSummary) => job.total - job.final;
  const jobs = [...all.values()];
  return {
    running: jobs.filter((job) => job.state === "open").sort((a, b) => left(b) - left(a) || b.id - a.id),
    done: jobs
      .filter((job) => job.state === "done" && (wasOpen.has(job.id) || lately(job)))
      .sort((a, b) => b.id - a.id),
  };
}
