// Times of day in Berlin, where the German contracts live, as moments.

const PARTS = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/Berlin",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** What a clock in Berlin shows at a moment (ms since 1970): `2026-03-29T14:30:05`. */
export function berlinTime(at: number): string {
  const part = Object.fromEntries(PARTS.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

/**
 * The moment (ms since 1970) at which a clock in Berlin shows this: `2026-03-29T14:30`, seconds and their fractions optional. In the hour
 * that spring leaves out it is the one after it. NaN for what is no date and time.
 */
export function fromBerlin(shown: string): number {
  const wanted = Date.parse(`${shown}Z`);
  let at = wanted;
  // Twice, since the offset at the first guess may be that of the other side of a change.
  for (let i = 0; i < 2 && !Number.isNaN(at); i++) at = wanted - offsetAt(at);
  return at;
}

function offsetAt(at: number): number {
  return Date.parse(`${berlinTime(at)}Z`) - Math.floor(at / 1000) * 1000;
}
