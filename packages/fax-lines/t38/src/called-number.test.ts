// How real exchanges write the number of a call, in INVITEs as they come.

import { parseMessage } from "@depesche/sip";
import type { IncomingCall } from "@depesche/wire-sip";
import { expect, it } from "vitest";
import { calledNumber } from "./called-number.ts";

const NUMBERS = ["+493023125900", "+493023125901", "+4940111900"];

function called(user: string, headers: readonly string[] = []): string | undefined {
  const lines = [`INVITE sip:${user}@192.0.2.1:5060 SIP/2.0`, "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1"];
  lines.push("From: <sip:030123@pbx.example>;tag=1", "Call-ID: 1", "CSeq: 1 INVITE", "Max-Forwards: 70", ...headers);
  if (!headers.some((line) => line.startsWith("To:"))) lines.push(`To: <sip:${user}@pbx.example>`);
  const parsed = parseMessage(new TextEncoder().encode(`${lines.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`));
  if (!parsed.ok || parsed.message.kind !== "request") throw new Error("no request");
  return calledNumber({ called: decodeURIComponent(user), invite: parsed.message } as IncomingCall, NUMBERS);
}

it("a number is known with its country, with 0 or 00 before it, without its area, and with signs between the digits", () => {
  const written = ["+493023125900", "493023125900", "00493023125900", "03023125900", "23125900", "+49-30-23125-900"];
  expect(written.map((user) => called(user))).toEqual(written.map(() => "+493023125900"));
});

it("what fits several numbers, or is shorter than an extension, is none of them; the whole number always is", () => {
  expect(["900", "00", "1", "23125999", "+4930231259"].map((user) => called(user))).toEqual(Array(5).fill(undefined));
  expect(called("901")).toBe("+493023125901");
  expect(called("+4940111900")).toBe("+4940111900");
});

it("a call to our own user name has the number in To or P-Called-Party-ID", () => {
  expect(called("fax7", ['To: "Fax" <sip:03023125901@pbx.example>'])).toBe("+493023125901");
  const ims = ["To: <sip:fax7@pbx.example>", "P-Called-Party-ID: <sip:+4940111900@pbx.example>"];
  expect(called("fax7", ims)).toBe("+4940111900");
  expect(called("fax901")).toBeUndefined();
});
