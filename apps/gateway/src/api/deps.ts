// What the REST API needs from the rest of the house, and what every request carries.

import type { LadderLine, LineView } from "@depesche/client";
import type { Account, Scope } from "@depesche/core";
import type { BlobStore, FaceLedger, Intake, Spool, WallClock } from "@depesche/ports";
import type { Context } from "hono";
import type { ExchangeRecorder } from "../exchanges/index.ts";
import type { AccountStats } from "../feed/account-stats.ts";
import type { Control } from "../simulation/control.ts";

/** Lines as the gateway knows them from its workers. */
export interface LineBoard {
  snapshot(): LineView[];
  /** Calls back with the lines that changed. Answers how to stop. */
  onChange(listener: (changed: LineView[]) => void): () => void;
}

export interface ApiDeps {
  ledger: FaceLedger;
  intake: Intake;
  spool: Spool;
  blobs: BlobStore;
  wall: WallClock;
  lines: LineBoard;
  stats: AccountStats;
  /** Keeps requests that made jobs. */
  exchanges: ExchangeRecorder;
  /** A page of a PDF or TIFF as PNG, `index` from 0. "none": no such page; "unsupported": no picture of this kind. */
  renderPage(document: Uint8Array, index: number): Promise<Uint8Array | "none" | "unsupported">;
  /** A received TIFF as PDF. */
  tiffToPdf(tiff: Uint8Array): Uint8Array;
  /** A stored ladder, decoded; undefined when it is damaged. `untilUs`: only what is on the line by that line time. */
  renderLadder(stored: Uint8Array, untilUs?: number): LadderLine[] | undefined;
  /** A stored ladder as a capture file; undefined when it is damaged. */
  ladderPcap(stored: Uint8Array, untilUs?: number): Uint8Array | undefined;
  /** Where simulators are the carriers: what can be asked of them. */
  simulators?: Control;
  /** Simulated time may be changed. */
  clockSettable: boolean;
  /** Webhooks may go to loopback addresses. */
  allowLoopback: boolean;
  /** Webhooks may go to private networks. */
  allowPrivate: boolean;
  /** Told of every fault of our own. */
  onFault(fault: unknown, request: string): void;
  limits?: Partial<ApiLimits>;
}

export interface ApiLimits {
  /** A JSON body, inline documents included. */
  jsonBytes: number;
}
export const API_LIMITS: ApiLimits = { jsonBytes: 96 * 1024 * 1024 };

/** Any JSON body that carries no job. */
export const SMALL_JSON_BYTES = 64 * 1024;

export interface Caller {
  account: Account;
  scopes: readonly Scope[];
}

export type ApiEnv = { Variables: { caller: Caller } };

/** Address of the client as the socket has it; empty when there is no socket (requests made in tests). */
export function clientAddress(c: Context): string {
  const bindings = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return bindings?.incoming?.socket?.remoteAddress ?? "";
}

export function may(caller: Caller, scope: Scope): boolean {
  return caller.scopes.includes(scope) || caller.scopes.includes("admin");
}
