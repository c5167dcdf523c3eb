export * from "./moods.ts";
export * from "./simulator.ts";
