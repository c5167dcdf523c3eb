import type { LadderField } from "@depesche/client";
import { expect, it } from "vitest";
import { compareRows } from "./compare-rows.ts";

const field = (bit: number, value: string, bits = 1): LadderField => ({ name: `bit ${bit}`, value, bit, bits });

it("tells what was used, what we did not choose and why, and what was not offered", () => {
  const dis = [
    field(10, "yes"),
    field(11, "V.27ter, V.29, V.17", 4),
    field(15, "yes"),
    field(16, "yes"),
    field(24, "yes"),
    field(26, "no"),
    field(27, "yes"),
    field(31, "yes"),
    field(41, "yes"),
  ];
  const dcs = [
    field(10, "yes"),
    field(11, "14400 bit/s V.17", 4),
    field(15, "yes"),
    field(16, "no"),
    field(24, "yes"),
    field(26, "no"),
    field(27, "yes"),
    field(31, "yes"),
  ];
  expect(compareRows(dis, dcs).map(({ bit, verdict, reason }) => [bit, verdict, reason])).toEqual([
    [10, "used", undefined],
    [11, "used", undefined],
    [15, "used", undefined],
    [16, "refused", "callWhyMmr"],
    [24, "frame", undefined],
    [26, "absent", undefined],
    [27, "used", undefined],
    [31, "used", undefined],
    [41, "refused", "callWhyFiner"],
  ]);
});

it("gives no verdict where nothing was chosen", () => {
  expect(compareRows([field(15, "yes")], undefined)).toEqual([
    { bit: 15, bits: 1, name: "bit 15", can: "yes", used: "–" },
  ]);
});
