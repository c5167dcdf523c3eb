import { describe, expect, it } from "vitest";
import { priceOf, TARIFFS, tariffAt, type Usage } from "./tariff.ts";

const none: Usage = { channel: "null", international: false, messages: 0, minutes: 0, pages: 0 };
const newYear = Date.UTC(2026, 0, 1);

describe("the tariff", () => {
  it("is the one in force at the time, the first for all before", () => {
    expect(tariffAt(newYear).name).toBe("Demo 2026");
    expect(tariffAt(newYear - 1).name).toBe("Demo 2025");
    expect(tariffAt(-1).name).toBe("Demo 2025");
    expect(TARIFFS.map((t) => t.from)).toEqual(TARIFFS.map((t) => t.from).sort((a, b) => a - b));
  });

  it("charges faxes by the page in 2025, by the begun minute from 2026 on, abroad more", () => {
    const fax = { ...none, channel: "fax", messages: 3, minutes: 4, pages: 10 } as const;
    expect(priceOf(tariffAt(newYear - 1), [fax])).toBe(49_000);
    expect(priceOf(tariffAt(newYear), [fax])).toBe(15_600);
    expect(priceOf(tariffAt(newYear), [{ ...fax, international: true }, fax])).toBe(51_600 + 15_600);
  });

  it("charges SMS by the part and mail by the message", () => {
    expect(priceOf(tariffAt(newYear), [{ ...none, channel: "sms", messages: 2, pages: 6 }])).toBe(47_400);
    expect(priceOf(tariffAt(newYear), [{ ...none, channel: "mail", messages: 5, pages: 5 }])).toBe(1_000);
  });

  it("charges letters by class, with Deutsche Post's postage of 2025 and 2026", () => {
    const letter = (letterClass: Usage["letterClass"], international = false) =>
      priceOf(tariffAt(newYear), [{ ...none, channel: "letter", messages: 1, pages: 1, letterClass, international }]);
    const classes = ["Standardbrief", "Kompaktbrief", "Grossbrief", "Maxibrief"] as const;
    expect(classes.map((c) => letter(c) - 29_000)).toEqual([95_000, 110_000, 180_000, 290_000]);
    expect(classes.map((c) => letter(c, true) - 29_000)).toEqual([125_000, 180_000, 330_000, 650_000]);
    expect(letter(undefined)).toBe(letter("Standardbrief"));
  });

  it("charges nothing for what was not delivered, or sent nowhere", () => {
    expect(priceOf(tariffAt(newYear), [])).toBe(0);
    expect(priceOf(tariffAt(newYear), [{ ...none, messages: 9, pages: 9 }])).toBe(0);
  });
});
