export type { LetterChannelConfig, LetterDelivery } from "./work.ts";
export { letterWork } from "./work.ts";
