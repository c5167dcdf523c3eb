export * from "./dle.ts";
export * from "./dte.ts";
export * from "./hdlc.ts";
export * from "./result-codes.ts";
