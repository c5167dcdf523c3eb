// MailRoute over SMTP: nodemailer's pooled transport to one mail server.

import { PassThrough, type Readable } from "node:stream";
import type { Mail, MailReport, MailRoute } from "@depesche/ports";
import { createTransport } from "nodemailer";
import { lostAnswer, reportOfFault, type SmtpFault } from "./answers.ts";

export interface SmtpConfig {
  host: string;
  port: number;
  /**
   * "opportunistic" (default without a user): STARTTLS when the server offers it, its certificate not checked;
   * "required" (default with a user): STARTTLS with a checked certificate or no mail; "implicit": TLS from the first
   * octet, checked; "none": never.
   */
  tls?: "opportunistic" | "required" | "implicit" | "none";
  user?: string;
  password?: string;
  /** Name we greet with (EHLO). Default: the machine's own. */
  name?: string;
  /** Domain of the Message-IDs. Default "depesche.example". */
  messageIdDomain?: string;
  /** Connections held open at most. Default 20. */
  connections?: number;
  /** Silence of the server that ends a connection. Default 60,000. */
  timeoutMs?: number;
  /** How long a mail on the wire may still take once its attempt was aborted. Default 1,000. */
  stopGraceMs?: number;
}

const INTERRUPTED: MailReport = {
  outcome: "SENDFAIL",
  cause: { code: "interrupted", text: "The attempt was stopped by our own side." },
  temporary: true,
};

/** One addr-spec (RFC 5321 §4.1.2), without quoted local parts: what nodemailer would read as a list never gets that far. */
const ADDRESS = /^[^\s<>()[\]\\,;:"@\p{Cc}]{1,64}@[^\s<>()\\,;"@\p{Cc}]{1,255}$/u;

/** The Message-ID of a mail: the same for every attempt, so that a receiver can tell a repeat. */
export function messageIdOf(id: string, domain: string): string {
  // Anything that is no dot-atom text (RFC 5322 §3.2.3) is spelled out, so that different ids stay different.
  const local = id.replace(/[^A-Za-z0-9-]/g, (c) => `_${(c.codePointAt(0) as number).toString(16)}`);
  return `<depesche.${local}@${domain}>`;
}

/** Opens a route to one server. Nothing is sent before the first mail; faults of the network are reports of the mails. */
export function openSmtp(config: SmtpConfig): MailRoute {
  const { timeoutMs = 60_000, stopGraceMs = 1_000 } = config;
  const tls = config.tls ?? (config.user === undefined ? "opportunistic" : "required");
  const domain = config.messageIdDomain ?? "depesche.example";
  const transport = createTransport({
    pool: true,
    host: config.host,
    port: config.port,
    secure: tls === "implicit",
    requireTLS: tls === "required",
    ignoreTLS: tls === "none",
    // Opportunistic means: rather encrypted to anybody than readable for everybody (RFC 7435).
    ...(tls === "opportunistic" && { tls: { rejectUnauthorized: false } }),
    ...(config.user !== undefined && { auth: { user: config.user, pass: config.password ?? "" } }),
    ...(config.name !== undefined && { name: config.name }),
    maxConnections: config.connections ?? 20,
    maxMessages: 500,
    // A mail whose connection broke may have been taken: whether it is sent again is the ledger's to decide and mark.
    maxRequeues: 0,
    // Shorter than servers usually wait, so that a connection is not found dead by the mail that needs it.
    idleTimeout: 20_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  transport.use("stream", (mail, next) => {
    const { whenSaid } = mail.data as { whenSaid?: () => void };
    if (whenSaid) mail.message.processFunc((source) => watched(source, whenSaid));
    next();
  });
  const inFlight = new Map<() => void, Promise<MailReport>>();
  let closed = false;

  async function deliver(mail: Mail, signal: AbortSignal): Promise<MailReport> {
    let said = false;
    const whenSaid = () => {
      said = true;
    };
    try {
      const messageId = messageIdOf(mail.id, domain);
      const info = await transport.sendMail({ ...content(mail), messageId, signal, whenSaid } as Sent);
      const cause = { code: "smtp-250", text: "The mail server has taken the mail." };
      return { outcome: "OK", cause, carrierId: info.response.slice(0, 300) };
    } catch (error) {
      if (signal.aborted) return INTERRUPTED;
      const fault = error as SmtpFault;
      // Everything was said and nothing answered: the server may have the mail.
      return said && fault.responseCode === undefined ? lostAnswer(fault) : reportOfFault(fault);
    }
  }

  return {
    async send(mail, signal) {
      if (closed || signal.aborted) return INTERRUPTED;
      const wrong = addressFault(mail);
      if (wrong) return wrong;
      const cut = new AbortController();
      let grace: NodeJS.Timeout | undefined;
      // The mail may be out already when the attempt is stopped, so its answer is worth waiting for a little.
      const stop = () => {
        // What has arrived while this process was busy is read first.
        grace ??= setTimeout(() => setImmediate(() => inFlight.has(stop) && cut.abort()), stopGraceMs);
      };
      signal.addEventListener("abort", stop, { once: true });
      const delivery = deliver(mail, cut.signal);
      inFlight.set(stop, delivery);
      const report = await delivery;
      inFlight.delete(stop);
      clearTimeout(grace);
      signal.removeEventListener("abort", stop);
      return report;
    },
    async close() {
      closed = true;
      for (const stop of inFlight.keys()) stop();
      await Promise.all(inFlight.values());
      transport.close();
    },
  };
}

type Sent = ReturnType<typeof content> & { messageId: string; signal: AbortSignal };

/** The same octets; says when the last of them has been taken to be sent. Before DATA nobody takes any. */
function watched(source: Readable, whenSaid: () => void): Readable {
  const out = new PassThrough();
  source.once("error", (error) => out.destroy(error));
  return source.pipe(out).once("end", whenSaid);
}

function addressFault(mail: Mail): MailReport | undefined {
  if (!ADDRESS.test(mail.to)) {
    return {
      outcome: "NORING",
      cause: { code: "mail-address-invalid", text: "The recipient is not one mail address." },
    };
  }
  if (ADDRESS.test(mail.from)) return undefined;
  return { outcome: "SENDFAIL", cause: { code: "mail-sender-invalid", text: "The sender is not one mail address." } };
}

/** The mail for nodemailer. */
function content(mail: Mail) {
  return {
    envelope: { from: mail.from, to: [mail.to] },
    from: { name: "", address: mail.from },
    to: { name: "", address: mail.to },
    subject: mail.subject,
    text: mail.text,
    attachments: mail.attachments.map((a) => ({
      filename: a.name,
      contentType: a.mediaType,
      content: Buffer.from(a.content.buffer, a.content.byteOffset, a.content.byteLength),
    })),
  };
}
