// An event posted to a local address as the gateway's webhooks post it: the same body, the same Standard Webhooks 1.0 headers.

import type { EventView } from "@depesche/client";
import { sign } from "@depesche/gateway";

const PATIENCE_MS = 10_000;

/** What became of one post: the answer's status, or why there was none. */
export type Forwarded = { ms: number } & ({ status: number } | { error: string });

export interface ForwardOptions {
  url: string;
  /** `whsec_` and base64. */
  secret: string;
  now(): number;
  monotonic(): number;
}

/** Posts one event, once; redirects are not followed. Never rejects. The same event has the same `webhook-id` each time. */
export async function forward(event: EventView, options: ForwardOptions): Promise<Forwarded> {
  const { url, secret } = options;
  const body = JSON.stringify({ type: event.type, timestamp: event.at, data: event });
  // The gateway's hooks count from 1: 0 is the one that is not in its ledger.
  const id = `evt_0_${event.seq}`;
  const timestamp = Math.floor(options.now() / 1000);
  const begun = options.monotonic();
  const headers = {
    "content-type": "application/json",
    "user-agent": "depesche-webhooks",
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": sign(secret, id, timestamp, body),
  };
  const took = () => Math.round(options.monotonic() - begun);
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.body?.cancel();
    return { status: answer.status, ms: took() };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    return { error: cause?.code ?? cause?.message ?? message, ms: took() };
  }
}

export function isTaken(forwarded: Forwarded): boolean {
  return "status" in forwarded && forwarded.status >= 200 && forwarded.status < 300;
}
