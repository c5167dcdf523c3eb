export type { Mailbox, MailboxConfig } from "./mailbox.ts";
export { openMailbox } from "./mailbox.ts";
export type { MailFault, Mood } from "./moods.ts";
export { MOODS, moodOf } from "./moods.ts";
export type { OpenedAttachment, OpenedMail } from "./opened.ts";
export type { ReceivedMail } from "./received.ts";
