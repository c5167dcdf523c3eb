// An account and what decides FAX.de's return codes; kept as one row, checked by one `authorize` for all faces.

import type { Channel } from "./channel.ts";

export interface Account {
  id: number;
  /** Customer number or name shown to people. */
  name: string;
  locked: boolean;
  channels: Channel[];
  /** More than one recipient in a job. */
  mass: boolean;
  foreign: boolean;
  /** Trial account: at most three pages a job. */
  trial: boolean;
  trialEndsAt?: number;
  duplicateCheck: boolean;
  /** Own fax number (E.164), default caller id and header. */
  faxNumber?: string;
  /** Numbers this customer may not or will not send to (E.164 or address). */
  blacklist: string[];
  /** Encoding of FAX.de's StatusFile. */
  statusFileCharset: "utf-8" | "windows-1252";
  /** Prepaid balance in eurocent; undefined: postpaid without limit. */
  balanceCent?: number;
}

/** What a credential may do. */
export const SCOPES = [
  "jobs:write",
  "jobs:read",
  "inbound:read",
  "inbound:write",
  "clock:write",
  "webhooks:write",
  "admin",
] as const;
export type Scope = (typeof SCOPES)[number];
