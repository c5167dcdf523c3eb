// Numbers, times and durations as people read them, in the language of now.

import type { Timestamp } from "@depesche/client";
import type { Channel, DeliveryState, Outcome } from "@depesche/core";
import { language, t, type Word } from "./language.ts";

// Making a formatter costs more than using it a thousand times.
const kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function dates(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language.get()}:${name}`;
  let format = kept.get(key) as Intl.DateTimeFormat | undefined;
  if (!format) {
    const locale = language.get() === "de" ? "de-DE" : "en-GB";
    format = new Intl.DateTimeFormat(locale, { timeZone: "Europe/Berlin", ...options });
    kept.set(key, format);
  }
  return format;
}

export function count(n: number): string {
  return numbers("number", {}).format(n);
}

/** Thousandths of a cent as money: `1.234,50 €`, small sums with all their digits. */
export function euros(millicents: number): string {
  const small = Math.abs(millicents) < 100_000;
  const digits = small ? { maximumFractionDigits: 5 } : {};
  return numbers(`euros ${small}`, { style: "currency", currency: "EUR", ...digits }).format(millicents / 100_000);
}

function numbers(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language.get()}:${name}`;
  let format = kept.get(key) as Intl.NumberFormat | undefined;
  if (!format) {
    format = new Intl.NumberFormat(language.get() === "de" ? "de-DE" : "en-GB", options);
    kept.set(key, format);
  }
  return format;
}

/** `42 %` for 0.42; all but none and all but whole keep a tenth, so that 99.96 % is not told as done. */
export function percent(share: number): string {
  return numbers("percent", { style: "percent", maximumFractionDigits: 1, roundingMode: "trunc" } as object).format(
    share,
  );
}

/** `2 hours`. */
export function span(unit: "second" | "minute" | "hour" | "day", n: number): string {
  return numbers(`span ${unit}`, { style: "unit", unit, unitDisplay: "long" }).format(n);
}

/** `14:03`. */
export function minuteTime(at: Timestamp | number): string {
  return dates("minute", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/** `812 B`, `14.2 kB`, `3.1 MB`. */
export function bytes(n: number): string {
  const [size, unit] = n < 1000 ? [n, "B"] : n < 1e6 ? [n / 1000, "kB"] : [n / 1e6, "MB"];
  return `${count(size < 100 ? Math.round(size * 10) / 10 : Math.round(size))} ${unit}`;
}

/** `14:03:22`. */
export function clockTime(at: Timestamp | number): string {
  return dates("clock", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(at));
}

/** `02.03. 14:03:22`. */
export function dateTime(at: Timestamp | number): string {
  return dates("dateTime", {
    day: "2-digit",
    month: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(new Date(at));
}

/** `42 s`, `1:07 min`, `2:53 h`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds >= 5400) {
    const minutes = Math.round(seconds / 60);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h`;
  }
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min`;
}

/** Line time of a call in seconds: `-1.204`, `17.250`. */
export function lineTime(us: number): string {
  return numbers("line", { minimumFractionDigits: 3, maximumFractionDigits: 3, useGrouping: false }).format(us / 1e6);
}

const CHANNEL_WORDS: Record<Channel, Word> = {
  fax: "channelFax",
  sms: "channelSms",
  mail: "channelMail",
  letter: "channelLetter",
  null: "channelNull",
};

export function channelWord(channel: Channel): string {
  return t(CHANNEL_WORDS[channel]);
}

export function outcomeGloss(outcome: Outcome): string {
  return t(`gloss${outcome}`);
}

const DELIVERY_WORDS: Record<DeliveryState, Word> = {
  accepted: "deliveryAccepted",
  delivered: "deliveryDelivered",
  read: "deliveryRead",
  bounced: "deliveryBounced",
  undelivered: "deliveryUndelivered",
  printed: "deliveryPrinted",
  "handed-over": "deliveryHandedOver",
  returned: "deliveryReturned",
  "re-routed": "deliveryReRouted",
};

export function deliveryWord(state: DeliveryState): string {
  return t(DELIVERY_WORDS[state]);
}

/** `+49 30 23125 042` for `+493023125042`: country and the rest in groups, for reading only. */
export function address(text: string): string {
  const fiction = /^\+4930(23125)(\d+)$/.exec(text);
  if (fiction) return `+49 30 ${fiction[1]} ${fiction[2]}`;
  const german = /^\+49(1[567]\d)(\d+)$/.exec(text);
  if (german) return `+49 ${german[1]} ${german[2]}`;
  return text;
}
