// Reads Twilio's signed status callback (a form POST) as a receipt.

import type { DeliveryState } from "@depesche/core";
import type { SmsReceipt } from "@depesche/ports";
import twilio from "twilio";
import { wordsOfCode } from "./answers.ts";

/** Why a callback is not a receipt: forged or misrouted (answer 403), or not what was expected (answer 400). */
export interface CallbackProblem {
  problem: "callback-signature" | "callback-fields";
  /** One plain sentence. */
  detail: string;
}

/** Message resource, MessageStatus. Those on the way say no more than that the carrier has the message. */
const STATE_OF_STATUS: Readonly<Record<string, DeliveryState>> = {
  accepted: "accepted",
  scheduled: "accepted",
  queued: "accepted",
  sending: "accepted",
  sent: "accepted",
  partially_delivered: "accepted",
  delivered: "delivered",
  read: "read",
  undelivered: "undelivered",
  failed: "undelivered",
  canceled: "undelivered",
};

/**
 * Checks the signature and reads the receipt.
 * @param token the account's auth token
 * @param url the URL as it was given to Twilio, query included
 * @param params the form's fields
 * @param signature header X-Twilio-Signature; undefined when it was missing
 */
export function readStatusCallback(
  token: string,
  url: string,
  params: Readonly<Record<string, string | string[]>>,
  signature: string | undefined,
): SmsReceipt | CallbackProblem {
  if (!signature || !twilio.validateRequest(token, signature, url, { ...params })) {
    return {
      problem: "callback-signature",
      detail: "The signature does not fit this URL, these fields and the auth token.",
    };
  }
  const carrierId = one(params, "MessageSid") ?? one(params, "SmsSid");
  const status = one(params, "MessageStatus") ?? one(params, "SmsStatus");
  if (carrierId === undefined || status === undefined) {
    return { problem: "callback-fields", detail: "MessageSid or MessageStatus is missing." };
  }
  const state = Object.hasOwn(STATE_OF_STATUS, status) ? STATE_OF_STATUS[status] : undefined;
  if (state === undefined) {
    return {
      problem: "callback-fields",
      detail: `MessageStatus "${status.slice(0, 40)}" is not one of an outgoing message.`,
    };
  }
  const code = one(params, "ErrorCode");
  return { carrierId, state, detail: code ? wordsOfCode(code) : status };
}

function one(params: Readonly<Record<string, string | string[]>>, name: string): string | undefined {
  const value = params[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
