// The words of an address: what Binect and DIN 5008 ask of the lines in the window.

import { countryOf, isCountryCode } from "./countries.ts";
import { type Finding, finding } from "./finding.ts";

export const MIN_LINES = 2;
export const MAX_LINES = 7;

export interface ParsedAddress {
  /** ISO 3166 alpha-2 of the country the letter goes to; "DE" when there is no country line. */
  country: string;
  international: boolean;
  /** Five digits, inland only. */
  postcode?: string;
  findings: Finding[];
}

/**
 * Reads the lines of a recipient's address, the last line saying where it goes: "64283 Darmstadt" inland, or the
 * country's name in capitals in German, English or French abroad. Every fault is a finding; nothing is thrown.
 */
export function parseAddress(lines: readonly string[]): ParsedAddress {
  const findings: Finding[] = [];
  if (lines.length < MIN_LINES)
    findings.push(finding("address-too-few-lines", { min: MIN_LINES, lines: lines.length }));
  if (lines.length > MAX_LINES)
    findings.push(finding("address-too-many-lines", { max: MAX_LINES, lines: lines.length }));
  const last = lines.at(-1) ?? "";
  const country = countryOf(last);
  if (country && country !== "DE") {
    if (last !== last.toUpperCase()) {
      findings.push(finding("country-not-capitals", { line: last, capitals: last.toUpperCase() }));
    }
    return { country, international: true, findings };
  }
  if (country === "DE") {
    findings.push(finding("country-germany", { line: last }));
    return { country, international: false, ...inlandPostcode(lines.at(-2) ?? ""), findings };
  }
  if (isCountryCode(last)) {
    findings.push(finding("country-iso-code", { line: last }));
    // A code of two letters still says where the letter was meant to go.
    const code = last.length === 2 ? last.toUpperCase() : "";
    return { country: code, international: code !== "DE", findings };
  }
  return { country: "DE", international: false, ...inland(lines, last, findings), findings };
}

/** "64283 Darmstadt"; the place behind the digits is what makes them a postcode. */
const POSTCODE_LINE = /^(\d{5})\s+\p{L}/u;
const PREFIXED = /^(?:D|DE|DEU|[A-Z]{1,3})\s?-\s?(\d{4,6})\b/u;

function inlandPostcode(line: string): { postcode?: string } {
  const postcode = POSTCODE_LINE.exec(line)?.[1];
  return postcode ? { postcode } : {};
}

function inland(lines: readonly string[], last: string, findings: Finding[]): { postcode?: string } {
  const postcode = POSTCODE_LINE.exec(last)?.[1];
  if (postcode) {
    // 00xxx was never given out; nor was 99999.
    if (postcode < "01001" || postcode > "99998") findings.push(finding("postcode-unknown", { postcode }));
    return { postcode };
  }
  const prefixed = PREFIXED.exec(last);
  if (prefixed) {
    findings.push(finding("country-prefix", { postcode: prefixed[0] }));
    return {};
  }
  const digits = /^(\d{1,10})\s+\p{L}/u.exec(last)?.[1];
  if (digits) {
    findings.push(finding("postcode-wrong-length", { postcode: digits }));
    return {};
  }
  const postcodeLine = lines.slice(0, -1).find((l) => POSTCODE_LINE.test(l));
  findings.push(
    postcodeLine === undefined
      ? finding("postcode-missing", { line: last })
      : finding("postcode-not-last", { postcodeLine, line: last }),
  );
  return {};
}
