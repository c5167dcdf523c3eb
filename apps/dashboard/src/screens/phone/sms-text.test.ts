import { expect, it } from "vitest";
import { charName, smsText } from "./sms-text.ts";

it("a text of the GSM alphabet tells its septets, those that count twice, and what is left", () => {
  expect(smsText("12 € [netto]")).toMatchObject({
    encoding: "gsm",
    units: 15,
    room: 160,
    left: 145,
    doubled: ["€", "[", "]"],
    forcing: [],
    tooLong: false,
  });
});

it("one character the alphabet lacks makes it UCS-2, and the parts that costs are told", () => {
  const text = `${"a".repeat(100)}“${"b".repeat(40)}“`;
  expect(smsText(text)).toMatchObject({ encoding: "ucs2", forcing: ["“"], partsAsGsm: 1, room: 67, doubled: [] });
  expect(smsText(text).parts.map((part) => part.units)).toEqual([67, 67, 8]);
});

it("the parts hold the whole text, none torn", () => {
  const text = "🙂".repeat(80);
  const { parts } = smsText(text);
  expect(parts.map((part) => part.text).join("")).toBe(text);
  expect(parts.every((part) => part.units % 2 === 0)).toBe(true);
});

it("a character that cannot be seen is named by its number", () => {
  expect(charName("\u00a0")).toBe("U+00A0");
  expect(charName("“")).toBe("“ U+201C");
});
