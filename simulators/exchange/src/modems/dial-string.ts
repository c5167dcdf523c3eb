/** Numbers as a terminal dials them from a Berlin subscriber's line, in E.164. */

/**
 * `typed` holds digits, "+", "*", "#" and letters. "0049..." and "+49..." are international, "030..." national, "23125001"
 * local, "001" a number of the same hundred block, and "4930..." an international one without its prefix. What is none of
 * these comes back as it is: the exchange knows no such number.
 */
export function e164Of(typed: string): string {
  if (typed.startsWith("+")) return typed;
  if (/^00[1-9]\d{4,}$/.test(typed)) return `+${typed.slice(2)}`;
  if (/^0[1-9]\d{4,}$/.test(typed)) return `+49${typed.slice(1)}`;
  if (/^49\d{8,}$/.test(typed)) return `+${typed}`;
  if (/^\d{3}$/.test(typed)) return `+493023125${typed}`;
  return /^[1-9]\d{4,}$/.test(typed) ? `+4930${typed}` : typed;
}
