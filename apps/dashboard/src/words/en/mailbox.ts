// Words of the mailbox room in English, under the keys of the German ones.

import type { de } from "../de/mailbox.ts";

export const en = {
  mailboxCount: "{n} {n|mail|mails}; the server keeps the latest 200",
  mailboxEmpty: "No mail has arrived yet.",
  mailboxSend: "Send the first one",
  mailboxSearch: "Search",
  mailboxNoMatch: "No mail contains that.",
  mailboxPick: "Choose a mail to read it.",
  mailboxGone: "This mail is not there (any more): the server keeps the latest 200.",
  mailboxMail: "Mail",
  mailboxNoSubject: "(no subject)",
  mailboxSize: "size",
  mailboxWith: "{n} attached",
  mailboxViews: "View",
  mailboxHtml: "HTML",
  mailboxText: "Text",
  mailboxHeaders: "Headers",
  mailboxRaw: "Raw",
  mailboxNoHtml: "This mail has no HTML part.",
  mailboxNoText: "This mail has no text part.",
  mailboxNoHeaders: "This mail came without header fields.",
  mailboxCut: "The view ends here; the whole source is in the .eml file.",
  mailboxFault: "No parser reads this mail ({why}); its source stands as it came",
  mailboxFiles: "Attachments",
  mailboxFile: "attachment",
  mailboxHtmlFrame: "HTML of the mail",
  mailboxRemote: "{n} {n|item at another place was|items at other places were} not loaded",
} satisfies Record<keyof typeof de, string>;
