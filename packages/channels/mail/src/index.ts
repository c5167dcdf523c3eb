export type { MailChannelConfig } from "./work.ts";
export { mailWork } from "./work.ts";
