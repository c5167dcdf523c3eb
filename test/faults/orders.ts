// What the customers of a run order: fax and SMS jobs of all sizes to numbers of every mood, and a mass job that sends nothing.

import type { Channel, Outcome } from "@depesche/core";
import type { Dice } from "./dice.ts";

export interface Order {
  /** Stands in every recipient's reference, so that the job is found again in the ledger whatever was answered. */
  tag: string;
  face: "rest" | "soap";
  channel: Channel;
  text: string;
  addresses: string[];
  /** Simulated time before which nothing may go out. */
  sendAt?: string;
}

const FAX_SHARE = 0.35;
/** Each number of the simulated network once a job: with the job's own text, number and text name one recipient. */
const MOST_SMS_A_JOB = 100;
/** First digit behind +49 30 23125 by how often it is dialled; the machines of "8" and "9" make no certain outcome. */
const FAX_KINDS = [..."0000000000000000112345678899"];

/** Orders for so many fax and SMS recipients together, and a quarter more on the null channel. */
export function ordersFor(run: string, recipients: number, dice: Dice): Order[] {
  const orders: Order[] = [];
  const add = (channel: Channel, addresses: string[]) => {
    const tag = `${run}-${orders.length}`;
    const face = channel !== "null" && dice.roll() < 0.3 ? "soap" : "rest";
    orders.push({ tag, face, channel, text: `Order ${tag} of a fault run`, addresses });
  };
  const faxes = Math.round(recipients * FAX_SHARE);
  const mass = Math.round(faxes / 2);
  add(
    "fax",
    many(mass, () => faxNumber(dice)),
  );
  for (let left = faxes - mass; left > 0; ) {
    const count = Math.min(left, dice.between(1, 60));
    add(
      "fax",
      many(count, () => faxNumber(dice)),
    );
    left -= count;
  }
  for (let left = recipients - faxes; left > 0; ) {
    const count = Math.min(left, dice.between(MOST_SMS_A_JOB / 2, MOST_SMS_A_JOB));
    const first = dice.between(0, 99);
    add(
      "sms",
      many(count, (i) => `+4917139200${String((first + i) % 100).padStart(2, "0")}`),
    );
    left -= count;
  }
  add(
    "null",
    many(Math.round(recipients / 4), (i) => `null-${i}`),
  );
  // The mass job first, the others in any order.
  return [orders[0]!, ...shuffled(orders.slice(1), dice)];
}

/** What must become of a recipient while the other end stands; undefined where more than one outcome is right. */
export function expectedOutcome(channel: string, address: string): Outcome | undefined {
  if (channel === "null") return "OK";
  if (channel === "sms") {
    const [x, y] = [...address.slice(-2)];
    if (x === "6") return y === "1" ? "BLACKLIST" : "SENDFAIL";
    return x === "9" && y !== "1" ? "NORING" : "OK";
  }
  const digit = address.at(-3) as string;
  return (
    {
      0: "OK",
      1: "BUSY",
      2: "NOANSWER",
      3: "VOICE",
      4: "NORING",
      5: "ISDNERR",
      6: "NOSERVICE",
      7: "SENDFAIL",
    } as const
  )[digit];
}

function faxNumber(dice: Dice): string {
  const kind = dice.pick(FAX_KINDS);
  return `+493023125${kind}${kind === "9" ? 1 : dice.between(0, 9)}${dice.between(0, kind === "8" ? 3 : 9)}`;
}

const many = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i));

function shuffled<T>(list: T[], dice: Dice): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = dice.between(0, i);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
