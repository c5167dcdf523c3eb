// The mails that arrived: the latest ones, bounded in number and in bytes.

import { type ParsedMail, simpleParser } from "mailparser";
import { PLAIN } from "./opened.ts";

export interface ReceivedMail {
  /** Counts up from 1. */
  id: string;
  /** When it was taken, ms since 1970: wall time, and the same on the simulated clock. */
  at: number;
  simAt: number;
  /** Envelope. */
  from: string;
  to: string[];
  /** Headers and content. */
  messageId: string;
  subject: string;
  /** Its beginning: enough to look for words in it. */
  text: string;
  attachments: { name: string; mediaType: string; bytes: number }[];
  bytes: number;
}

export interface Envelope {
  from: string;
  to: string[];
  at: number;
  simAt: number;
}

/** Characters of a text that stand in the list. */
const MOST_LISTED = 20_000;

/** Reads a mail; one that cannot be parsed is kept all the same, with its raw bytes alone. */
export async function readMail(raw: Buffer, envelope: Envelope): Promise<Omit<ReceivedMail, "id">> {
  const parsed: Partial<ParsedMail> = await simpleParser(raw, PLAIN).catch(() => ({}));
  return {
    ...envelope,
    messageId: parsed.messageId ?? "",
    subject: parsed.subject ?? "",
    text: (parsed.text ?? "").slice(0, MOST_LISTED),
    attachments: (parsed.attachments ?? []).map((a) => ({
      name: a.filename ?? "",
      mediaType: a.contentType,
      bytes: a.size,
    })),
    bytes: raw.length,
  };
}

export class ReceivedMails {
  readonly #kept = new Map<string, { mail: ReceivedMail; raw: Buffer }>();
  readonly #mostMails: number;
  readonly #mostBytes: number;
  #bytes = 0;
  #count = 0;

  constructor(limits: { mails: number; bytes: number }) {
    this.#mostMails = limits.mails;
    this.#mostBytes = limits.bytes;
  }

  add(mail: Omit<ReceivedMail, "id">, raw: Buffer): ReceivedMail {
    this.#count++;
    const id = String(this.#count);
    const kept = { id, ...mail };
    this.#kept.set(id, { mail: kept, raw });
    this.#bytes += raw.length;
    for (const [oldest, { raw: gone }] of this.#kept) {
      if (oldest === id || (this.#kept.size <= this.#mostMails && this.#bytes <= this.#mostBytes)) break;
      this.#kept.delete(oldest);
      this.#bytes -= gone.length;
    }
    return kept;
  }

  /** Oldest first. */
  all(): ReceivedMail[] {
    return [...this.#kept.values()].map((k) => k.mail);
  }

  raw(id: string): Buffer | undefined {
    return this.#kept.get(id)?.raw;
  }
}
