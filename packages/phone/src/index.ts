export { COUNTRY_CODES, countryCodeOf, EUROPEAN_CODES } from "./countries.ts";
export { formatNumber } from "./format.ts";
export { type BarredReason, barredReason, type NumberKind } from "./kinds.ts";
export {
  type ParsedNumber,
  type ParseNumberOptions,
  type PhoneNumber,
  type PhoneProblem,
  parseNumber,
} from "./parse.ts";
export { type TariffZone, tariffZone } from "./zones.ts";
