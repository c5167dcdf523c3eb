/** Which of our numbers a call is for: exchanges put the number into different places, and write it in different ways. */

import { header, parseNameAddress, parseUri } from "@depesche/sip";
import type { IncomingCall } from "@depesche/wire-sip";

/** Shorter than an extension of three digits is no number. */
const LEAST_DIGITS = 3;

/**
 * The number among `numbers` (as they are configured) that the call is for, or undefined. Looked for in the Request-URI, then
 * in To and P-Called-Party-ID: a call to a registered contact has our own user name in the Request-URI. A number may lack its
 * country and area, or have 0 or 00 before them.
 */
export function calledNumber(call: IncomingCall, numbers: readonly string[]): string | undefined {
  const written = [
    call.called,
    ...["To", "P-Called-Party-Id"].map(
      (name) => parseUri(parseNameAddress(header(call.invite, name) ?? "")?.uri ?? "")?.user ?? "",
    ),
  ];
  for (const user of written) {
    const digits = digitsOf(user);
    const exact = numbers.find((number) => digitsOf(number) === digits);
    if (exact !== undefined) return exact;
    // A name such as "fax7" is no number.
    if (!/^\+?[\d\s().-]+$/.test(user)) continue;
    const bare = digits.replace(/^0{1,2}/, "");
    const ending = numbers.filter((number) => bare.length >= LEAST_DIGITS && digitsOf(number).endsWith(bare));
    if (ending.length === 1) return ending[0];
  }
  return undefined;
}

function digitsOf(number: string): string {
  return number.replace(/\D/g, "");
}
