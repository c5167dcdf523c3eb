// A job and its recipients as text, and what its outcomes mean for the exit code.

import type { Client, JobDetail, JobSummary, RecipientView } from "@depesche/client";
import { OUTCOMES } from "@depesche/core";
import { EXIT, type ExitCode, OUTCOME_EXIT } from "./exit-code.ts";
import { causeText } from "./gateway-words.ts";
import { type Io, paint, plain } from "./io.ts";
import { columns, cut } from "./table.ts";
import { clockTime, duration, whole } from "./times.ts";

/** 0 only when every recipient is OK; the outcome's own code where all that failed ended alike; refused ones count as failed. */
export function exitCodeOf(job: Pick<JobSummary, "state" | "total" | "outcomes">): ExitCode {
  if (job.state !== "done") return EXIT.running;
  if ((job.outcomes.OK ?? 0) === job.total) return EXIT.ok;
  const failed = OUTCOMES.flatMap((outcome) =>
    outcome !== "OK" && (job.outcomes[outcome] ?? 0) > 0 ? [OUTCOME_EXIT[outcome]] : [],
  );
  return failed.length === 1 ? (failed[0] as ExitCode) : EXIT.failed;
}

/** Recipients of a job, all or those with an outcome; at most `most`. */
export async function readRecipients(client: Client, job: number, most: number): Promise<RecipientView[]> {
  const found: RecipientView[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.recipients(job, { limit: Math.min(1000, most - found.length), cursor });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && found.length < most);
  return found;
}

/** `2 OK, 1 BUSY`, OK first, then by number. */
export function outcomesText(outcomes: JobSummary["outcomes"], io: Pick<Io, "colour" | "language">): string {
  return Object.entries(outcomes)
    .filter(([, n]) => n > 0)
    .sort(([a, n], [b, m]) => Number(b === "OK") - Number(a === "OK") || m - n)
    .map(([word, n]) => `${whole(n, io.language)} ${outcomeText(word, io)}`)
    .join(", ");
}

/** The word says it; the colour only helps. */
export function outcomeText(word: string, io: Pick<Io, "colour">): string {
  return paint(io, word === "OK" ? "green" : word === "CANCELLED" ? "yellow" : "red", word);
}

export function jobText(job: JobDetail, io: Io): string[] {
  const { say, language } = io;
  const state = job.paused && job.state === "open" ? "paused" : job.cancelled ? "cancelled" : job.state;
  const head = `${say("job.head", { id: job.id, channel: say(`channel.${job.channel}`) })}: ${say(`state.${state}`)}`;
  const facts = [
    [say("job.title"), plain(cut(job.title, 60))],
    [say("job.accepted"), clockTime(job.acceptedAt, language)],
    [say(job.channel === "sms" ? "job.parts" : "job.pages"), String(job.pageCount)],
    [say("job.recipients"), say("job.final", { final: job.final, total: job.total })],
  ];
  const outcomes = outcomesText(job.outcomes, io);
  if (outcomes !== "") facts.push([say("job.outcomes"), outcomes]);
  if (job.state === "open" && job.lastSentAt === undefined && job.dueAt > job.simAcceptedAt)
    facts.push([say("job.due"), clockTime(job.dueAt, language)]);
  return [paint(io, "bold", head), ...columns(facts).map((l) => `  ${l}`)];
}

/** One row a recipient: what became of it and why. */
export function recipientsText(recipients: RecipientView[], io: Io): string[] {
  const { say, language } = io;
  const heading = ["#", "address", "outcome", "attempts", "pages", "duration", "why"] as const;
  const rows = recipients.map((r) => [
    String(r.n),
    plain(cut(r.reference === "" ? r.address : `${r.address} [${r.reference}]`, 48)),
    r.outcome === undefined ? waiting(r, io) : outcomeText(r.outcome, io),
    String(r.attempts),
    r.pages === undefined ? "" : String(r.pages),
    !r.durationMs ? "" : duration(r.durationMs, language),
    plain(remark(r, io)),
  ]);
  return columns([heading.map((h) => say(`column.${h}`)), ...rows], [0, 3, 4, 5]).map((l) => `  ${l}`);
}

function waiting(r: RecipientView, { say, language }: Io): string {
  if (r.state === "retry" && r.dueAt !== undefined)
    return say("state.retry-at", { at: clockTime(r.dueAt, language).replace(/^.*, /, "") });
  return say(`state.${r.state}`);
}

function remark(r: RecipientView, { say, language }: Io): string {
  const parts: string[] = [];
  if (r.outcome !== "OK" && r.cause) parts.push(causeText(r.cause, language));
  else if (r.remoteId) parts.push(r.remoteId.trim());
  if (r.delivery) parts.push(say(`delivery.${r.delivery}`));
  if (r.repeated) parts.push(say("job.repeated"));
  return parts.join(", ");
}
