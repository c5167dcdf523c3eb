// The faults that chaos can bring, channel by channel, as data: what each does, and the mood a simulator already has for it.

import type { MailFault } from "@depesche/mailbox";
import type { LetterFault } from "@depesche/print-shop";
import type { MachineMood, Subscriber } from "@depesche/scenario";
import type { MoodName } from "@depesche/twilio-simulator";

export const CHAOS_CHANNELS = ["fax", "sms", "mail", "letter"] as const;
export type ChaosChannel = (typeof CHAOS_CHANNELS)[number];

/** What meets the channel, in its simulator's own words. */
export interface FaultOf {
  fax: Subscriber;
  sms: MoodName;
  mail: MailFault;
  letter: LetterFault;
}
type Faults<C extends ChaosChannel> = Readonly<Record<string, { meaning: string; meets: FaultOf[C] }>>;

const machine = (mood: MachineMood): Subscriber => ({ kind: "machine", mood, busyCalls: 0 });

export const FAULTS: { readonly [C in ChaosChannel]: Faults<C> } = {
  fax: {
    busy: { meaning: "the line is busy", meets: { kind: "busy" } },
    "no-answer": { meaning: "it rings for a minute and nobody answers", meets: { kind: "no-answer" } },
    voice: { meaning: "a person answers and hangs up", meets: { kind: "voice" } },
    unassigned: { meaning: "the number is not assigned", meets: { kind: "unassigned" } },
    "network-fault": { meaning: "the telephone network reports a fault", meets: { kind: "network-fault" } },
    "no-service": { meaning: "the number offers no fax service", meets: { kind: "no-service" } },
    "cut-in-page": { meaning: "the line is cut in the midst of page 1", meets: machine("cuts-page-1") },
    "hangs-up": { meaning: "the machine answers and hangs up", meets: machine("hangs-up") },
    "out-of-paper": { meaning: "the machine has no paper: no page is confirmed", meets: machine("no-paper") },
    "refuses-once": { meaning: "page 1 is refused once (RTN) and sent again", meets: machine("refuses-once") },
    "damaged-frames": { meaning: "frames arrive damaged and are repeated", meets: machine("damages-frames") },
    "slow-modem": { meaning: "an old machine: MH at 4800 bit/s, no error correction", meets: machine("mh-4800") },
  },
  sms: {
    throttled: { meaning: "429: too many requests, each time it is drawn", meets: "throttled" },
    "carrier-fault": { meaning: "500: the carrier has a fault and takes nothing", meets: "carrier-fault" },
    silent: { meaning: "the carrier takes nothing and never answers", meets: "silent" },
    "answer-lost": { meaning: "the carrier takes the message, and its answer is lost", meets: "answer-lost" },
    rejected: { meaning: "the carrier refuses the message", meets: "rejected" },
    undelivered: { meaning: "taken, and not delivered (30003: handset unreachable)", meets: "undelivered" },
    failed: { meaning: "taken, and failed on the way (30008)", meets: "failed" },
    late: { meaning: "delivered after ten minutes", meets: "delivered-late" },
  },
  mail: {
    unavailable: { meaning: "421: the server is not available and closes the connection", meets: "unavailable" },
    greylisted: { meaning: "451: please try again later", meets: "greylisted" },
    unknown: { meaning: "550: there is no such mailbox", meets: "unknown" },
    full: { meaning: "552: the mailbox is full", meets: "full" },
    dropped: { meaning: "the connection breaks after DATA, before the answer", meets: "dropped" },
  },
  letter: {
    jam: { meaning: "the paper jams: the shop rejects the letter", meets: "jam" },
    damaged: { meaning: "the file arrives damaged: the batch is acknowledged in part", meets: "damaged" },
    late: { meaning: "printed and handed over two days later", meets: "late" },
    returned: { meaning: "handed over, and comes back as undeliverable", meets: "returned" },
  },
};
