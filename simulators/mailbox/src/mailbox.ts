// A mail server (RFC 5321) with mailboxes that behave as they are named.

import { mkdir, open } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { type MailFault, moodOf, REFUSALS } from "./moods.ts";
import { type OpenedMail, openAttachment, openMail } from "./opened.ts";
import { type ReceivedMail, ReceivedMails, readMail } from "./received.ts";

export interface MailboxConfig {
  /** 0: any free port. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** File of the append-only wire log: one JSON line a mail, written before the mail is confirmed. */
  wireLog: string;
  /** Latest mails kept for reading. Default 200, and never more than 64 MiB together. */
  keep?: number;
  /** Largest mail taken. Default 50 MiB. */
  maxBytes?: number;
  /** How long slow@ takes to answer, wall time. Default 5,000. */
  slowMs?: number;
  /** Waits; tests pass their own. */
  pause?: (ms: number) => Promise<unknown>;
  /** Time stamped on mails, ms since 1970; default the wall clock. */
  now?: () => number;
  /** Simulated time, ms since 1970; default `now`. */
  simNow?: () => number;
  /** What meets a mail to this address in the place of its mailbox's own behaviour; asked at each RCPT TO. */
  fault?: (address: string) => MailFault | undefined;
}

export interface Mailbox {
  readonly port: number;
  /** Latest mails, oldest first. */
  messages(): ReceivedMail[];
  /** A mail as it came over the wire (without the dots of DATA); undefined when it is not kept any more. */
  raw(id: string): Uint8Array | undefined;
  /** A mail's fields, bodies and list of files; undefined when it is not kept any more. */
  open(id: string): Promise<OpenedMail | undefined>;
  /** The octets of a file in a mail, by its place from 0; undefined where there is none. */
  attachment(id: string, index: number): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

const KEPT_BYTES = 64 * 1024 * 1024;
/** Deferred mails remembered until they come again. */
const MOST_DEFERRED = 10_000;

/** Starts the server. Rejects when the port is taken or the wire log cannot be written. */
export async function openMailbox(config: MailboxConfig): Promise<Mailbox> {
  const { host = "127.0.0.1", keep = 200, maxBytes = 50 * 1024 * 1024, slowMs = 5_000, now = Date.now } = config;
  const { simNow = now } = config;
  const pause = config.pause ?? ((ms: number) => sleep(ms, undefined, { ref: false }));
  await mkdir(dirname(config.wireLog), { recursive: true });
  const log = await open(config.wireLog, "a");
  const received = new ReceivedMails({ mails: keep, bytes: KEPT_BYTES });
  const deferred = new Set<string>();
  /** By the client's port: how a connection is broken that the server would answer. */
  const sockets = new Map<number, Socket>();
  const dropping = new WeakSet<SMTPServerSession>();

  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const raw = await collect(stream, maxBytes);
    if (dropping.delete(session)) {
      sockets.get(session.remotePort)?.destroy();
      throw reply(421, "4.4.2 The connection is lost");
    }
    if (raw === undefined) throw reply(552, "5.3.4 The mail is larger than this server takes");
    const { mailFrom, rcptTo } = session.envelope;
    const to = rcptTo.map((r) => r.address);
    const mail = await readMail(raw, {
      from: mailFrom === false ? "" : mailFrom.address,
      to,
      at: now(),
      simAt: simNow(),
    });
    const moods = to.map(moodOf);
    const defer = moods.find((m) => m.defer)?.defer;
    const name = mail.messageId || `${mail.from} ${to.join(" ")} ${mail.subject}`;
    if (defer && !deferred.delete(name)) {
      deferred.add(name);
      if (deferred.size > MOST_DEFERRED) deferred.delete([...deferred.keys()][0] as string);
      throw reply(defer.code, defer.text);
    }
    if (moods.some((m) => m.slow)) await pause(slowMs);
    const { at, from, messageId, subject, bytes } = mail;
    await log.appendFile(`${JSON.stringify({ at, messageId, from, to, subject, bytes })}\n`);
    return `2.0.0 Taken as ${received.add(mail, raw).id}`;
  }

  const server = new SMTPServer({
    name: "mailbox.example",
    size: maxBytes,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    maxAllowedUnauthenticatedCommands: false,
    maxClients: 500,
    closeTimeout: 500,
    logger: false,
    onMailFrom(_address, session, done) {
      dropping.delete(session);
      done();
    },
    onRcptTo({ address }, session, done) {
      const fault = config.fault?.(address);
      if (fault === "dropped") dropping.add(session);
      const refuse = fault === undefined || fault === "dropped" ? moodOf(address).refuse : REFUSALS[fault];
      done(refuse ? reply(refuse.code, refuse.text) : null);
    },
    onData(stream, session, done) {
      take(stream, session).then(
        (text) => done(null, text),
        (error: Error) => done("responseCode" in error ? error : reply(451, `4.3.0 ${error.message}`)),
      );
    },
  });
  server.server.on("connection", (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once("close", () => sockets.get(port) === socket && sockets.delete(port));
  });
  // A client that breaks off is its own business.
  server.on("error", () => {});
  await listening(server, config.port, host).catch(async (error) => {
    await log.close();
    throw error;
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    messages: () => received.all(),
    raw: (id) => received.raw(id),
    async open(id) {
      const raw = received.raw(id);
      return raw && openMail(raw);
    },
    async attachment(id, index) {
      const raw = received.raw(id);
      return raw && openAttachment(raw, index);
    },
    async close() {
      await new Promise<void>((resolve) => server.close(resolve));
      await log.close();
    },
  };
}

function listening(server: SMTPServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, host, () => {
      server.server.off("error", reject);
      resolve();
    });
  });
}

/** The whole mail, or undefined when it is too large: then the rest is read and dropped, as SMTP has no way to stop it. */
async function collect(stream: SMTPServerDataStream, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : undefined;
}

function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
