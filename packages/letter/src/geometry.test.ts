import { expect, it } from "vitest";
import { ADDRESS_FIELD, boxAround, cureFor, DV_ZONE, overlap, RECIPIENT_ZONE, SENDER_ZONE } from "./geometry.ts";

const box = (xMm: number, yMm: number, widthMm: number, heightMm: number) => ({ xMm, yMm, widthMm, heightMm });

it("the zones of the newer rule stand apart and within the window", () => {
  const zones = [SENDER_ZONE, DV_ZONE, RECIPIENT_ZONE];
  for (const [i, a] of zones.entries()) for (const b of zones.slice(i + 1)) expect(overlap(a, b)).toBe(false);
  expect(boxAround(zones)).toEqual(ADDRESS_FIELD);
});

it("a box within the zone needs no cure, a millimetre over its edge neither", () => {
  expect(cureFor(box(20, 69, 85, 21), RECIPIENT_ZONE)).toBeUndefined();
  expect(cureFor(box(19, 68, 20, 20), RECIPIENT_ZONE)).toBeUndefined();
});

it("a box outside is moved the shortest way in", () => {
  expect(cureFor(box(10, 50, 40, 10), RECIPIENT_ZONE)).toEqual({ offsetX: 10, offsetY: 19 });
  expect(cureFor(box(80, 85, 40, 10), RECIPIENT_ZONE)).toEqual({ offsetX: -15, offsetY: -5 });
});

it("a box too large for the zone is brought to its top left, not beyond", () => {
  expect(cureFor(box(30, 75, 100, 40), RECIPIENT_ZONE)).toEqual({ offsetX: -10, offsetY: -6 });
});
