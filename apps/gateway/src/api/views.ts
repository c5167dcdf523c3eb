// The ledger's values as the outside sees them: times as ISO 8601 strings, nothing of other accounts.

import type {
  AttemptView,
  ClockView,
  EventView,
  FailureGroup as FailureGroupView,
  FailureView,
  InboundView,
  JobDetail,
  JobSummary,
  LineView,
  MissedCallView,
  RecipientView,
  WebhookView,
} from "@depesche/client";
import {
  type Attempt,
  type ClockSetting,
  type EventType,
  type FeedEvent,
  type Job,
  parseAttemptKey,
  type Recipient,
  simulatedAt,
} from "@depesche/core";
import type { Failure, FailureGroup, InboundFax, MissedCall, Webhook } from "@depesche/ports";

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNone(ms: number | undefined): string | undefined {
  return ms === undefined || ms === null ? undefined : iso(ms);
}

const TITLE_CHARACTERS = 60;

/** Name of the first document, or the beginning of the text. */
function titleOf(job: Job): string {
  const name = job.content.documents[0]?.name;
  if (name) return name;
  const line = (job.content.text ?? "").trim().split(/\s*\n/, 1)[0] ?? "";
  const characters = [...line.slice(0, TITLE_CHARACTERS * 2)];
  return characters.length > TITLE_CHARACTERS ? `${characters.slice(0, TITLE_CHARACTERS - 1).join("")}…` : line;
}

export function jobSummary(job: Job): JobSummary {
  return {
    id: job.id,
    channel: job.channel,
    face: job.face,
    state: job.state,
    cancelled: job.cancelled,
    paused: job.paused,
    priority: job.priority,
    title: titleOf(job),
    pageCount: job.pageCount,
    acceptedAt: iso(job.acceptedAt),
    simAcceptedAt: iso(job.simAcceptedAt),
    dueAt: iso(job.dueAt),
    doneAt: isoOrNone(job.doneAt),
    lastSentAt: isoOrNone(job.lastSentAt),
    counted: job.counted,
    total: job.total,
    final: job.final,
    outcomes: job.outcomes,
  };
}

export function jobDetail(job: Job): JobDetail {
  const { text, documents, pages, letter } = job.content;
  return { ...jobSummary(job), text, documents, pages, letter, options: job.options };
}

export function recipientView(r: Recipient): RecipientView {
  return {
    n: r.n,
    address: r.address,
    reference: r.reference,
    state: r.state,
    attempts: r.attempts,
    dueAt: isoOrNone(r.dueAt),
    outcome: r.outcome,
    cause: r.cause,
    remoteId: r.remoteId,
    pages: r.pages,
    durationMs: r.durationMs,
    sentAt: isoOrNone(r.sentAt),
    delivery: r.delivery,
    deliveryAt: isoOrNone(r.deliveryAt),
    repeated: r.repeated,
  };
}

export function attemptView(a: Attempt): AttemptView {
  return {
    key: a.key,
    outcome: a.outcome,
    cause: a.cause,
    temporary: a.temporary,
    remoteId: a.remoteId,
    pages: a.pages,
    durationMs: a.durationMs,
    rateBps: a.rateBps,
    coding: a.coding,
    ecm: a.ecm,
    carrierId: a.carrierId,
    startedAt: iso(a.startedAt),
    endedAt: iso(a.endedAt),
    at: iso(a.at),
    repeat: a.repeat,
    interrupted: a.interrupted,
    final: a.final,
  };
}

export function failureGroupView({ oldestAt, latestAt, ...group }: FailureGroup): FailureGroupView {
  return { ...group, oldestAt: iso(oldestAt), latestAt: iso(latestAt) };
}

export function failureView({ at, ...failure }: Failure): FailureView {
  return { ...failure, at: iso(at) };
}

export function missedView({ accountId: _, at, ...call }: MissedCall): MissedCallView {
  return { ...call, at: iso(at) };
}

export function inboundView(fax: InboundFax): InboundView {
  return {
    id: fax.id,
    receivedAt: iso(fax.receivedAt),
    originator: fax.originator,
    called: fax.called,
    remoteId: fax.remoteId,
    pages: fax.pages,
    complete: fax.complete,
    badLines: fax.badLines,
    state: fax.state,
  };
}

export function clockView(setting: ClockSetting, wall: number, settable: boolean): ClockView {
  return {
    now: iso(simulatedAt(setting, wall)),
    wall: iso(wall),
    speed: setting.speed,
    unpaced: setting.unpaced,
    settable,
  };
}

export function webhookView(hook: Webhook): WebhookView {
  return {
    id: hook.id,
    url: hook.url,
    types: hook.types as EventType[],
    cursor: hook.cursor,
    failures: hook.failures,
    nextTryAt: hook.failures > 0 ? iso(hook.nextTryAt) : undefined,
  };
}

/** Event data keeps its times under names that end in `At`; they become strings like all others. */
function eventData(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === "number" && /At$/.test(name) ? iso(value) : value,
    ]),
  );
}

export function eventView(event: FeedEvent): EventView {
  const { at, simAt, data, ...rest } = event;
  return { ...rest, at: iso(at), simAt: iso(simAt), ...(data && { data: eventData(data) }) };
}

/** A line as one account may see it: whose call it is stays with its owner. */
export function maskedLine(line: LineView): LineView {
  return { worker: line.worker, line: line.line, state: line.state };
}

/** The job a line is busy with; undefined when it is free. */
export function jobOnLine(line: LineView): number | undefined {
  return line.attempt === undefined ? undefined : parseAttemptKey(line.attempt)?.job;
}
