import { berlinTime, fromBerlin } from "@depesche/core";

/** The next moment after `now` at which it is this time of day in Berlin. */
export function nextAt(now: number, time: string): number {
  const today = fromBerlin(`${berlinTime(now).slice(0, 10)}T${time}`);
  if (today > now) return today;
  return fromBerlin(`${berlinTime(now + 86_400_000).slice(0, 10)}T${time}`);
}
