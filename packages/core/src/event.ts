// One event log, many readers (DESIGN section 2). An event is written once, in the commit that changed the state.

import type { Channel } from "./channel.ts";
import type { DeliveryState, Outcome } from "./outcome.ts";

export const EVENT_TYPES = [
  "job.accepted",
  "job.done",
  "job.cancelled",
  "job.paused",
  "job.resumed",
  "attempt.started",
  "attempt.ended",
  "attempt.returned",
  "attempt.late",
  "recipient.final",
  "delivery.changed",
  "inbound.received",
  "inbound.deleted",
  "worker.up",
  "worker.gone",
  "clock.changed",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** An event of the feed. `attempt.ended` with `final: true` is the outcome of its recipient; `recipient.final` stands where no attempt made it so. */
export interface FeedEvent {
  /** Order of commit, without gaps. */
  seq: number;
  /** Wall time, ms since 1970. */
  at: number;
  /** Simulated time, ms since 1970. */
  simAt: number;
  /** 0 for events of the house itself (workers, clock). */
  account: number;
  channel?: Channel;
  type: EventType;
  job?: number;
  /** Place of the recipient in the job, from 0. */
  recipient?: number;
  attempt?: number;
  outcome?: Outcome;
  final?: boolean;
  delivery?: DeliveryState;
  /** What is particular to the type (recipient count, next due time, cause, line, inbound id ...). */
  data?: Record<string, unknown>;
}
