export * from "./account.ts";
export * from "./channel.ts";
export * from "./clock.ts";
export * from "./event.ts";
export * from "./job.ts";
export * from "./outcome.ts";
export * from "./retry.ts";
export * from "./settings.ts";
