// FaxLine: a trunk that can place and take fax calls. Implementations: fax-lines/t38 now, fax-lines/class1 later.

import type { Cause, Outcome } from "@depesche/core";

export type PageCoding = "MH" | "MR" | "MMR";

/** What the two machines agreed, so that the page can be encoded for the line. */
export interface PageNeed {
  /** From 0. */
  index: number;
  coding: PageCoding;
  /** Pels. */
  width: number;
  /** Lines per inch in the standard's own families: 98 standard, 196 fine, 391 superfine. */
  yDpi: number;
  /** MR only. */
  k?: 2 | 4;
  /** Fill so that no line is shorter than this. */
  minBitsPerLine: number;
}

export interface FaxPageSource {
  readonly count: number;
  /** T.4/T.6 octets of the page, first transmitted bit most significant. */
  page(need: PageNeed): Promise<Uint8Array>;
}

export interface FaxProgress {
  state: "dialling" | "training" | "sending" | "receiving" | "ending";
  page?: number;
  rateBps?: number;
}

export interface FaxCallOrder {
  /** Names the call in logs and records. */
  id: string;
  to: string;
  from: string;
  stationId: string;
  pages: FaxPageSource;
  progress?(p: FaxProgress): void;
  /** Told about every second of wall time while the call goes on: its record so far. */
  record?(ladder: Uint8Array): void;
}

export interface FaxCallReport {
  outcome: Outcome;
  cause: Cause;
  /** Our own stop cut the call. */
  interrupted: boolean;
  /** The call never stood because our own way to the network failed: nothing of the document went out, and it may be placed again. */
  temporary?: boolean;
  /** CSI of the answering machine. */
  remoteId: string;
  pagesConfirmed: number;
  /** Modelled time on the line from connect to hang-up, and before the connect (ringing), microseconds. */
  lineUs: number;
  ringUs: number;
  rateBps?: number;
  coding?: PageCoding;
  ecm?: boolean;
  yDpi?: number;
  /** SIP messages and IFPs both ways with line time, deflated: the record from which ladder and pcap are rendered. */
  ladder: Uint8Array;
}

/** A page as it was received: T.4/T.6 octets and what was agreed for them. */
export interface ReceivedPage {
  octets: Uint8Array;
  coding: PageCoding;
  width: number;
  yDpi: number;
}

/** A call that came in; decides whether and how it is answered. */
export interface FaxAnswerHandler {
  /** Called number as dialled; undefined refuses the call (404). */
  accept(call: { id: string; called: string; from: string }): Promise<{ stationId: string } | undefined>;
  /**
   * Stores a page; the machine confirms it (MCF) only after this resolved true, or with the number of lines that came damaged and
   * were concealed. False asks for the page again (RTN).
   */
  page(call: { id: string }, page: ReceivedPage): Promise<boolean | { badLines: number }>;
  /** All pages are in (EOP): makes the fax durable before the last MCF. */
  complete(call: { id: string; called: string; from: string; remoteId: string }): Promise<boolean>;
  /** The call is over, however it ended. */
  ended(call: { id: string }, report: Omit<FaxCallReport, "pagesConfirmed"> & { pages: number }): void;
}

export interface FaxTrunk {
  /** Never rejects. */
  call(order: FaxCallOrder, signal: AbortSignal): Promise<FaxCallReport>;
  /** Starts to take calls for the numbers (registers them with the exchange where it has one). */
  answer(numbers: string[], handler: FaxAnswerHandler): Promise<void>;
  /** Those of the numbers whose calls reach us now, as given: where there is an exchange, it has taken their registration. */
  answered(): string[];
  close(): Promise<void>;
}
