// Follows a job until every outcome stands.

import type { Client, JobDetail, LineView } from "@depesche/client";
import type { CallWatch } from "./call-watch.ts";
import { type Io, plain } from "./io.ts";
import { outcomesText } from "./job-report.ts";
import type { Progress, Step } from "./progress.ts";
import { clockTime } from "./times.ts";

const LOOK_EVERY_MS = 200;
/** The gateway may be restarted while we watch; the job survives that. */
const PATIENCE_MS = 30_000;

/**
 * Resolves with the job when it is done. Rejects as the client does; a gateway that is away is waited for a while.
 * `call`: told what happens to the recipient of a single fax.
 */
export async function watchJob(
  client: Client,
  id: number,
  progress: Progress,
  io: Io,
  call?: CallWatch,
): Promise<JobDetail> {
  let silentSince: number | undefined;
  try {
    for (;;) {
      try {
        const job = await client.job(id);
        silentSince = undefined;
        const single = job.total === 1 && job.channel === "fax";
        progress.show({
          done: job.final,
          total: job.total,
          ...(await doing(client, job, single ? call : undefined, io)),
        });
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

type Doing = Pick<Step, "text" | "share">;

/** What is going on, in a few words: the page on the line, the time of the next attempt, or the outcomes so far. */
async function doing(client: Client, job: JobDetail, call: CallWatch | undefined, io: Io): Promise<Doing> {
  const { say, language } = io;
  if (job.total > 1) return { text: outcomesText(job.outcomes, { ...io, colour: false }) || say("state.queued") };
  const line =
    job.channel === "fax" && job.state !== "done"
      ? (await client.lines()).items.find((l) => l.state !== "idle" && l.attempt?.startsWith(`${job.id}.`))
      : undefined;
  if (call) {
    const [recipient] = (await client.recipients(job.id, { limit: 1 })).items;
    if (recipient) await call.look(recipient, line?.attempt);
  }
  if (job.state === "done") return { text: outcomesText(job.outcomes, { ...io, colour: false }) };
  if (line) return { text: lineText(line, io), share: pageShare(line) };
  const [recipient] = (await client.recipients(job.id, { limit: 1 })).items;
  if (!recipient) return { text: say("state.queued") };
  if (recipient.state === "retry" && recipient.dueAt !== undefined)
    return { text: say("watch.again", { attempts: recipient.attempts, at: clockTime(recipient.dueAt, language) }) };
  return { text: say(`state.${recipient.state}`) };
}

/** Pages that are through. */
function pageShare({ page, pages }: LineView): number {
  return page === undefined || !pages ? 0 : (page - 1) / pages;
}

function lineText(line: LineView, { say }: Io): string {
  const page = line.page === undefined ? "" : ` ${say("watch.page", { page: line.page, pages: line.pages ?? "?" })}`;
  const rate = line.rateBps === undefined ? "" : `, ${line.rateBps} bit/s`;
  return plain(`${say(`line.${line.state}`)}${page}${rate}`);
}
