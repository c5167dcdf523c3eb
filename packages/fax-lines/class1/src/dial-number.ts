/** A telephone number as it is dialled on an analogue line. */

/** How a line dials; unset: the digits of the number, without the plus. */
export interface DialPlan {
  /** Before every number: "0," behind a private exchange. */
  prefix?: string;
  /** The line's country code: numbers of the country are dialled with 0, others with 00. */
  country?: string;
}

/** What follows ATDT; undefined when the number has no digit to dial. */
export function dialNumber(number: string, { prefix = "", country }: DialPlan): string | undefined {
  const digits = number.replace(/[^\d*#]/g, "");
  if (digits === "") return undefined;
  if (!number.trim().startsWith("+") || country === undefined) return prefix + digits;
  return prefix + (digits.startsWith(country) ? `0${digits.slice(country.length)}` : `00${digits}`);
}
