export * from "./answers.ts";
export * from "./carrier.ts";
export * from "./status-callback.ts";
