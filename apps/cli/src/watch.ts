// Follows a job until every outcome stands.

import type { Client, JobDetail, LineView } from "@depesche/client";
import { type Io, plain } from "./io.ts";
import { outcomesText } from "./job-report.ts";
import type { Progress } from "./progress.ts";
import { clockTime } from "./times.ts";

const LOOK_EVERY_MS = 200;
/** The gateway may be restarted while we watch; the job survives that. */
const PATIENCE_MS = 30_000;

/** Resolves with the job when it is done. Rejects as the client does; a gateway that is away is waited for a while. */
export async function watchJob(client: Client, id: number, progress: Progress, io: Io): Promise<JobDetail> {
  let silentSince: number | undefined;
  try {
    for (;;) {
      try {
        const job = await client.job(id);
        silentSince = undefined;
        progress.show({ done: job.final, total: job.total, text: await doing(client, job, io) });
        if (job.state === "done") return job;
      } catch (error) {
        silentSince ??= io.monotonic();
        const isAway = (error as Error).name === "Unreachable";
        if (!isAway || io.monotonic() - silentSince > PATIENCE_MS) throw error;
      }
      await io.pause(LOOK_EVERY_MS);
    }
  } finally {
    progress.end();
  }
}

/** What is going on, in a few words: the page on the line, the time of the next attempt, or the outcomes so far. */
async function doing(client: Client, job: JobDetail, io: Io): Promise<string> {
  const { say, language } = io;
  if (job.state === "done") return outcomesText(job.outcomes, { colour: false });
  if (job.total > 1) return outcomesText(job.outcomes, { colour: false }) || say("state.queued");
  if (job.channel === "fax") {
    const { items } = await client.lines();
    const line = items.find((l) => l.attempt?.startsWith(`${job.id}.`));
    if (line) return lineText(line, io);
  }
  const [recipient] = (await client.recipients(job.id, { limit: 1 })).items;
  if (!recipient) return say("state.queued");
  if (recipient.state === "retry" && recipient.dueAt !== undefined)
    return say("watch.again", { attempts: recipient.attempts, at: clockTime(recipient.dueAt, language) });
  return say(`state.${recipient.state}`);
}

function lineText(line: LineView, { say }: Io): string {
  const page = line.page === undefined ? "" : ` ${say("watch.page", { page: line.page, pages: line.pages ?? "?" })}`;
  const rate = line.rateBps === undefined ? "" : `, ${line.rateBps} bit/s`;
  return plain(`${say(`line.${line.state}`)}${page}${rate}`);
}
