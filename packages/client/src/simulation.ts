// The simulated world as the gateway's door to it shows it (/v1/simulation, only where simulators are the carriers).

import type { AttemptKey, Outcome } from "@depesche/core";

/** A machine dials in: with `text`, or a document (base64), or a bilevel TIFF (base64) sent as it is. */
export interface SimCallOrder {
  from: string;
  to: string;
  /** One of the moods that `machines` lists. Default: modern. */
  mood?: string;
  stationId?: string;
  text?: string;
  document?: string;
  /** File name of the document; tells its type. */
  name?: string;
  tiff?: string;
  /** false: answered as soon as the machine dials; the call is looked up by its id. Default: answered when it is over. */
  wait?: boolean;
}

/** A call as the exchange's wire log keeps it. */
export interface SimCall {
  /** Wall and simulated time, ms since 1970. */
  at: number;
  simAt: number;
  id: number;
  attempt?: AttemptKey;
  from: string;
  to: string;
  result: Outcome | string;
  cause: string;
  pages: number;
  lineUs: number;
  ringUs: number;
}

/** A kind of machine, for choosing one. */
export interface SimMachine {
  mood: string;
  /** What it is, one English phrase. */
  name: string;
  /** May dial in. */
  dials?: boolean;
  /** May live behind a number of the scenario. */
  answers?: boolean;
}

/** A message on a simulated handset, newest last. */
export interface SimMessage {
  id: string;
  from: string;
  to: string;
  text: string;
  /** Carrier's word: queued, sent, delivered, undelivered, failed ... */
  status: string;
  errorCode?: number;
  /** Simulated times, ms since 1970. */
  simAt: number;
  segments: number;
  /** Received by us from the handset. */
  inbound?: boolean;
  /** The job it was sent for, and the recipient's place in it, where both are the account's. */
  job?: number;
  n?: number;
}

export interface SimMail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  simAt: number;
  /** Its beginning. */
  text?: string;
  messageId?: string;
  bytes: number;
  attachments: { name: string; mediaType: string; bytes: number }[];
}

/** A mail opened. */
export interface SimMailContent {
  /** As they came, encoded words read. */
  fields: { name: string; value: string }[];
  text?: string;
  /** Not cleaned. Pictures of the mail's own are in it as data URLs. */
  html?: string;
  /** Something was longer than what is told. */
  isCut: boolean;
  attachments: {
    /** Its place in the mail, from 0. */
    index: number;
    /** Empty when it has none. */
    name: string;
    mediaType: string;
    bytes: number;
    contentId?: string;
  }[];
  /** Why the mail could not be read; its octets are all there is of it. */
  fault?: string;
}

export interface SimLetter {
  id: string;
  address: string[];
  pages: number;
  sheets: number;
  state: string;
  simAt: number;
  duplex?: boolean;
  colour?: boolean;
  envelope?: "DINLANG" | "C4";
  /** Of the PDF. */
  bytes?: number;
  /** With its envelope. */
  gram?: number;
  /** By Deutsche Post's name: Standardbrief, Kompaktbrief, Grossbrief, Maxibrief. */
  postageClass?: string;
}

/** What a call or message to a number of the scenario meets. */
export interface SimScenario {
  numbers: Record<
    string,
    { call?: { kind: string; mood?: string; busyCalls?: number; script?: Record<string, unknown> }; sms?: string }
  >;
}

export const CHAOS_CHANNELS = ["fax", "sms", "mail", "letter"] as const;
export type ChaosChannel = (typeof CHAOS_CHANNELS)[number];
/** So many of a channel's calls, messages, mails or letters (0 to 1) meet the fault instead of what they would meet. */
export interface ChaosRule {
  probability: number;
  fault: string;
}
export interface ChaosView {
  channels: Record<
    ChaosChannel,
    ChaosRule & {
      /** Faults there are, with what each does in one English phrase. */
      faults: { fault: string; meaning: string }[];
      /** Since the start of the simulators: how many came, how many met the fault. */
      seen: number;
      hit: number;
    }
  >;
}
