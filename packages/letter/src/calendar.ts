// The production calendar of a print shop: cut-off 14:30 Europe/Berlin, Monday to Friday, without the holidays of its Land.

import { berlinDate, berlinInstant, type CivilDate, civilDate, dateText, dayNumber, weekday } from "./civil-date.ts";

/** German Länder by the letters of ISO 3166-2:DE. */
export type Land =
  | "BW"
  | "BY"
  | "BE"
  | "BB"
  | "HB"
  | "HH"
  | "HE"
  | "MV"
  | "NI"
  | "NW"
  | "RP"
  | "SL"
  | "SN"
  | "ST"
  | "SH"
  | "TH";

/** Local time in Europe/Berlin at which a day's run closes; an order at that very minute is for the next day. */
export const CUT_OFF = { hour: 14, minute: 30 } as const;

interface FixedHoliday {
  month: number;
  day: number;
  /** First year, where the holiday is young; only year, where it was for once. */
  from?: number;
  only?: number;
  /** Where; all of Germany when unset. */
  laender?: readonly Land[];
}

// Holidays of single communes (Augsburg, parts of Bavaria, Saxony and Thuringia) are left out.
const FIXED: readonly FixedHoliday[] = [
  { month: 1, day: 1 },
  { month: 1, day: 6, laender: ["BW", "BY", "ST"] },
  { month: 3, day: 8, from: 2019, laender: ["BE"] },
  { month: 3, day: 8, from: 2023, laender: ["MV"] },
  { month: 5, day: 1 },
  { month: 5, day: 8, only: 2020, laender: ["BE"] },
  { month: 5, day: 8, only: 2025, laender: ["BE"] },
  { month: 6, day: 17, only: 2028, laender: ["BE"] },
  { month: 8, day: 15, laender: ["SL"] },
  { month: 9, day: 20, from: 2019, laender: ["TH"] },
  { month: 10, day: 3 },
  { month: 10, day: 31, laender: ["BB", "MV", "SN", "ST", "TH"] },
  { month: 10, day: 31, from: 2018, laender: ["HB", "HH", "NI", "SH"] },
  { month: 10, day: 31, only: 2017 },
  { month: 11, day: 1, laender: ["BW", "BY", "NW", "RP", "SL"] },
  { month: 12, day: 25 },
  { month: 12, day: 26 },
];

/** Days after Easter Sunday. Easter and Whit Sunday themselves are Sundays and need no entry. */
const MOVABLE: readonly { afterEaster: number; laender?: readonly Land[] }[] = [
  { afterEaster: -2 },
  { afterEaster: 1 },
  { afterEaster: 39 },
  { afterEaster: 50 },
  { afterEaster: 60, laender: ["BW", "BY", "HE", "NW", "RP", "SL"] },
];

/** Easter Sunday by the Gregorian computus (Meeus's form of the anonymous rule), as a day number. */
export function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  const day = ((h + l - 7 * m + 114) % 31) + 1;
  return dayNumber({ year, month, day });
}

/** Is the date a public holiday in the whole of `land`? Without a Land: in the whole of Germany. */
export function isHoliday(date: CivilDate, land?: Land): boolean {
  const holds = (laender: readonly Land[] | undefined) => !laender || (land !== undefined && laender.includes(land));
  for (const f of FIXED) {
    const year = (f.from === undefined || date.year >= f.from) && (f.only === undefined || date.year === f.only);
    if (year && f.month === date.month && f.day === date.day && holds(f.laender)) return true;
  }
  const day = dayNumber(date);
  const easter = easterSunday(date.year);
  if (MOVABLE.some((m) => easter + m.afterEaster === day && holds(m.laender))) return true;
  return land === "SN" && day === penanceDay(date.year);
}

/** Buß- und Bettag: the Wednesday before 23 November. */
function penanceDay(year: number): number {
  const last = dayNumber({ year, month: 11, day: 22 });
  return last - ((weekday(last) - 3 + 7) % 7);
}

/** Does the shop work on that day? */
export function isProductionDay(date: CivilDate, options: { land?: Land } = {}): boolean {
  const day = weekday(dayNumber(date));
  return day >= 1 && day <= 5 && !isHoliday(date, options.land);
}

/**
 * The day on which a letter ordered at `orderedAt` (ms since 1970, UTC) is printed and handed over, as "YYYY-MM-DD" in
 * Europe/Berlin: the same day before the cut-off of a production day, else the next production day.
 */
export function productionDay(orderedAt: number, options: { land?: Land } = {}): string {
  const ordered = berlinDate(orderedAt);
  let day = dayNumber(ordered);
  if (ordered.hour * 60 + ordered.minute >= CUT_OFF.hour * 60 + CUT_OFF.minute) day++;
  // No Land has a fortnight without a working day; the bound only keeps a wrong table from hanging.
  for (let i = 0; i < 14 && !isProductionDay(civilDate(day), options); i++) day++;
  return dateText(civilDate(day));
}

/** The cut-off of a day's run, ms since 1970. `day` as {@link productionDay} gives it. */
export function cutOffOf(day: string): number {
  const [year = 1970, month = 1, dayOfMonth = 1] = day.split("-").map(Number);
  return berlinInstant({ year, month, day: dayOfMonth }, CUT_OFF.hour, CUT_OFF.minute);
}
