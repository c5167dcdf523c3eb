export type { Mailbox, MailboxConfig } from "./mailbox.ts";
export { openMailbox } from "./mailbox.ts";
export type { Mood } from "./moods.ts";
export { MOODS, moodOf } from "./moods.ts";
export type { ReceivedMail } from "./received.ts";
