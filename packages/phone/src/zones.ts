// Which price zone a number falls in, seen from Germany; the tariff table gives each zone its price.
import { EUROPEAN_CODES } from "./countries.ts";
import type { PhoneNumber } from "./parse.ts";

/** Zones of the tariff table. "service" holds German numbers with a price of their own (0180, 0700, short codes). */
export type TariffZone = "national" | "national-mobile" | "service" | "free" | "europe" | "world" | "satellite";

/** The price zone of a parsed number. */
export function tariffZone(number: Pick<PhoneNumber, "kind" | "country">): TariffZone {
  if (number.kind === "satellite") return "satellite";
  if (number.kind === "freephone") return "free";
  if (number.country !== "49") return EUROPEAN_CODES.has(number.country) ? "europe" : "world";
  if (number.kind === "geographic" || number.kind === "national") return "national";
  return number.kind === "mobile" ? "national-mobile" : "service";
}
