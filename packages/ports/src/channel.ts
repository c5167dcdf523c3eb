// What a channel is to the worker: it takes one attempt and says what became of it.

import type { AttemptKey, AttemptReport, Channel, JobContent, JobOptions, Outcome } from "@depesche/core";

/** One attempt, handed over just before the first bit goes out. */
export interface AttemptOrder {
  key: AttemptKey;
  accountId: number;
  /** Name and fax number of the account, for header lines and sender fields. */
  sender: { name: string; faxNumber?: string };
  address: string;
  reference: string;
  content: JobContent;
  options: JobOptions;
  pageCount: number;
  /** An earlier attempt may already have reached the other end. */
  repeat: boolean;
}

/** What a line is doing, for the board. `line` counts from 0. */
export interface LineProgress {
  line: number;
  state: "idle" | "dialling" | "training" | "sending" | "receiving" | "ending";
  attempt?: AttemptKey;
  address?: string;
  /** Page now on the line, from 1. */
  page?: number;
  pages?: number;
  rateBps?: number;
  /** Of an idle line: what became of the attempt. */
  last?: Outcome;
}

/** What is known of a call while it is on the line. */
export interface LiveRecord {
  /** As in the report: SIP messages and IFPs both ways. It may reach ahead of the line's own time. */
  ladder: Uint8Array;
  /** When the line time began: milliseconds since 1970 by the simulated clock. */
  connectedAt: number;
}

export interface ChannelWork {
  readonly channel: Channel;
  /** Attempts that may be in flight at once. */
  readonly slots: number;
  /** Never rejects: whatever happens is a report. An aborted signal ends the attempt within 2 s as `interrupted`. */
  send(
    order: AttemptOrder,
    context: {
      line: number;
      signal: AbortSignal;
      progress(p: Omit<LineProgress, "line" | "attempt">): void;
      /** A call that stays on the line for long is told while it does. */
      record?(live: LiveRecord): void;
    },
  ): Promise<AttemptReport>;
  close(): Promise<void>;
}
