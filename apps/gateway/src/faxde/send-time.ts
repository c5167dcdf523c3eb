// SendDateTime: when a job is to go out (xsd:dateTime, UTC unless it says otherwise).

export type SendTime = { ok: true; at?: number; notice?: string } | { ok: false };

const YEAR_MS = 366 * 24 * 3600 * 1000;
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(?:[Zz]|([+-])(\d{2}):?(\d{2}))?$/;

/**
 * Reads the time against `now` (ms since 1970). Empty and past times mean at once (no `at`); more than a year ahead is cut
 * to a year; what is no date is refused, since a message meant for later must not go out now.
 */
export function parseSendTime(text: string | undefined, now: number): SendTime {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return { ok: true };
  const match = DATE_TIME.exec(trimmed);
  if (!match) return { ok: false };
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((field) => Number(field ?? 0));
  // The zero dates of Delphi (1899), .NET (0001) and others: no time was meant.
  if (year! < 1970) return { ok: true };
  if (hour! * 60 + minute! > 24 * 60 || minute! > 59 || second! > 60) return { ok: false };
  // XML Schema part 2, section 3.2.7.3: zones end at 14 hours. A wild one would turn later into at once.
  if (Number(match[8] ?? 0) > 14 || Number(match[9] ?? 0) > 59) return { ok: false };
  const midnight = new Date(Date.UTC(year!, month! - 1, day!));
  if (midnight.getUTCMonth() !== month! - 1 || midnight.getUTCDate() !== day!) return { ok: false };
  const offset = (Number(match[8] ?? 0) * 60 + Number(match[9] ?? 0)) * (match[7] === "-" ? -1 : 1);
  const at = midnight.getTime() + ((hour! * 60 + minute! - offset) * 60 + second!) * 1000;
  if (at <= now) return { ok: true };
  if (at <= now + YEAR_MS) return { ok: true, at };
  return { ok: true, at: now + YEAR_MS, notice: "SendDateTime lies more than a year ahead; it was cut to a year." };
}
