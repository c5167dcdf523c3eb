// The mail channel: one attempt is one mail, text and attachments from the blob store.

import { type AttemptReport, parseAttemptKey } from "@depesche/core";
import type { AttemptOrder, BlobStore, ChannelWork, Mail, MailRoute } from "@depesche/ports";

export interface MailChannelConfig {
  /** Closed with the channel. */
  route: MailRoute;
  blobs: BlobStore;
  /** Sender of jobs that name none. */
  from: string;
  /** Attempts in flight at once. Default 20. */
  slots?: number;
}

/** The worker's part for mail. */
export function mailWork({ route, blobs, from, slots = 20 }: MailChannelConfig): ChannelWork {
  return {
    channel: "mail",
    slots,
    async send(order, { signal, progress }) {
      progress({ state: "sending", address: order.address });
      const attachments = await attachmentsOf(order, blobs);
      if (!Array.isArray(attachments)) return attachments;
      const mail: Mail = {
        id: mailIdOf(order),
        from: order.options.mailFrom ?? from,
        to: order.address,
        subject: order.options.subject ?? defaultSubject(order),
        text: order.content.text ?? "",
        attachments,
      };
      const report = await route.send(mail, signal);
      if (report.outcome === "OK") return { ...report, pages: 1 };
      return report.cause.code === "interrupted" ? { ...report, interrupted: true } : report;
    },
    close: () => route.close(),
  };
}

/** The same for all attempts of a recipient: a receiver can tell a repeat by the Message-ID made of it. */
function mailIdOf({ key }: AttemptOrder): string {
  const parsed = parseAttemptKey(key);
  return parsed ? `${parsed.job}-${parsed.n}` : key;
}

function defaultSubject(order: AttemptOrder): string {
  return order.content.documents[0]?.name ?? `Nachricht von ${order.sender.name}`;
}

async function attachmentsOf(order: AttemptOrder, blobs: BlobStore): Promise<Mail["attachments"] | AttemptReport> {
  const attachments: Mail["attachments"] = [];
  for (const { hash, name, mediaType } of order.content.documents) {
    try {
      const content = await blobs.get(hash);
      if (content === undefined)
        return failed("document-missing", `The document "${name}" is no longer stored.`, false);
      attachments.push({ name, mediaType, content });
    } catch (error) {
      return failed("document-unreadable", `The document "${name}" cannot be read: ${(error as Error).message}`, true);
    }
  }
  return attachments;
}

function failed(code: string, text: string, temporary: boolean): AttemptReport {
  return { outcome: "SENDFAIL", cause: { code, text }, ...(temporary && { temporary }) };
}
