// MailRoute: hands one mail to a mail server.

import type { Cause, Outcome } from "@depesche/core";

export interface Mail {
  /** Stable over repeats of the same recipient, so that a receiver can tell them: becomes the Message-ID. */
  id: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  attachments: { name: string; mediaType: string; content: Uint8Array }[];
}

export interface MailReport {
  outcome: Outcome;
  cause: Cause;
  temporary?: boolean;
  /** The server's own words after DATA. */
  carrierId?: string;
}

export interface MailRoute {
  /** Never rejects. */
  send(mail: Mail, signal: AbortSignal): Promise<MailReport>;
  close(): Promise<void>;
}
