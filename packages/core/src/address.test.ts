import { expect, it } from "vitest";
import { isMailAddress, isSmsSender } from "./address.ts";

it.each(["kunde@ok.example", "vor.nach+zusatz@post.ok.example", "jürgen@müller.example", "o'neil_1@a-b.example"])(
  "%s is a mail address",
  (text) => expect(isMailAddress(text)).toBe(true),
);

it.each([
  "",
  "kunde",
  "kunde@localhost",
  "a..b@ok.example",
  ".a@ok.example",
  "a.@ok.example",
  "kunde@ok..example",
  "kunde@ok.example.",
  "a\u0000b@ok.example",
  "a\u{fffd}b@ok.example",
  "a b@ok.example",
  "Kunde <kunde@ok.example>",
  '"a b"@ok.example',
  "a@b@ok.example",
  "a@ok.example\n",
  `${"a".repeat(65)}@ok.example`,
  `a@${"b".repeat(64)}.example`,
])("%j is none", (text) => expect(isMailAddress(text)).toBe(false));

it("takes the longest address there is, and none beyond it", () => {
  const domain = (last: number) => `${`${"d".repeat(60)}.`.repeat(4)}${"e".repeat(last)}`;
  expect(isMailAddress(`${"l".repeat(64)}@${domain(11)}`)).toBe(true);
  expect(isMailAddress(`${"l".repeat(64)}@${domain(12)}`)).toBe(false);
});

it("an SMS comes from a number or from a short name", () => {
  for (const good of ["+491713920001", "12345", "FIRMA", "Firma 1", "A"]) expect(isSmsSender(good)).toBe(true);
  for (const bad of ["", "+", "12345678901234567", "ABCDEFGHIJKL", "Ünü", "Firma!", "  "])
    expect(isSmsSender(bad)).toBe(false);
});
