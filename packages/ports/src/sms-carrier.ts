// SmsCarrier: hands one message (all its parts) to a mobile network.

import type { Cause, DeliveryState, Outcome } from "@depesche/core";

export interface SmsMessage {
  /** Attempt key; carriers that can tell repeats by it get it. */
  id: string;
  /** E.164. */
  to: string;
  from?: string;
  text: string;
  flash: boolean;
  /** True number of parts (packages/sms). */
  parts: number;
}

export interface SmsReport {
  /** OK only when the carrier has accepted every part. */
  outcome: Outcome;
  cause: Cause;
  temporary?: boolean;
  carrierId?: string;
}

export interface SmsReceipt {
  carrierId: string;
  state: DeliveryState;
  detail?: string;
}

export interface SmsCarrier {
  /** Never rejects. */
  submit(message: SmsMessage, signal: AbortSignal): Promise<SmsReport>;
  close(): Promise<void>;
}
