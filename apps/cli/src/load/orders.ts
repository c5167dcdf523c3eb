// What a load run hands in: fictional recipients that behave as the mix of outcomes asks, in jobs of one channel.

import type { Outcome } from "@depesche/core";
import { draw, unit, type Weights } from "./draw.ts";

export const LOAD_CHANNELS = ["fax", "sms", "mail", "letter", "null"] as const;
export type LoadChannel = (typeof LOAD_CHANNELS)[number];

/** What a recipient may do; `later` is OK after a try that was put off (busy once, throttled, greylisted). */
export const BEHAVIOURS = [
  "ok",
  "later",
  "busy",
  "noanswer",
  "voice",
  "noring",
  "isdnerr",
  "noservice",
  "sendfail",
  "blacklist",
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

const two = (n: number) => String(n % 100).padStart(2, "0");
const fax = (x: number) => (i: number) => `+493023125${x}${two(i)}`;
const handset = (xy: string) => () => `+49171392${xy}`;

/** Addresses by behaviour: the numbers of DESIGN section 8 and the mailboxes of the simulation, by the recipient's number. */
const ADDRESSES: Readonly<Record<LoadChannel, Partial<Record<Behaviour, (i: number) => string>>>> = {
  fax: {
    ok: fax(0),
    busy: fax(1),
    noanswer: fax(2),
    voice: fax(3),
    noring: fax(4),
    isdnerr: fax(5),
    noservice: fax(6),
    sendfail: fax(7),
    // The last digit is how many calls meet a busy line before the machine answers.
    later: (i) => `+4930231258${i % 10}1`,
  },
  sms: {
    ok: (i) => `+49171392000${i % 10}`,
    later: (i) => `+49171392007${i % 10}`,
    sendfail: handset("0060"),
    blacklist: handset("0061"),
    noring: handset("0090"),
  },
  mail: {
    ok: (i) => `load-${i}@ok.example`,
    later: () => "later@ok.example",
    noring: () => "bounce@ok.example",
    sendfail: () => "full@ok.example",
  },
  letter: { ok: () => "" },
  null: { ok: (i) => `nobody-${i}` },
};

/** What recipients of this channel can do at all. */
export function behavioursOf(channel: LoadChannel): readonly Behaviour[] {
  return BEHAVIOURS.filter((b) => ADDRESSES[channel][b] !== undefined);
}

/** The outcome a behaviour must lead to. */
export function outcomeOf(behaviour: Behaviour): Outcome {
  return behaviour === "later" ? "OK" : (behaviour.toUpperCase() as Outcome);
}

export interface OrderPlan {
  seed: number;
  /** Recipients in one arrival. */
  perJob: number;
  mix: Weights<LoadChannel>;
  outcomes: Weights<Behaviour>;
}

/** Recipients `first` to `first + count` of the run, in one job. */
export interface Order {
  channel: LoadChannel;
  first: number;
  count: number;
}

/** The orders of one arrival: one job, or, of letters, as many as there are recipients, since each is a job of its own. */
export function ordersOf(plan: OrderPlan, arrival: number, count: number): Order[] {
  const channel = draw(plan.mix, unit(plan.seed, arrival));
  const first = arrival * plan.perJob;
  if (channel !== "letter") return [{ channel, first, count }];
  return Array.from({ length: count }, (_, i) => ({ channel, first: first + i, count: 1 }));
}

/** What recipient i of the run does, drawn among what its channel can. */
export function behaviourOf(plan: OrderPlan, channel: LoadChannel, i: number): Behaviour {
  const possible = plan.outcomes.filter(({ what }) => ADDRESSES[channel][what] !== undefined);
  return draw(possible, unit(plan.seed ^ 0x5bd1e995, i));
}

export function addressOf(channel: LoadChannel, behaviour: Behaviour, i: number): string {
  const address = ADDRESSES[channel][behaviour];
  if (address === undefined) throw new Error(`no recipient of ${channel} does ${behaviour}`);
  return address(i);
}

/** Unique in the run, since numbers repeat: rows are matched by it. */
export function referenceOf(i: number): string {
  return `load-${i}`;
}
