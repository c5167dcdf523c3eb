// Which jobs mass dispatch shows: those that run, and those that ended lately, in the newest state the feed told.

import type { JobSummary } from "@depesche/client";

/**
 * @param listed jobs as they were read
 * @param newest jobs as the feed told them
 * @param newestState the newest state of one job, where the feed told of it
 * @param since wall time, ms: a job accepted before and done is not shown unless it ran here
 * @returns running: those with most left first, done: the newest first
 */
export function runningAndDone(
  listed: readonly JobSummary[],
  newest: readonly JobSummary[],
  newestState: (id: number) => JobSummary | undefined,
  since: number,
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
      .filter((job) => job.state === "done" && (wasOpen.has(job.id) || Date.parse(job.acceptedAt) >= since))
      .sort((a, b) => b.id - a.id),
  };
}
