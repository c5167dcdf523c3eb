// Words of the job room in English, under the keys of the German ones.

import type { de } from "../de/job.ts";

export const en = {
  jobTabs: "Views of the job",
  jobTabRaw: "Raw",
  jobAccount: "account",
  jobPrice: "price",
  jobStop: "Stop",
  jobStopTitle: "Stop job {id}?",
  jobStopAsk:
    "{n} {n|recipient is|recipients are} still open and will not be tried any more. What is on the line runs to its end. This cannot be undone.",
  jobAgainYes: "Send {n} again",
  jobAgainAsk: "{n} {n|recipient failed and goes|recipients failed and go} out once more as a new job.",
  jobAgainNone: "None of the failed recipients can be sent again (yet).",
  jobAgainWhich: "Which ones",
  jobSearch: "Search number or reference",
  jobNoMatch: "No recipient matches this filter.",
  jobNoSuchRecipient: "The job has no such recipient.",
  jobNoContent: "This job has no content to show.",
  jobOnTheLine: "on the line",
  jobDueAt: "next attempt",
  jobDueNow: "waits for a free line",
  jobWaited: "waited {time}",
  jobCallOf: "{attempt}, {outcome}: look at the call",
  jobRawNone: "Request and answer of this job are not kept (any more).",
  jobRawTook: "system time, answered in {n} ms",
  jobRawPretty: "indented",
  jobRawRequest: "Request",
  jobRawAnswer: "Answer",
  jobRawHeaders: "Headers",
  jobRawBytes: "{n} bytes",
  jobRawCopy: "Copy",
  jobRawCopied: "copied",
  jobRawEmpty: "(empty)",
} satisfies Record<keyof typeof de, string>;
