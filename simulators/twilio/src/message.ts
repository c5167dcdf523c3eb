// The message resource of Twilio's API (2010-04-01), and what a form must hold to become one.

import { createHash } from "node:crypto";
import { segment } from "@depesche/sms";
import { type ErrorAnswer, errorAnswer } from "./answers.ts";
import { refusalOfSender, type Step } from "./moods.ts";

export const API_VERSION = "2010-04-01";
const BODY_LIMIT = 1600;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export type MessageStatus =
  | Step["status"]
  | "accepted"
  | "queued"
  | "scheduled"
  | "canceled"
  | "receiving"
  | "received";

export interface Message {
  sid: string;
  accountSid: string;
  /** Grows by one with every message; orders the list. */
  seq: number;
  to: string;
  from?: string;
  messagingServiceSid?: string;
  body: string;
  encoding: "gsm" | "ucs2";
  segments: number;
  media: number;
  direction: "outbound-api" | "inbound";
  status: MessageStatus;
  errorCode?: number;
  statusCallback?: string;
  /** Wall time, ms since 1970. */
  createdAt: number;
  updatedAt: number;
  sentAt?: number;
  /** Simulated time of the acceptance. */
  simAt: number;
}

/** What a form asks for, checked. */
export interface MessageOrder {
  to: string;
  from?: string;
  messagingServiceSid?: string;
  body: string;
  encoding: "gsm" | "ucs2";
  segments: number;
  media: number;
  statusCallback?: string;
  /** Simulated time, ms since 1970. */
  sendAt?: number;
}

const E164 = /^\+[1-9]\d{6,14}$/;
const SHORT_CODE = /^\d{3,6}$/;
const NAME = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/;

/** Reads a create form; `now` is the simulated time against which SendAt is held. */
export function readOrder(form: URLSearchParams, now: number): MessageOrder | ErrorAnswer {
  const field = (name: string) => form.get(name) || undefined;
  const to = field("To");
  if (to === undefined) return errorAnswer(21604);
  if (!E164.test(to)) return errorAnswer(21211, `'${to.slice(0, 40)}' is not in E.164.`);
  const messagingServiceSid = field("MessagingServiceSid");
  const from = field("From");
  if (from === undefined && messagingServiceSid === undefined) return errorAnswer(21603);
  if (from !== undefined) {
    if (!E164.test(from) && !SHORT_CODE.test(from) && !NAME.test(from)) return errorAnswer(21212);
    const refused = refusalOfSender(from);
    if (refused !== undefined) return errorAnswer(refused);
  }
  const body = form.get("Body") ?? "";
  const media = form.getAll("MediaUrl").length;
  if (body === "" && media === 0) return errorAnswer(21602);
  if ([...body].length > BODY_LIMIT) return errorAnswer(21617);
  const statusCallback = field("StatusCallback");
  if (statusCallback !== undefined && !isHttpUrl(statusCallback)) return errorAnswer(21609);
  const validity = field("ValidityPeriod");
  if (validity !== undefined && !(/^\d+$/.test(validity) && Number(validity) >= 1 && Number(validity) <= 36_000)) {
    return errorAnswer(20001, "'ValidityPeriod' must be between 1 and 36000.");
  }
  const sendAt = readSendAt(field("ScheduleType"), field("SendAt"), messagingServiceSid, now);
  if (typeof sendAt === "object") return sendAt;
  const cut = segment(body, { smart: form.get("SmartEncoded") === "true" });
  return {
    to,
    from,
    messagingServiceSid,
    body,
    encoding: cut.encoding,
    segments: cut.parts.length,
    media,
    statusCallback,
    sendAt,
  };
}

function readSendAt(
  type: string | undefined,
  given: string | undefined,
  service: string | undefined,
  now: number,
): number | undefined | ErrorAnswer {
  if (type === undefined) return undefined;
  if (type !== "fixed") return errorAnswer(20001, "'ScheduleType' must be 'fixed'.");
  if (service === undefined) return errorAnswer(35118);
  if (given === undefined) return errorAnswer(35111);
  const at = Date.parse(given);
  return at >= now + 5 * MINUTE_MS && at <= now + 35 * DAY_MS ? at : errorAnswer(35114);
}

/** Whether `text` is an absolute URL that a callback can be posted to. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** SHA-256 of a message's text, lower-case hex. */
export function bodyHash(body: string): string {
  return createHash("sha256").update(body, "utf8").digest("hex");
}

export function resourceUri(accountSid: string): string {
  return `/${API_VERSION}/Accounts/${accountSid}/Messages`;
}

/** The JSON of a message as the API shows it: 20 fields, counts as strings, dates in RFC 2822. */
export function resource(message: Message): Record<string, unknown> {
  const uri = `${resourceUri(message.accountSid)}/${message.sid}`;
  const charged = message.direction === "outbound-api" && message.sentAt !== undefined;
  return {
    account_sid: message.accountSid,
    api_version: API_VERSION,
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: message.sentAt === undefined ? null : rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode ?? null,
    error_message: message.errorCode === undefined ? null : `Delivery failed with code ${message.errorCode}`,
    from: message.from ?? null,
    messaging_service_sid: message.messagingServiceSid ?? null,
    num_media: String(message.media),
    num_segments: String(message.segments),
    price: charged ? (-0.075 * message.segments).toFixed(5) : null,
    price_unit: "USD",
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}
