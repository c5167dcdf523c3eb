// Makes one thing happen in the running house, and waits until it can be seen.

import type { Client, JobDetail, JobInput, RecipientView } from "@depesche/client";
import type { DeliveryState } from "@depesche/core";
import type { Io } from "./io.ts";
import { openProgress } from "./progress.ts";
import type { MessageSeen, Simulators } from "./simulators.ts";
import type { SendingTrigger } from "./triggers.ts";
import { watchJob } from "./watch.ts";

const LOOK_EVERY_MS = 200;
/** A receipt comes seconds after the outcome, by the simulated clock: at 1x that is as long by ours. */
const RECEIPT_PATIENCE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Christmas and a week-end in a row. */
const MOST_HOURS = 6 * 24;
/** The shop looks at its floor about as often. */
const LETTER_LOOK_MS = 400;

export interface Happened {
  job: JobDetail;
  recipient: RecipientView;
  /** What was to happen has happened. */
  asWanted: boolean;
}

export interface TriggerDeps {
  client: Client;
  sims: Simulators;
  io: Io;
  quiet: boolean;
}

/** Sends one job without redials, so that its outcome stands at once, and waits for what is to come of it. */
export async function sendAndSee(
  trigger: SendingTrigger,
  to: string,
  text: string,
  deps: TriggerDeps,
): Promise<Happened> {
  const input: JobInput = { channel: trigger.channel, recipients: [to], text, priority: 0 };
  if (trigger.channel === "fax") input.options = { busyRedials: 0, repeats: 0 };
  if (trigger.channel === "mail") input.options = { subject: text };
  const { job, recipient } = await toTheEnd(input, deps);
  const seen = trigger.delivery === undefined ? recipient : await receipt(job.id, trigger.delivery, deps);
  const asWanted = seen.outcome === trigger.outcome && (!trigger.delivery || seen.delivery === trigger.delivery);
  return { job, recipient: seen, asWanted };
}

/** Sends a letter, and lets the simulated post bring it back. */
export async function bounceLetter(
  document: { name: string; bytes: Uint8Array },
  deps: TriggerDeps,
): Promise<Happened> {
  const { hash } = await deps.client.uploadDocument(document.bytes);
  const { job, recipient } = await toTheEnd({ channel: "letter", documents: [{ name: document.name, hash }] }, deps);
  if (recipient.outcome !== "OK") return { job, recipient, asWanted: false };
  // The shop names a letter by job and recipient.
  const id = `${job.id}-0`;
  await handedOver(id, deps);
  await deps.sims.letterReturned(id);
  const seen = await receipt(job.id, "returned", deps);
  return { job, recipient: seen, asWanted: seen.delivery === "returned" };
}

/** Only what the post has taken can come back: the simulated clock is set forward, hour by hour, past the cut-off at 14:30. */
async function handedOver(id: string, { client, sims, io }: TriggerDeps): Promise<void> {
  for (let hours = 0; hours < MOST_HOURS; hours++) {
    const letter = (await sims.letters()).find((one) => one.id === id);
    if (letter?.state === "handed-over" || letter?.state === "returned") return;
    await client.changeClock({ advanceMs: HOUR_MS });
    await io.pause(LETTER_LOOK_MS);
  }
}

/** A telephone answers the last message it got; it gets one first when there was none. */
export async function replySms(
  from: string,
  text: string,
  first: string,
  deps: TriggerDeps,
): Promise<MessageSeen | Happened> {
  let last = (await deps.sims.messages(from)).find((m) => m.direction === "outbound-api");
  if (!last) {
    const { job, recipient } = await toTheEnd({ channel: "sms", recipients: [from], text: first }, deps);
    last = (await deps.sims.messages(from)).find((m) => m.direction === "outbound-api");
    if (!last) return { job, recipient, asWanted: false };
  }
  return deps.sims.smsIn({ from, to: last.from ?? from, text });
}

async function toTheEnd(input: JobInput, { client, io, quiet }: TriggerDeps) {
  const { id } = await client.createJob(input);
  const job = await watchJob(client, id, openProgress(io, quiet), io);
  const [recipient] = (await client.recipients(id, { limit: 1 })).items;
  return { job, recipient: recipient as RecipientView };
}

async function receipt(job: number, wanted: DeliveryState, { client, io }: TriggerDeps): Promise<RecipientView> {
  const end = io.monotonic() + RECEIPT_PATIENCE_MS;
  for (;;) {
    const recipient = (await client.recipients(job, { limit: 1 })).items[0] as RecipientView;
    if (recipient.delivery === wanted || io.monotonic() > end) return recipient;
    await io.pause(LOOK_EVERY_MS);
  }
}
