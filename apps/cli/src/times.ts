// Times and durations as people write and read them; places are German, so local time is that of Berlin.

import { fromBerlin } from "@depesche/core";
import type { Language } from "./language.ts";

const LOCALES: Record<Language, string> = { en: "en-GB", de: "de-DE" };

/** `22 Nov 2026, 16:30:05` or `22.11.2026, 16:30:05`. */
export function clockTime(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: "Europe/Berlin",
  }).format(new Date(iso));
}

/** `0.4 s`, `48 s`, `3:05 min`, `1:02:03 h`. */
export function duration(ms: number, language: Language): string {
  if (ms < 9_950) return `${decimal(ms / 1000, 1, language)} s`;
  const s = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)} min`;
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)} h`;
}

export function decimal(value: number, digits: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

export function whole(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language]).format(value);
}

/** `+90s`, `+15m`, `+2h`, `+1d` in milliseconds. */
export function fromNow(written: string): number | undefined {
  const m = /^\+(\d{1,6})([smhd])$/.exec(written);
  if (!m) return undefined;
  return Number(m[1]) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[m[2] as "s" | "m" | "h" | "d"];
}

/** A date with time, `2026-11-22T16:30` or `2026-11-22 16:30:00`, as Berlin's clocks show it, or with its own offset or Z. */
export function pointInTime(written: string): Date | undefined {
  const m = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?$/.exec(written.trim());
  if (!m) return undefined;
  const [, date, time, offset] = m;
  const asUtc = new Date(`${date}T${time}Z`);
  // 31 February would silently become a day in March.
  if (Number.isNaN(asUtc.getTime()) || !asUtc.toISOString().startsWith(`${date}`)) return undefined;
  if (offset !== undefined) return new Date(`${date}T${time}${offset.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2")}`);
  return new Date(fromBerlin(`${date}T${time}`));
}
