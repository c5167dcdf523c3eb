// The one way into the house for every face (ports/intake.ts): check, convert, store, accept; or name the problem.

import { createHash } from "node:crypto";
import type { Account, Channel, JobContent, JobOrder, RecipientOrder } from "@depesche/core";
import type { PartProblem } from "@depesche/documents";
import { AcceptanceUnknown } from "@depesche/ledger";
import type { FaceLedger, Intake, Replay, SubmitRequest, SubmitResult } from "@depesche/ports";
import { traceContext } from "@depesche/telemetry";
import { type ContentDeps, prepareContent } from "./content.ts";
import { rememberPages } from "./prepared-pages.ts";
import { judgeRecipients } from "./recipients.ts";

export interface IntakeDeps extends Omit<ContentDeps, "prepared"> {
  ledger: Pick<FaceLedger, "accept" | "clock" | "earlier">;
  now(): number;
  /** More is waiting for the store than it can take within the patience of those who wait. */
  isBusy(): boolean;
  onFault(error: unknown, what: string): void;
}

/** A paying customer's letters and faxes may have any length; a trial account's job three pages. */
const TRIAL_PAGES = 3;
const NORMAL_PRIORITY = 5;

type Refusal = Extract<SubmitResult, { ok: false }>;

export function createIntake(given: IntakeDeps): Intake {
  const deps = { ...given, prepared: rememberPages<PartProblem>(given.blobs) };
  return {
    async submit(request) {
      try {
        return await submit(deps, request);
      } catch (error) {
        deps.onFault(error, "a job could not be accepted");
        return { ok: false, problem: "store-down", detail: faultText(error) };
      } finally {
        // Files that were taken over as blobs are gone from the spool already.
        await Promise.allSettled(request.files.map((f) => f.file?.discard()));
      }
    },
  };
}

function faultText(error: unknown): string {
  if (error instanceof AcceptanceUnknown)
    return "The database went away in the very moment; whether the job was accepted is not known. Look at the list of jobs before sending again.";
  const { code } = error as { code?: string };
  if (code === "ENOSPC" || code === "EDQUOT" || code === "53100")
    return "The disk of the gateway is full; nothing was accepted. Make room and send again.";
  return "The gateway cannot store the job at the moment; nothing was accepted. Send again later.";
}

async function submit(deps: IntakeDeps & ContentDeps, request: SubmitRequest): Promise<SubmitResult> {
  // Said before anything is converted: who is refused in any case should not cost those who wait.
  if (deps.isBusy())
    return { ok: false, problem: "busy", detail: "More jobs come in than can be stored; nothing was accepted." };
  // Before anything else is looked at: what was accepted stays accepted, whatever has changed since.
  const before = request.idempotency && (await deps.ledger.earlier(request.account.id, request.idempotency));
  if (before) return answered(before);
  const barred = accountRefusal(request.account, request.channel, deps.now());
  if (barred) return barred;

  let recipients: RecipientOrder[] = [];
  const notices: string[] = [];
  if (request.channel !== "letter") {
    const judged = judgeRecipients(request.account, request.channel, request.recipients);
    if (!judged.ok) return judged;
    recipients = judged.recipients;
    notices.push(...judged.notices);
  }

  const made = await prepareContent(deps, request);
  if (!made.ok) return made;
  notices.push(...made.notices);
  if (request.channel === "letter")
    recipients = [{ address: made.address ?? "", reference: request.recipients[0]?.reference ?? "" }];
  if (request.account.trial && made.pageCount > TRIAL_PAGES && request.channel !== "sms")
    return {
      ok: false,
      problem: "trial-too-many-pages",
      detail: `A trial account sends at most ${TRIAL_PAGES} pages at a time; this document has ${made.pageCount}.`,
    };

  const order = orderOf(request, recipients, made.content, made.pageCount, notices);
  const answer = await deps.ledger.accept(order);
  if (answer.ok && answer.replayed) return answered(answer);
  if (answer.ok)
    return {
      ok: true,
      jobId: answer.jobId,
      recipients: answer.counted,
      pages: made.pageCount,
      replayed: false,
      notices,
    };
  if (answer.problem === "duplicate")
    return {
      ok: false,
      problem: "duplicate",
      detail: `The same order was accepted as job ${answer.jobId} a short while ago.`,
      jobId: answer.jobId,
    };
  return answered(answer);
}

/** The first answer to an idempotency key again, or that the key belongs to another request. */
function answered(before: Replay | { ok: false }): SubmitResult {
  if (!before.ok)
    return { ok: false, problem: "idempotency-conflict", detail: "This idempotency key was used for another request." };
  const { jobId, counted, pages, notices } = before;
  return { ok: true, jobId, recipients: counted, pages, replayed: true, notices };
}

/** Why this account may send nothing now, or nothing through this channel. */
export function accountRefusal(account: Account, channel: Channel | undefined, now: number): Refusal | undefined {
  if (account.locked) return { ok: false, problem: "account-locked", detail: "This account is locked." };
  if (account.trial && account.trialEndsAt !== undefined && account.trialEndsAt < now)
    return { ok: false, problem: "trial-over", detail: "The trial of this account is over." };
  if (channel !== undefined && !account.channels.includes(channel))
    return { ok: false, problem: "channel-not-released", detail: `This account is not released for ${channel}.` };
  return undefined;
}

function orderOf(
  request: SubmitRequest,
  recipients: RecipientOrder[],
  content: JobContent,
  pageCount: number,
  notices: string[],
): JobOrder {
  const trace = traceContext();
  const order: JobOrder = {
    accountId: request.account.id,
    channel: request.channel,
    recipients,
    content: trace === undefined ? content : { ...content, trace },
    options: request.options,
    priority: request.priority ?? NORMAL_PRIORITY,
    pageCount,
    face: request.face,
  };
  if (request.sendAt !== undefined) order.dueAt = request.sendAt;
  if (request.idempotency) order.idempotency = { ...request.idempotency, notices };
  if (request.account.duplicateCheck && !request.idempotency)
    order.fingerprint = fingerprintOf(request, recipients, content);
  return order;
}

/** All that makes two orders the same (FAX.de -77): type, recipients, content, options, date. */
function fingerprintOf(request: SubmitRequest, recipients: RecipientOrder[], content: JobContent): string {
  const hash = createHash("sha256");
  hash.update(
    JSON.stringify([
      request.channel,
      request.options,
      request.sendAt ?? 0,
      content.text ?? "",
      content.documents.map((d) => [d.hash, d.name]),
    ]),
  );
  for (const r of recipients) hash.update(`\0${r.address}\0${r.reference}`);
  return hash.digest("hex");
}
