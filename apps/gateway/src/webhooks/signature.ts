// Signatures of webhooks as Standard Webhooks 1.0 describes them, so that its libraries can verify ours.

import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";

/** A fresh secret: `whsec_` and 32 random bytes in base64. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString("base64");
}

/** `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` under the secret's decoded bytes. `timestamp`: Unix seconds. */
export function sign(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
