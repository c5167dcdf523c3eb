import { describe, expect, it } from "vitest";
import { parseAddress } from "./address-grammar.ts";
import { countryOf, isCountryCode } from "./countries.ts";

const codes = (...lines: string[]) => parseAddress(lines).findings.map((f) => f.code);

describe("an address in Germany", () => {
  it("ends with a five-digit postcode and the place", () => {
    const parsed = parseAddress([
      "Beispiel GmbH & Co. KG",
      "Frau Änne Müßig-Öztürk",
      "Große Straße 12a",
      "64283 Darmstadt",
    ]);
    expect(parsed).toEqual({ country: "DE", international: false, postcode: "64283", findings: [] });
  });

  it("takes two to seven lines", () => {
    expect(codes("A", "01067 Dresden")).toEqual([]);
    expect(codes("01067 Dresden")).toEqual(["address-too-few-lines"]);
    expect(codes("1", "2", "3", "4", "5", "6", "01067 Dresden")).toEqual([]);
    expect(codes("1", "2", "3", "4", "5", "6", "7", "01067 Dresden")).toEqual(["address-too-many-lines"]);
    expect(codes()).toEqual(["address-too-few-lines", "postcode-missing"]);
  });

  it.each([
    [["A", "6428 Darmstadt"], "postcode-wrong-length"],
    [["A", "642831 Darmstadt"], "postcode-wrong-length"],
    [["A", "00123 Nirgends"], "postcode-unknown"],
    [["A", "D-64283 Darmstadt"], "country-prefix"],
    [["A", "DE - 64283 Darmstadt"], "country-prefix"],
    [["A", "Darmstadt"], "postcode-missing"],
    [["A", "64283"], "postcode-missing"],
    [["A", "64283 Darmstadt", "Hinterhaus"], "postcode-not-last"],
    [["A", "64283 Darmstadt", "DEUTSCHLAND"], "country-germany"],
    [["A", "64283 Darmstadt", "Germany"], "country-germany"],
    [["A", "64283 Darmstadt", "DE"], "country-iso-code"],
  ])("with %j is %s", (lines, code) => {
    expect(codes(...lines)).toEqual([code]);
    expect(parseAddress(lines).international).toBe(false);
  });

  it("keeps its postcode though a country line follows", () => {
    expect(parseAddress(["A", "64283 Darmstadt", "DEUTSCHLAND"]).postcode).toBe("64283");
  });

  it("is told in one sentence what is wrong", () => {
    const [fault] = parseAddress(["A", "D-64283 Darmstadt"]).findings;
    expect(fault).toMatchObject({
      number: 3009,
      severity: "error",
      text: 'Write "D-64283" without a country code in front of it.',
      blankText: 'Write "%postcode%" without a country code in front of it.',
      parameters: [{ name: "postcode", value: "D-64283" }],
    });
  });
});

describe("an address abroad", () => {
  it.each([
    ["SCHWEIZ", "CH"],
    ["SWITZERLAND", "CH"],
    ["SUISSE", "CH"],
    ["ÖSTERREICH", "AT"],
    ["OESTERREICH", "AT"],
    ["OSTERREICH", "AT"],
    ["AUTRICHE", "AT"],
    ["GROSSBRITANNIEN", "GB"],
    ["VEREINIGTES KÖNIGREICH", "GB"],
    ["ETATS-UNIS", "US"],
    ["USA", "US"],
    ["BOSNIEN UND HERZEGOWINA", "BA"],
    ["BOSNIA AND HERZEGOVINA", "BA"],
    ["CÔTE D’IVOIRE", "CI"],
    ["COTE D'IVOIRE", "CI"],
    ["CZECH REPUBLIC", "CZ"],
    ["TÜRKEI", "TR"],
    ["TURKEY", "TR"],
  ])("ends with the country: %s is %s", (line, country) => {
    expect(parseAddress(["Herr Urs Muster", "Bahnhofstrasse 1", "8001 Zürich", line])).toEqual({
      country,
      international: true,
      findings: [],
    });
  });

  it("needs capitals, and is told which", () => {
    const parsed = parseAddress(["A", "8001 Zürich", "Schweiz"]);
    expect(parsed.international).toBe(true);
    expect(parsed.findings.map((f) => f.text)).toEqual([
      'Write the country in capitals: "SCHWEIZ" instead of "Schweiz".',
    ]);
  });

  it.each(["IT", "FR", "CH", "CHE"])("may not end with the ISO code %s", (code) => {
    expect(codes("A", "00100 Roma", code)).toEqual(["country-iso-code"]);
  });

  it("is not a place whose name only contains a country's", () => {
    expect(countryOf("Frankreichstraße 3")).toBeUndefined();
    expect(countryOf("")).toBeUndefined();
    expect(countryOf("(SCHWEIZ)")).toBeUndefined();
    expect(countryOf("X".repeat(1e6))).toBeUndefined();
    expect(isCountryCode("USA")).toBe(false);
    expect(isCountryCode("Ulm")).toBe(true);
  });
});
