// Where carriers tell what became of a message: Twilio's signed status callbacks.

import { parseAttemptKey } from "@depesche/core";
import type { FaceLedger } from "@depesche/ports";
import { readStatusCallback } from "@depesche/sms-carriers-twilio";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

export interface CallbackDeps {
  ledger: Pick<FaceLedger, "delivery" | "findByCarrierId">;
  /** The URL that was given to the carrier, without its query; the signature covers it. */
  baseUrl: string;
  authToken: string;
}

/** A status callback has a few hundred octets. */
const MOST_BYTES = 64 * 1024;
const tooLarge = (c: Context) => c.text(`A status callback has at most ${MOST_BYTES} octets.`, 413);

export function twilioCallbacks(deps: CallbackDeps): Hono {
  const app = new Hono();
  app.post("/callbacks/twilio", bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge }), async (c) => {
    const form = await c.req.parseBody({ all: true }).catch(() => undefined);
    if (!form) return c.text("The body is not the form that its Content-Type says.", 400);
    const params: Record<string, string | string[]> = {};
    for (const [key, value] of Object.entries(form)) {
      if (typeof value === "string") params[key] = value;
      else if (Array.isArray(value)) params[key] = value.filter((v): v is string => typeof v === "string");
    }
    const url = `${deps.baseUrl}${new URL(c.req.url).search}`;
    const receipt = readStatusCallback(deps.authToken, url, params, c.req.header("x-twilio-signature"));
    if ("problem" in receipt) return c.text(receipt.detail, receipt.problem === "callback-signature" ? 403 : 400);
    // The attempt stands in the URL: a receipt may come before its attempt's result is in the ledger.
    const named = parseAttemptKey(c.req.query("attempt") ?? "");
    const found = named ?? (await deps.ledger.findByCarrierId("sms", receipt.carrierId));
    if (found)
      await deps.ledger.delivery({
        job: found.job,
        n: found.n,
        state: receipt.state,
        ...(receipt.detail ? { detail: receipt.detail } : {}),
      });
    return c.body(null, 204);
  });
  return app;
}
