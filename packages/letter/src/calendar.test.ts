import { describe, expect, it } from "vitest";
import { cutOffOf, easterSunday, isHoliday, type Land, productionDay } from "./calendar.ts";
import { berlinDate, civilDate, dateText, dayNumber, weekday } from "./civil-date.ts";

const on = (iso: string, land?: Land) => productionDay(Date.parse(iso), land ? { land } : {});
const at = (text: string) => civilDate(Date.parse(text) / 86_400_000);

describe("the production day", () => {
  it.each([
    ["2026-03-12T14:29:59+01:00", "2026-03-12", "before the cut-off"],
    ["2026-03-12T14:30:00+01:00", "2026-03-13", "at the cut-off"],
    ["2026-03-13T15:00:00+01:00", "2026-03-16", "Friday afternoon"],
    ["2026-04-02T14:31:00+02:00", "2026-04-07", "Good Friday 3 Apr, Easter Monday 6 Apr"],
    ["2026-03-29T02:30:00+02:00", "2026-03-30", "00:30Z on the Sunday of the DST change"],
    ["2026-12-24T14:31:00+01:00", "2026-12-28", "25 and 26 Dec are holidays, 26th a Saturday"],
    ["2026-05-14T09:00:00+02:00", "2026-05-15", "Ascension Day"],
  ])("of an order at %s is %s (%s)", (ordered, produced) => {
    expect(on(ordered)).toBe(produced);
  });

  it("depends on the Land: Corpus Christi is a holiday in Hessen, not in Berlin", () => {
    expect(on("2026-06-04T09:00:00+02:00", "HE")).toBe("2026-06-05");
    expect(on("2027-05-27T09:00:00+02:00", "HE")).toBe("2027-05-28");
    expect(on("2026-06-04T09:00:00+02:00", "BE")).toBe("2026-06-04");
    expect(on("2026-06-04T09:00:00+02:00")).toBe("2026-06-04");
  });

  it("has its cut-off at 14:30 local time in summer and in winter", () => {
    expect(cutOffOf("2026-03-27")).toBe(Date.parse("2026-03-27T13:30:00Z"));
    expect(cutOffOf("2026-03-30")).toBe(Date.parse("2026-03-30T12:30:00Z"));
  });
});

describe("holidays", () => {
  it("fall on the right days around Easter", () => {
    const easters = [2024, 2025, 2026, 2027, 2038].map((y) => dateText(civilDate(easterSunday(y))));
    expect(easters).toEqual(["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"]);
    for (const day of ["2026-04-03", "2026-04-06", "2026-05-14", "2026-05-25", "2027-03-26", "2027-05-06"]) {
      expect(isHoliday(at(day)), day).toBe(true);
    }
    expect(isHoliday(at("2026-04-04"))).toBe(false);
  });

  it("know the Wednesday of repentance in Saxony and the days that came late", () => {
    expect(isHoliday(at("2026-11-18"), "SN")).toBe(true);
    expect(isHoliday(at("2022-11-16"), "SN")).toBe(true);
    expect(isHoliday(at("2026-11-18"), "BY")).toBe(false);
    expect(isHoliday(at("2018-03-08"), "BE")).toBe(false);
    expect(isHoliday(at("2019-03-08"), "BE")).toBe(true);
    expect(isHoliday(at("2025-05-08"), "BE")).toBe(true);
    expect(isHoliday(at("2026-05-08"), "BE")).toBe(false);
  });
});

describe("civil dates", () => {
  it("agree with the platform's calendar over four centuries", () => {
    for (let day = dayNumber({ year: 1890, month: 1, day: 1 }); day < 120_000; day += 13) {
      const platform = new Date(day * 86_400_000);
      expect(dateText(civilDate(day))).toBe(platform.toISOString().slice(0, 10));
      expect(dayNumber(civilDate(day))).toBe(day);
      expect(weekday(day)).toBe(platform.getUTCDay());
    }
  });

  it("agree with the platform's time-zone data for Berlin", () => {
    const berlin = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "Europe/Berlin",
      dateStyle: "short",
      timeStyle: "short",
    });
    const differences: string[] = [];
    const end = Date.parse("2032-01-01");
    for (let instant = Date.parse("2020-01-01T00:30:00Z"); instant < end; instant += 21_600_000) {
      const d = berlinDate(instant);
      const text = `${dateText(d)} ${String(d.hour).padStart(2, "0")}:${String(d.minute).padStart(2, "0")}`;
      if (text !== berlin.format(instant)) differences.push(`${text} is ${berlin.format(instant)}`);
    }
    expect(differences).toEqual([]);
  });
});
