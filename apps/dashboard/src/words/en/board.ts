// Words of the board room in English, under the keys of the German ones.

import type { de } from "../de/board.ts";

export const en = {
  boardQueue: "Queue",
  boardQueueOpen: "open",
  boardQueueOut: "handed out",
  boardQueueOutGloss: "Recipients in chunks that are being worked on.",
  boardQueueEmpty: "Nothing waits.",
  boardPages: "Pages per minute",
  boardPagesNow: "{now} now · at most {most} · {sum} in the last hour",
  boardPagesTable: "Pages per minute of the last hour",
  boardMinute: "Minute",
  boardStream: "Latest outcomes",
  boardStreamEmpty: "No outcome since this page was opened.",
  boardStreamPause: "Pause",
  boardStreamGo: "Go on",
  boardStreamMissed: "{n} since",
  boardAgain: "again at {time}",
  boardWhy: "Line {line}, {state}: the call tells why and how",
  boardNthOf: "no. {n}",
  boardAllQuiet: "Nothing has happened here yet.",
  boardTryIt: "Send a fax to a number of the simulation",
} satisfies Record<keyof typeof de, string>;
