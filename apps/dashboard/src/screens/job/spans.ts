// What became of one recipient as spans of time: waiting, calling, and what is still to come.

import type { AttemptView, RecipientView } from "@depesche/client";
import { type Axis, axisOf } from "./axis.ts";

/** `due`: a wait that ends in the future. `live`: the attempt that is under way. */
export interface Span {
  kind: "waiting" | "calling" | "due" | "live";
  /** Simulated time, ms since 1970. */
  from: number;
  to: number;
}

/** One attempt's row: the wait before it and the attempt itself; the last row may be one that is still to come. */
export interface Lane {
  wait?: Span;
  call?: Span;
  attempt?: AttemptView;
}

export interface Course {
  lanes: Lane[];
  axis: Axis;
  /** Simulated time of the delivery state that followed the outcome. */
  deliveredAt?: number;
}

interface Facts {
  recipient: Pick<RecipientView, "state" | "attempts" | "dueAt" | "delivery" | "deliveryAt">;
  attempts: readonly AttemptView[];
  /** Since when it could have been sent, simulated ms. */
  since: number;
  /** Simulated clock, ms. */
  now: number;
  /** When the attempt under way began, where that was heard; simulated ms. */
  liveSince?: number | undefined;
}

function wait(from: number, to: number): Span | undefined {
  return to > from ? { kind: "waiting", from, to } : undefined;
}

/** Lays a recipient's attempts on one axis. What is not over reaches to `now`, a redial that is due to its time. */
export function courseOf({ recipient, attempts, since, now, liveSince }: Facts): Course {
  const lanes: Lane[] = [];
  let at = since;
  for (const attempt of attempts) {
    const from = Date.parse(attempt.startedAt);
    const to = Math.max(from, Date.parse(attempt.endedAt));
    lanes.push({ wait: wait(at, from), call: { kind: "calling", from, to }, attempt });
    at = to;
  }
  if (recipient.state === "sending") {
    // An interrupted one may have been noted before it was claimed again: then there is nothing under way to draw twice.
    const from = Math.max(at, Math.min(now, liveSince ?? now));
    lanes.push({ wait: wait(at, from), call: { kind: "live", from, to: Math.max(from, now) } });
  } else if (recipient.state !== "final") {
    const due = recipient.dueAt === undefined ? now : Date.parse(recipient.dueAt);
    lanes.push({ wait: { kind: due > now ? "due" : "waiting", from: at, to: Math.max(at, due, now) } });
  }
  const deliveredAt = recipient.delivery && recipient.deliveryAt ? Date.parse(recipient.deliveryAt) : undefined;
  const ends = lanes.map(({ wait, call }) => Math.max(wait?.to ?? 0, call?.to ?? 0));
  const axis = axisOf(Math.min(since, ...starts(lanes)), Math.max(since, ...ends, deliveredAt ?? 0));
  return { lanes, axis, ...(deliveredAt === undefined ? {} : { deliveredAt }) };
}

function starts(lanes: readonly Lane[]): number[] {
  return lanes.flatMap(({ wait, call }) => [wait, call].flatMap((span) => (span ? [span.from] : [])));
}
