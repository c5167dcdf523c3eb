// The two doors orders go through: the REST API and FAX.de's SOAP service.

import { randomUUID } from "node:crypto";
import type { Client, JobInput } from "@depesche/client";
import type { Io } from "../io.ts";
import { patiently } from "../patience.ts";
import { type Content, contentOf, type LoadFile } from "./content.ts";
import { addressOf, behaviourOf, type LoadChannel, type Order, type OrderPlan, referenceOf } from "./orders.ts";
import { type SoapLogin, type SoapParts, sendJob } from "./soap.ts";

export const FACES = ["rest", "soap"] as const;
export type FaceName = (typeof FACES)[number];

export interface Taken {
  /** The job's number. */
  id: number;
  /** Recipients the gateway took, as its answer says. */
  recipients: number;
}

/** Hands in an order; rejects when it is refused or nobody answers. */
export type HandIn = (order: Order) => Promise<Taken>;

export interface FacePlan extends OrderPlan {
  pages: number;
  file?: LoadFile;
  /** Redials on busy; unset: the house's. */
  redials?: number;
}

interface Recipient {
  address: string;
  reference: string;
}

function recipientsOf(plan: FacePlan, { channel, first, count }: Order): Recipient[] {
  return Array.from({ length: count }, (_, k) => {
    const i = first + k;
    return { address: addressOf(channel, behaviourOf(plan, channel, i), i), reference: referenceOf(i) };
  });
}

/** An order that nobody answers is handed in again until the gateway is back; its key sees to it that it is taken once. */
export async function restFace(client: Client, plan: FacePlan, io: Pick<Io, "monotonic" | "pause">): Promise<HandIn> {
  const run = randomUUID();
  const inputs = new Map<LoadChannel, Partial<JobInput>>();
  for (const { what: channel } of plan.mix) inputs.set(channel, await restContent(client, contentOf(channel, plan)));
  return async (order) => {
    const { channel } = order;
    const options = {
      ...(channel === "mail" && { subject: "Load" }),
      ...(channel === "fax" && plan.redials !== undefined && { busyRedials: plan.redials }),
    };
    const input: JobInput = { channel, recipients: recipientsOf(plan, order), options, ...inputs.get(channel) };
    return patiently(io, () => client.createJob(input, `load-${run}-${order.first}`));
  };
}

/** Documents are uploaded once. */
async function restContent(client: Client, { text, file }: Content): Promise<Partial<JobInput>> {
  if (!file) return text === undefined ? {} : { text };
  const { hash } = await client.uploadDocument(file.bytes);
  return { documents: [{ name: file.name, hash }] };
}

const JOB_TYPES: Partial<Record<LoadChannel, number>> = { fax: 0, sms: 1, mail: 2, letter: 3 };
/** More recipients than these go as a file, as callers do. */
const MOST_IN_LIST = 100;

/** SOAP has no idempotency key: an order that nobody answered may have been taken. */
export function soapFace(login: SoapLogin, plan: FacePlan): HandIn {
  return (order) => sendJob(login, soapParts(plan, order));
}

export function soapParts(plan: FacePlan, order: Order): SoapParts {
  const { text, file } = contentOf(order.channel, plan);
  const recipients = recipientsOf(plan, order);
  const isFile = recipients.length > MOST_IN_LIST;
  const parts: SoapParts = { JobType: JOB_TYPES[order.channel] ?? 0 };
  if (isFile)
    parts.RecipientFile = new TextEncoder().encode(recipients.map((r) => `${r.address},${r.reference}\r\n`).join(""));
  else parts.Recipient = recipients.map((r) => `${r.address}[${r.reference}]`).join(",");
  if (text !== undefined) parts.SendText = text;
  if (file) Object.assign(parts, { SendFilename1: file.name, SendFile1: file.bytes });
  if (order.channel === "fax" && plan.redials !== undefined) parts.Options = `FAXRETRY=${plan.redials}`;
  return parts;
}
