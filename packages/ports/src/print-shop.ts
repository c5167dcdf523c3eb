// PrintShop: hands one letter to a print shop and hears back what became of it.

import type { Cause, DeliveryState, Outcome } from "@depesche/core";

export interface PrintOrder {
  /** Stable over repeats (job and recipient): the shop prints an id once. Letters, digits, "-". */
  id: string;
  pdf: Uint8Array;
  address: string[];
  pages: number;
  sheets: number;
  duplex: boolean;
  colour: boolean;
  envelope: "DINLANG" | "C4";
}

export interface PrintReport {
  /** OK when the shop has acknowledged the letter. */
  outcome: Outcome;
  cause: Cause;
  temporary?: boolean;
}

export interface PrintShop {
  /** Never rejects; resolves with the shop's acknowledgement or refusal. */
  submit(order: PrintOrder, signal: AbortSignal): Promise<PrintReport>;
  /** Printed, handed over, returned ...: told for letters of any earlier run too. */
  onDelivery(listener: (d: { id: string; state: DeliveryState; detail?: string }) => Promise<void>): void;
  close(): Promise<void>;
}
