// What kind of service stands behind a number: the German numbering plan (BNetzA), satellite codes and foreign premium ranges.

/** The closed list of number kinds; "international" is any foreign number that no other kind claims. */
export type NumberKind =
  | "geographic"
  | "mobile"
  | "national"
  | "freephone"
  | "shared-cost"
  | "personal"
  | "corporate"
  | "dial-in"
  | "pager"
  | "short-code"
  | "premium-0900"
  | "premium-0137"
  | "premium-service"
  | "premium-foreign"
  | "satellite"
  | "emergency"
  | "international";

/** Why nobody may dial a kind of number, in the words of the FAX.de return codes' table. */
export type BarredReason = "premium-0900" | "premium-0137" | "premium-service" | "blocked";

const BARRED: Partial<Record<NumberKind, BarredReason>> = {
  "premium-0900": "premium-0900",
  "premium-0137": "premium-0137",
  "premium-service": "premium-service",
  "premium-foreign": "premium-service",
  satellite: "premium-service",
  emergency: "blocked",
};

/** The reason a kind of number is barred for everybody, or undefined when it may be dialled. */
export function barredReason(kind: NumberKind): BarredReason | undefined {
  return BARRED[kind];
}

/** German national significant numbers by prefix (without the leading 0); the longest prefix wins. */
const GERMAN_PREFIXES: Readonly<Record<string, NumberKind>> = {
  "110": "emergency",
  "112": "emergency",
  "115": "short-code",
  "116": "short-code",
  "118": "premium-service",
  "12": "premium-service",
  "137": "premium-0137",
  "138": "premium-0137",
  "15": "mobile",
  "160": "mobile",
  "162": "mobile",
  "163": "mobile",
  "164": "pager",
  "168": "pager",
  "169": "pager",
  "17": "mobile",
  "180": "shared-cost",
  "1805": "premium-service",
  "1809": "premium-service",
  "18": "corporate",
  "190": "premium-0900",
  "191": "dial-in",
  "192": "dial-in",
  "193": "dial-in",
  "194": "dial-in",
  "2": "geographic",
  "3": "geographic",
  "31": "short-code",
  "32": "national",
  "4": "geographic",
  "5": "geographic",
  "6": "geographic",
  "7": "geographic",
  "700": "personal",
  "8": "geographic",
  "800": "freephone",
  "9": "geographic",
  "900": "premium-0900",
};

/** International digits by prefix: satellite systems (870, 881 to 883) and the premium ranges of other countries. */
const FOREIGN_PREFIXES: Readonly<Record<string, NumberKind>> = {
  "1900": "premium-foreign",
  "1976": "premium-foreign",
  "3090": "premium-foreign",
  "31900": "premium-foreign",
  "31906": "premium-foreign",
  "31909": "premium-foreign",
  "3290": "premium-foreign",
  "3389": "premium-foreign",
  "34803": "premium-foreign",
  "34806": "premium-foreign",
  "34807": "premium-foreign",
  "34905": "premium-foreign",
  "351607": "premium-foreign",
  "351760": "premium-foreign",
  "35290": "premium-foreign",
  "35315": "premium-foreign",
  "358600": "premium-foreign",
  "358700": "premium-foreign",
  "3690": "premium-foreign",
  "39144": "premium-foreign",
  "39166": "premium-foreign",
  "39892": "premium-foreign",
  "39895": "premium-foreign",
  "39899": "premium-foreign",
  "41900": "premium-foreign",
  "41901": "premium-foreign",
  "41906": "premium-foreign",
  "42090": "premium-foreign",
  "421900": "premium-foreign",
  "43900": "premium-foreign",
  "43901": "premium-foreign",
  "4393": "premium-foreign",
  "449": "premium-foreign",
  "44871": "premium-foreign",
  "44872": "premium-foreign",
  "44873": "premium-foreign",
  "4590": "premium-foreign",
  "46900": "premium-foreign",
  "46939": "premium-foreign",
  "46944": "premium-foreign",
  "4782": "premium-foreign",
  "4870": "premium-foreign",
  "870": "satellite",
  "881": "satellite",
  "882": "satellite",
  "883": "satellite",
  "808": "shared-cost",
  "800": "freephone",
  "979": "premium-foreign",
};

/** The kind of a German national significant number, or undefined when the plan has no such range. */
export function germanKind(national: string): NumberKind | undefined {
  return longestPrefix(GERMAN_PREFIXES, national);
}

/** The kind of a foreign number given as international digits (country code first, no plus sign). */
export function foreignKind(digits: string): NumberKind {
  return longestPrefix(FOREIGN_PREFIXES, digits) ?? "international";
}

function longestPrefix(table: Readonly<Record<string, NumberKind>>, digits: string): NumberKind | undefined {
  for (let length = Math.min(6, digits.length); length > 0; length--) {
    const kind = table[digits.slice(0, length)];
    if (kind !== undefined) return kind;
  }
  return undefined;
}
