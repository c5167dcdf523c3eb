// `depesche send`: hands a job in, and watches it to its end when asked to.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Client, DocumentInput, JobInput } from "@depesche/client";
import type { Channel } from "@depesche/core";
import { decodeUndeclared } from "@depesche/soap";
import { openCallWatch } from "../call-watch.ts";
import { type Asked, type Command, GATEWAY_FLAGS, usage } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { fileTrouble } from "../failure.ts";
import { errIo, type Io, json, line, paint, plain } from "../io.ts";
import { exitCodeOf, jobText, readRecipients, recipientsText } from "../job-report.ts";
import { openProgress } from "../progress.ts";
import { type Addressee, asRecipient, readList } from "../recipients.ts";
import { fromNow, pointInTime } from "../times.ts";
import { watchJob } from "../watch.ts";

const CHANNELS = ["fax", "sms", "mail", "letter"] as const satisfies Channel[];
const ROWS_AFTER_WATCH = 20;

export const send: Command = {
  name: "send",
  usage: [
    "fax TO... FILE...|--text TEXT",
    "sms TO... --text TEXT",
    "mail TO... --text TEXT [--subject TEXT] [FILE...]",
    "letter FILE...",
  ],
  summary: "send.summary",
  flags: {
    text: { value: "TEXT", meaning: "send.flag.text" },
    subject: { value: "TEXT", meaning: "send.flag.subject" },
    list: { value: "FILE", meaning: "send.flag.list" },
    at: { value: "TIME", meaning: "send.flag.at" },
    watch: { short: "w", meaning: "send.flag.watch" },
    ...GATEWAY_FLAGS,
  },
  notes: ["send.note.words", "send.note.exit"],
  examples: [
    "depesche send fax +493023125001 letter.pdf --watch",
    "depesche send fax --list customers.csv circular.pdf",
    "depesche send sms +491713920001 --text 'Ihr Paket ist da'",
    "depesche send mail kunde@ok.example --subject Rechnung --text 'Anbei' invoice.pdf",
    "depesche send letter letter.pdf",
  ],
  async run(asked, io) {
    const { channel, recipients, files } = await readOrder(asked);
    const client = await gateway(asked, io);
    const documents: DocumentInput[] = [];
    for (const file of files) documents.push(await upload(client, file));
    const input: JobInput = { channel, documents };
    if (channel !== "letter") input.recipients = recipients;
    const text = asked.text("text");
    if (text !== undefined) input.text = text;
    const subject = asked.text("subject");
    if (subject !== undefined) input.options = { subject };
    const at = asked.text("at");
    if (at !== undefined) input.sendAt = await timeOf(at, client);
    const accepted = await client.createJob(input);
    const isJson = asked.yes("json");
    if (!asked.yes("watch")) {
      if (isJson) json(io, accepted);
      else tellAccepted(accepted, io);
      return EXIT.ok;
    }
    if (!isJson) tellAccepted(accepted, io);
    return watchToTheEnd(client, accepted, isJson, io);
  },
};

interface Order {
  channel: Channel;
  recipients: Addressee[];
  files: string[];
}

/** Sorts the words into recipients and files. Throws a usage Failure that says what is missing. */
async function readOrder(asked: Asked): Promise<Order> {
  const [word, ...rest] = asked.positionals;
  const channel = CHANNELS.find((c) => c === word);
  if (word === undefined) throw usage("send.fail.channel-missing");
  if (channel === undefined) throw usage("send.fail.channel", { given: word });
  const recipients: Addressee[] = [];
  const files: string[] = [];
  for (const one of rest) {
    const recipient = asRecipient(channel, one);
    if (recipient) recipients.push(recipient);
    else if (channel !== "mail" && one !== "-" && /^[+\d()/-]+$/.test(one) && !existsSync(one))
      throw usage("send.fail.number-piece", { given: one });
    else if (channel !== "letter" && /[,;]/.test(one) && areRecipients(channel, one.split(/[,;]/)))
      throw usage("send.fail.several", { given: one.replace(/[,;]+/g, " ") });
    else files.push(one);
  }
  const list = asked.text("list");
  if (list !== undefined) {
    if (channel === "letter") throw usage("send.fail.letter-list");
    const read = readList(channel, decodeUndeclared(await readInput(list)));
    if (!Array.isArray(read)) throw usage("send.fail.list-line", { file: list, ...read });
    recipients.push(...read);
  }
  if (channel !== "letter" && recipients.length === 0) throw usage(`send.fail.no-recipient.${channel}`);
  if (asked.text("text") === undefined && files.length === 0) throw usage(`send.fail.nothing.${channel}`);
  if (channel === "sms" && files.length > 0) throw usage("send.fail.sms-file", { file: files[0] as string });
  return { channel, recipients, files };
}

function areRecipients(channel: Channel, words: string[]): boolean {
  return words.every((word) => asRecipient(channel, word) !== undefined);
}

async function readInput(file: string): Promise<Buffer> {
  try {
    if (file === "-") {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    }
    return await readFile(file);
  } catch (error) {
    throw usage("fail.file", { file, why: fileTrouble(error) });
  }
}

async function upload(client: Client, file: string): Promise<DocumentInput> {
  const content = await readInput(file);
  if (content.length === 0) throw usage("fail.file-empty", { file });
  const { hash } = await client.uploadDocument(new Uint8Array(content));
  // Without an ending the content alone tells the type.
  return { name: file === "-" ? "stdin" : basename(file), hash };
}

/** `--at`: a point in time, or so much after the present of the simulated clock. */
async function timeOf(written: string, client: Client): Promise<string> {
  const wait = fromNow(written);
  if (wait !== undefined) return new Date(Date.parse((await client.clock()).now) + wait).toISOString();
  const at = pointInTime(written);
  if (at === undefined) throw usage("send.fail.at", { given: written });
  return at.toISOString();
}

function tellAccepted(accepted: { id: number; recipients: number; pages: number; notices: string[] }, io: Io): void {
  const { id, recipients, pages } = accepted;
  line(io, paint(io, "bold", io.say("send.accepted", { id, recipients, pages })));
  for (const notice of accepted.notices) line(io, `  ${plain(notice)}`);
}

async function watchToTheEnd(
  client: Client,
  accepted: { id: number; notices: string[] },
  isJson: boolean,
  io: Io,
): Promise<ExitCode> {
  const progress = openProgress(io, isJson);
  // Elsewhere than on a terminal one line a second is told; the whole call is there afterwards.
  const isLive = !isJson && io.err.isTTY === true;
  const call = isLive ? openCallWatch(client, accepted.id, progress, errIo(io)) : undefined;
  const job = await watchJob(client, accepted.id, progress, io, call);
  const recipients = await readRecipients(client, job.id, isJson ? Number.POSITIVE_INFINITY : ROWS_AFTER_WATCH);
  if (isJson) json(io, { ...job, notices: accepted.notices, recipients });
  else {
    for (const text of [...jobText(job, io), ...recipientsText(recipients, io)]) line(io, text);
    if (job.channel === "fax") line(io, io.say("send.see-ladder", { id: job.id }));
  }
  return exitCodeOf(job);
}
