// What a sending costs: a dated table, so that old jobs keep the price of their day. Pure. The table is a demo tariff: prices of the
// order that gateways ask, and the postage of Deutsche Post for letters (2025/2026), without VAT.

import type { Channel } from "./channel.ts";

/** Thousandths of a eurocent: sums of them are exact. */
export type Millicents = number;

export type LetterClass = "Standardbrief" | "Kompaktbrief" | "Grossbrief" | "Maxibrief";

interface ByZone {
  national: Millicents;
  international: Millicents;
}

export interface Tariff {
  name: string;
  /** Simulated time from which it is in force, ms since 1970. */
  from: number;
  fax: ByZone & { per: "page" | "begun-minute" };
  /** Per part. */
  sms: ByZone;
  /** Per message. */
  mail: Millicents;
  /** Per letter: production, and postage by class. */
  letter: { production: Millicents; postage: Record<LetterClass, ByZone> };
}

const cent = (cents: number): Millicents => Math.round(cents * 1000);
const postage = (national: number, international: number): ByZone => {
  return { national: cent(national), international: cent(international) };
};

const POSTAGE_2025: Tariff["letter"]["postage"] = {
  Standardbrief: postage(95, 125),
  Kompaktbrief: postage(110, 180),
  Grossbrief: postage(180, 330),
  Maxibrief: postage(290, 650),
};

/** Oldest first. */
export const TARIFFS: readonly Tariff[] = [
  {
    name: "Demo 2025",
    from: 0,
    fax: { per: "page", national: cent(4.9), international: cent(14.9) },
    sms: { national: cent(7.5), international: cent(9.9) },
    mail: cent(0.2),
    letter: { production: cent(28), postage: POSTAGE_2025 },
  },
  {
    name: "Demo 2026",
    from: Date.UTC(2026, 0, 1),
    fax: { per: "begun-minute", national: cent(3.9), international: cent(12.9) },
    sms: { national: cent(7.9), international: cent(9.9) },
    mail: cent(0.2),
    letter: { production: cent(29), postage: POSTAGE_2025 },
  },
];

/** The tariff in force at a simulated time. */
export function tariffAt(simMs: number): Tariff {
  return TARIFFS.findLast((tariff) => tariff.from <= simMs) ?? (TARIFFS[0] as Tariff);
}

/** What was delivered, counted together: only what reached its recipient is charged. */
export interface Usage {
  channel: Channel;
  /** Outside Germany. */
  international: boolean;
  /** Recipients with the outcome OK. */
  messages: number;
  /** Fax: begun minutes on the line, each call rounded up by itself. */
  minutes: number;
  /** Pages, parts. */
  pages: number;
  /** Letters: all of the same class. */
  letterClass?: LetterClass;
}

/** Price of what was delivered. A letter without a class is charged as the lightest; "null" costs nothing. */
export function priceOf(tariff: Tariff, usage: readonly Usage[]): Millicents {
  return usage.reduce((sum, one) => sum + costOf(tariff, one), 0);
}

function costOf(tariff: Tariff, { channel, international, messages, minutes, pages, letterClass }: Usage): Millicents {
  const zone = international ? "international" : "national";
  switch (channel) {
    case "fax":
      return tariff.fax[zone] * (tariff.fax.per === "page" ? pages : minutes);
    case "sms":
      return tariff.sms[zone] * pages;
    case "mail":
      return tariff.mail * messages;
    case "letter":
      return (tariff.letter.production + tariff.letter.postage[letterClass ?? "Standardbrief"][zone]) * messages;
    case "null":
      return 0;
  }
}
