export * from "./alphabet.ts";
export * from "./segment.ts";
export * from "./septets.ts";
