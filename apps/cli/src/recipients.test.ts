import { expect, it } from "vitest";
import { asRecipient, readList } from "./recipients.ts";

it.each([
  ["fax", "+493023125001", { address: "+493023125001" }],
  ["fax", "+49 (30) 23125-001", { address: "+49 (30) 23125-001" }],
  ["sms", "0171 3920001[customer 7]", { address: "0171 3920001", reference: "customer 7" }],
  ["fax", "110", { address: "110" }],
  ["mail", "kunde@ok.example", { address: "kunde@ok.example" }],
  ["fax", "letter.pdf", undefined],
  ["fax", "./12345", undefined],
  ["fax", "12", undefined],
  ["fax", "2026-11-22.pdf", undefined],
  ["fax", "kunde@ok.example", undefined],
  ["mail", "letter.pdf", undefined],
  ["letter", "+493023125001", undefined],
] as const)("for %s the word %s is %o", (channel, word, recipient) => {
  expect(asRecipient(channel, word)).toEqual(recipient);
});

it("a list takes references, skips a heading, comments and empty lines", () => {
  const text =
    '\ufeffNumber;Customer\r\n+493023125001;A 1\r\n\r\n# not yet\r\n"+493023125002";"B 2"\r\n+493023125003\r\n';
  expect(readList("fax", text)).toEqual([
    { address: "+493023125001", reference: "A 1" },
    { address: "+493023125002", reference: "B 2" },
    { address: "+493023125003" },
  ]);
});

it("a line without a recipient is named by its number", () => {
  expect(readList("fax", "+493023125001\n\nsomebody,7\n")).toEqual({ line: 3, text: "somebody,7" });
});

it("a mistyped number in the first line is no heading", () => {
  expect(readList("fax", "+49 3O 23125 001\n+493023125002\n")).toEqual({ line: 1, text: "+49 3O 23125 001" });
  expect(readList("mail", "a b@ok.example\n")).toEqual({ line: 1, text: "a b@ok.example" });
});
