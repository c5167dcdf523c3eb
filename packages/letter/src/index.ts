export * from "./address-grammar.ts";
export * from "./address-zone.ts";
export * from "./calendar.ts";
export * from "./check.ts";
export type { CivilDate } from "./civil-date.ts";
export * from "./countries.ts";
export * from "./finding.ts";
export * from "./geometry.ts";
export * from "./postage.ts";
