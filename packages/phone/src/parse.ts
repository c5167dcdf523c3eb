// Reading a telephone number as people and programs write it, into E.164 (ITU-T E.164 and E.123 notation).
import { countryCodeOf } from "./countries.ts";
import { foreignKind, germanKind, type NumberKind } from "./kinds.ts";

export interface ParseNumberOptions {
  /** Calling code that a number without international prefix belongs to, without plus sign: "49". */
  country: string;
}

export interface PhoneNumber {
  ok: true;
  /** "+" and 3 to 15 digits. */
  e164: string;
  kind: NumberKind;
  /** True when the number lies outside the country given in the options. */
  foreign: boolean;
  /** Calling code without plus sign. */
  country: string;
}

export type PhoneProblem =
  | "empty"
  | "invalid-character"
  | "no-area-code"
  | "too-short"
  | "too-long"
  | "unknown-country"
  | "unknown-range";

export type ParsedNumber = PhoneNumber | { ok: false; problem: PhoneProblem };

/** E.164: 15 digits with the country code; anything longer cannot be dialled. */
const MAX_DIGITS = 15;
/** Shortest number worth dialling in full international form; short codes are told by their range. */
const MIN_NATIONAL_DIGITS = 5;
/** Text longer than this is no number, whatever it holds; keeps the patterns below cheap. */
const MAX_TEXT = 64;

// Blanks (also no-break and narrow), dots, slashes, parentheses and the dashes that word processors make.
const SEPARATORS = /[\s().\-/\u00ad\u2010-\u2015\u2212\u200b\u2060]/g;
// Marks of writing direction, which address books put around a number when it is copied.
const DIRECTION_MARKS = /[\u200c-\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Parses a number: "+49 30 23125-001", "0049...", "030/23125001", "+49 (0)30 ...", "49 30 ..." (country code without
 * prefix, since no local number can be meant), and the short codes of the home country ("112"). Never throws.
 */
export function parseNumber(text: string, options: ParseNumberOptions): ParsedNumber {
  if (text.length > MAX_TEXT) return { ok: false, problem: "too-long" };
  const trimmed = text.replace(DIRECTION_MARKS, "").trim();
  if (trimmed === "") return { ok: false, problem: "empty" };
  const compact = trimmed.replace(/\(0\)/, trimmed.startsWith("+") || trimmed.startsWith("00") ? "" : "0");
  const dialled = compact.replace(SEPARATORS, "");
  if (!/^\+?[0-9]+$/.test(dialled)) return { ok: false, problem: dialled === "" ? "empty" : "invalid-character" };
  const digits = toInternational(dialled, options.country);
  return digits === undefined ? { ok: false, problem: "no-area-code" } : classify(digits, options.country);
}

/** International digits without prefix, or undefined for a local number, which nobody can place. */
function toInternational(dialled: string, country: string): string | undefined {
  if (dialled.startsWith("+")) return dialled.slice(1);
  if (dialled.startsWith("00")) return dialled.slice(2);
  if (dialled.startsWith("0")) return country + dialled.slice(1);
  if (country === "49" && /^11(?:[0-5]|6\d{3}|8\d{2,3})$/.test(dialled)) return country + dialled;
  const national = dialled.slice(country.length);
  return dialled.startsWith(country) && national.length >= 7 ? dialled : undefined;
}

function classify(digits: string, home: string): ParsedNumber {
  if (digits.length > MAX_DIGITS) return { ok: false, problem: "too-long" };
  const country = countryCodeOf(digits);
  if (country === undefined) return { ok: false, problem: digits.length < 3 ? "too-short" : "unknown-country" };
  // A trunk 0 left in after the country code ("+49030...") is a common slip. Only Italy and the Vatican keep a real one.
  const keepsZero = country === "39" || country === "379";
  const rest = digits.slice(country.length);
  const national = keepsZero ? rest : rest.replace(/^0/, "");
  const full = country + national;
  const kind = country === "49" ? germanKind(national) : foreignKind(full);
  if (kind === undefined)
    return { ok: false, problem: national.length < MIN_NATIONAL_DIGITS ? "too-short" : "unknown-range" };
  const short = country === "49" && national.startsWith("11");
  if (!short && national.length < MIN_NATIONAL_DIGITS) return { ok: false, problem: "too-short" };
  return { ok: true, e164: `+${full}`, kind, foreign: country !== home, country };
}
