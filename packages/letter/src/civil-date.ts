// Dates of the Gregorian calendar and the clock of Europe/Berlin, computed: this storey has no Date and no time-zone data.

export interface CivilDate {
  year: number;
  /** From 1. */
  month: number;
  day: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its year. */
export function dayNumber({ year, month, day }: CivilDate): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day number. */
export function civilDate(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1,
  };
}

/** 0 Sunday to 6 Saturday; day 0 (1970-01-01) was a Thursday. */
export function weekday(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

export function dateText({ year, month, day }: CivilDate): string {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** 01:00 UTC of the last Sunday of a month with 31 days: when EU summer time begins and ends (Directive 2000/84/EC). */
function lastSundayAtOne(year: number, month: 3 | 10): number {
  const last = dayNumber({ year, month, day: 31 });
  return (last - weekday(last)) * DAY_MS + HOUR_MS;
}

/** Hours that Europe/Berlin is ahead of UTC at an instant (from 1996 on, when the EU rule of today began). */
function berlinOffsetHours(instant: number): 1 | 2 {
  const { year } = civilDate(Math.floor(instant / DAY_MS));
  return instant >= lastSundayAtOne(year, 3) && instant < lastSundayAtOne(year, 10) ? 2 : 1;
}

/** Date and time of day in Europe/Berlin at `instant` (ms since 1970). */
export function berlinDate(instant: number): CivilDate & { hour: number; minute: number } {
  const local = instant + berlinOffsetHours(instant) * HOUR_MS;
  const day = Math.floor(local / DAY_MS);
  const minutes = Math.floor((local - day * DAY_MS) / MINUTE_MS);
  return { ...civilDate(day), hour: Math.floor(minutes / 60), minute: minutes % 60 };
}

/** The instant of a local time in Europe/Berlin; in the hour that occurs twice, the first. */
export function berlinInstant(date: CivilDate, hour: number, minute: number): number {
  const local = dayNumber(date) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
  const summer = local - 2 * HOUR_MS;
  return berlinOffsetHours(summer) === 2 ? summer : local - HOUR_MS;
}
