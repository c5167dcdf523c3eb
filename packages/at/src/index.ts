export { createDce, type DceAction, type DceEvent, type DceOptions, type DceState, dceWakeUs, stepDce } from "./dce.ts";
export * from "./dle.ts";
export * from "./dte.ts";
export * from "./fax-modems.ts";
export * from "./hdlc.ts";
export * from "./result-codes.ts";
