// What a check of a letter can find: a closed list, each with its number, weight and words.

import type { Box } from "./geometry.ts";

/** error: cannot be sent; warning: can be sent, but look at it; note: nothing to do. */
export type Severity = "error" | "warning" | "note";

interface FindingKind {
  /** Our own range, since Binect's is not published: 1xxx pages, 2xxx place of the address, 3xxx its words. */
  number: number;
  severity: Severity;
  /** English, with place holders as %name%. */
  blankText: string;
}

export const FINDINGS = {
  "page-count": { number: 1001, severity: "error", blankText: "A letter has 1 to %max% pages; this one has %pages%." },
  "page-not-a4": {
    number: 1002,
    severity: "error",
    blankText: "Page %page% measures %width% x %height% mm; only A4 (210 x 297 mm) is printed.",
  },
  "page-landscape": {
    number: 1003,
    severity: "error",
    blankText: "Page %page% is A4 landscape; only portrait is printed.",
  },
  "sheet-count": {
    number: 1004,
    severity: "error",
    blankText: "A letter has at most %max% sheets; this one has %sheets%.",
  },
  "address-not-found": {
    number: 2001,
    severity: "error",
    blankText: "No address stands in the window of page 1 (20 to 105 mm from the left, 51 to 90 mm from the top).",
  },
  "address-off-window": {
    number: 2002,
    severity: "error",
    blankText:
      "The address misses the window; moving page 1 by %offsetX% mm to the right and %offsetY% mm down would cure it.",
  },
  "dv-zone-not-free": {
    number: 2003,
    severity: "error",
    blankText: "With DV franking nothing may stand between 51 and 68.5 mm from the top in the window.",
  },
  "strip-not-free": {
    number: 2004,
    severity: "note",
    blankText: "Text in the strip at the left edge is covered in print, where the shop's marks stand.",
  },
  "text-not-readable": {
    number: 2005,
    severity: "error",
    blankText: "The fonts of page 1 do not tell which characters they draw, so the address cannot be read.",
  },
  "address-too-few-lines": {
    number: 3001,
    severity: "error",
    blankText: "An address has at least %min% lines; %lines% found.",
  },
  "address-too-many-lines": {
    number: 3002,
    severity: "error",
    blankText: "An address has at most %max% lines; %lines% found.",
  },
  "address-gap": {
    number: 3003,
    severity: "error",
    blankText: 'There is an empty line in the address after "%line%".',
  },
  "address-mixed-size": {
    number: 3004,
    severity: "warning",
    blankText: "The lines of the address are not of one font size.",
  },
  "postcode-missing": {
    number: 3005,
    severity: "error",
    blankText: 'The last line must begin with a five-digit postcode, or name the country in capitals; it is "%line%".',
  },
  "postcode-not-last": {
    number: 3006,
    severity: "error",
    blankText: 'The postcode stands in "%postcodeLine%", but the last line is "%line%".',
  },
  "postcode-wrong-length": {
    number: 3007,
    severity: "error",
    blankText: 'A German postcode has five digits, "%postcode%" has not.',
  },
  "postcode-unknown": { number: 3008, severity: "error", blankText: 'There is no German postcode "%postcode%".' },
  "country-prefix": {
    number: 3009,
    severity: "error",
    blankText: 'Write "%postcode%" without a country code in front of it.',
  },
  "country-germany": {
    number: 3010,
    severity: "error",
    blankText: 'An address in Germany has no country line; leave out "%line%".',
  },
  "country-not-capitals": {
    number: 3011,
    severity: "error",
    blankText: 'Write the country in capitals: "%capitals%" instead of "%line%".',
  },
  "country-iso-code": {
    number: 3012,
    severity: "error",
    blankText: 'Write out the name of the country in German, English or French instead of "%line%".',
  },
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof FINDINGS;

export interface Finding {
  code: FindingCode;
  number: number;
  severity: Severity;
  /** One English sentence. */
  text: string;
  /** The sentence with its place holders. */
  blankText: string;
  parameters: { name: string; value: string }[];
  /** From 1. */
  page?: number;
  /** Where on the page. */
  box?: Box;
  /** The move of page 1 that would cure it, in mm. */
  cure?: { offsetX: number; offsetY: number };
}

/** A finding with its sentence filled in. */
export function finding(
  code: FindingCode,
  parameters: Readonly<Record<string, string | number>> = {},
  where: Pick<Finding, "page" | "box" | "cure"> = {},
): Finding {
  const { number, severity, blankText } = FINDINGS[code];
  const list = Object.entries(parameters).map(([name, value]) => ({ name, value: String(value) }));
  const text = blankText.replace(/%(\w+)%/g, (hole, name: string) => {
    const value = parameters[name];
    return value === undefined ? hole : String(value);
  });
  return { code, number, severity, text, blankText, parameters: list, ...where };
}
