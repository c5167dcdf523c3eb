// Smart encoding: typographic characters and what they become so that a text fits the GSM alphabet.
// Follows Twilio's published behaviour, so that a stand-in for it counts the same.

const TO: readonly (readonly [string, string])[] = [
  ['"', "\u00ab\u00bb\u201c\u201d\u201e\u201f\u02ba\u02ee\u2033\u275d\u275e\u301d\u301e\uff02"],
  ["'", "\u0060\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2032\u275b\u275c\uff07"],
  [",", "\u201a\uff0c"],
  ["-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2022\u2043\u2212\u23af\uff0d"],
  ["_", "\u2017\uff3f"],
  ["...", "\u2026"],
  ["/", "\u2044\u2215\u00f7\uff0f"],
  ["!", "\u01c3\uff01"],
  [
    "*",
    "\u204e\u2217\u229b\u2722\u2723\u2724\u2725\u2731\u2732\u2733\u273a\u273b\u273c\u273d\u2743\u2749\u274a\u274b\uff0a",
  ],
  ["<", "\u2039\ufe64\uff1c"],
  [">", "\u203a\ufe65\uff1e"],
  ["^", "\u02c6\u1dcd\uff3e"],
  ["~", "\u02dc\u02f7\u223c\uff5e"],
  ["1/4", "\u00bc"],
  ["1/2", "\u00bd"],
  ["3/4", "\u00be"],
  ["  ", "\u00a0"],
  [" ", "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"],
  ["       ", "\t"],
  ["", "\u200b\u2060\ufeff"],
];

/** Fullwidth forms U+FF01 to U+FF5E stand for ASCII 0x21 to 0x7E. */
const FULLWIDTH_FROM = 0xff01;
const FULLWIDTH_TO = 0xff5e;
const FULLWIDTH_SHIFT = 0xfee0;

const REPLACEMENT: ReadonlyMap<string, string> = new Map([
  ...Array.from({ length: FULLWIDTH_TO - FULLWIDTH_FROM + 1 }, (_, i): [string, string] => [
    String.fromCharCode(FULLWIDTH_FROM + i),
    String.fromCharCode(FULLWIDTH_FROM + i - FULLWIDTH_SHIFT),
  ]),
  ...TO.flatMap(([to, from]) => [...from].map((char): [string, string] => [char, to])),
]);

/** What smart encoding puts in the place of one character: itself when it has no better one. */
export function smartReplacement(char: string): string {
  return REPLACEMENT.get(char) ?? char;
}
