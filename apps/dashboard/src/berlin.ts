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

/** What a clock in Berlin shows: `2026-03-29T14:30`, as a form's field has it. */
export function berlinTime(at: number): string {
  const part = Object.fromEntries(PARTS.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** The moment at which a clock in Berlin shows this; in the hour that spring leaves out, the one after it. */
export function fromBerlin(shown: string): number {
  const wanted = Date.parse(`${shown}Z`);
  let at = wanted;
  // Twice, since the offset at the first guess may be that of the other side of a change.
  for (let i = 0; i < 2; i++) at += wanted - Date.parse(`${berlinTime(at)}Z`);
  return at;
}

/** The next moment after `now` at which it is this time of day in Berlin. */
export function nextAt(now: number, time: string): number {
  const today = fromBerlin(`${berlinTime(now).slice(0, 10)}T${time}`);
  if (today > now) return today;
  return fromBerlin(`${berlinTime(now + 86_400_000).slice(0, 10)}T${time}`);
}
