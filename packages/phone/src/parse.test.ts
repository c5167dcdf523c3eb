import { describe, expect, it } from "vitest";
import { barredReason, formatNumber, parseNumber, tariffZone } from "./index.ts";

const parse = (text: string) => parseNumber(text, { country: "49" });
const e164 = (text: string) => {
  const parsed = parse(text);
  return parsed.ok ? parsed.e164 : parsed.problem;
};
const kind = (text: string) => {
  const parsed = parse(text);
  return parsed.ok ? parsed.kind : parsed.problem;
};

describe("parseNumber", () => {
  it.each([
    "+49 30 23125-001",
    "0049 30 23125001",
    "030/23125001",
    "(030) 23125 001",
    "+49 (0)30 23125001",
    "+49(0)3023125001",
    "(0)30 23125001",
    "+49030 23125001",
    "49 30 23125001",
    "  030.23125.001\t",
    "030\u00a023125\u2013001",
    "\u202a+49 30 23125001\u202c",
    "\u2068+49 (0)30 23125001\u2069",
  ])("reads %s as the same number", (text) => {
    expect(e164(text)).toBe("+493023125001");
  });

  it("keeps the leading zero of Italian numbers", () => {
    expect(e164("+39 06 12345678")).toBe("+390612345678");
  });

  it.each([
    ["", "empty"],
    ["  ()", "empty"],
    ["+", "invalid-character"],
    ["030-CALL", "invalid-character"],
    ["++4930123456", "invalid-character"],
    ["49+30123456", "invalid-character"],
    ["123", "no-area-code"],
    ["23125001", "no-area-code"],
    ["+4930", "too-short"],
    ["+49301234567890123", "too-long"],
    [`+49${"0".repeat(100_000)}`, "too-long"],
    ["+9991234567", "unknown-country"],
    ["00000", "unknown-country"],
    ["+4919912345", "unknown-range"],
    ["01033 030 123456", "unknown-range"],
  ])("refuses %j by name", (text, problem) => {
    expect(parse(text)).toEqual({ ok: false, problem });
  });

  it.each([
    ["030 23125001", "geographic"],
    ["0171 3920001", "mobile"],
    ["01511 2345678", "mobile"],
    ["032 221234567", "national"],
    ["0800 1234567", "freephone"],
    ["0700 12345678", "personal"],
    ["0180 2 123456", "shared-cost"],
    ["0180 5 123456", "premium-service"],
    ["0180 9 123456", "premium-service"],
    ["0900 1 234567", "premium-0900"],
    ["0190 123456", "premium-0900"],
    ["0137 1234567", "premium-0137"],
    ["0138 1234567", "premium-0137"],
    ["11880", "premium-service"],
    ["+49 11833", "premium-service"],
    ["110", "emergency"],
    ["112", "emergency"],
    ["+49112", "emergency"],
    ["115", "short-code"],
    ["116117", "short-code"],
    ["+8816 12345678", "satellite"],
    ["+870 773123456", "satellite"],
    ["+44 909 8790000", "premium-foreign"],
    ["+43 900 123456", "premium-foreign"],
    ["+421 900 123456", "premium-foreign"],
    ["+421 905 123456", "international"],
    ["+44 20 79460000", "international"],
    ["+43 1 7123456", "international"],
  ])("tells that %s is %s", (text, expected) => {
    expect(kind(text)).toBe(expected);
  });

  it("knows a foreign number by the home country", () => {
    expect(parse("+43 1 7123456")).toMatchObject({ foreign: true, country: "43" });
    expect(parse("+49 30 23125001")).toMatchObject({ foreign: false, country: "49" });
    expect(parseNumber("01 7123456", { country: "43" })).toMatchObject({ e164: "+4317123456", foreign: false });
  });
});

describe("barredReason", () => {
  it("groups the kinds as FAX.de's codes 45, 46, 47 and -5 do", () => {
    expect(barredReason("premium-0900")).toBe("premium-0900");
    expect(barredReason("premium-0137")).toBe("premium-0137");
    expect(barredReason("satellite")).toBe("premium-service");
    expect(barredReason("premium-foreign")).toBe("premium-service");
    expect(barredReason("emergency")).toBe("blocked");
    expect(barredReason("geographic")).toBeUndefined();
  });
});

describe("formatNumber", () => {
  it.each([
    ["+493023125001", "+49 30 23125 001"],
    ["+491713920001", "+49 171 39200 01"],
    ["+492214710123", "+49 221 47101 23"],
    ["+496151123456", "+49 6151 123 456"],
    ["+49112", "+49 112"],
    ["+12025550143", "+1 202 555 0143"],
    ["not a number", "not a number"],
  ])("writes %s as %s", (number, text) => {
    expect(formatNumber(number)).toBe(text);
  });
});

describe("tariffZone", () => {
  it.each([
    ["030 23125001", "national"],
    ["0171 3920001", "national-mobile"],
    ["0180 2 123456", "service"],
    ["0800 1234567", "free"],
    ["+43 1 7123456", "europe"],
    ["+1 202 5550143", "world"],
    ["+870 773123456", "satellite"],
  ])("puts %s into zone %s", (text, zone) => {
    const parsed = parse(text);
    expect(parsed.ok && tariffZone(parsed)).toBe(zone);
  });
});
