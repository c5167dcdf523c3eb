// The simulated world's own words (kinds of subscribers, machines, moods of messages) in the language of now.

import type { Outcome } from "@depesche/core";
import { t, type Word } from "../../language.ts";

/** What a call can meet, and the outcome that follows. */
export const CALL_KINDS = {
  machine: { word: "scenarioKindMachine", outcome: "OK" },
  busy: { word: "scenarioKindBusy", outcome: "BUSY" },
  "no-answer": { word: "scenarioKindNoAnswer", outcome: "NOANSWER" },
  voice: { word: "scenarioKindVoice", outcome: "VOICE" },
  unassigned: { word: "scenarioKindUnassigned", outcome: "NORING" },
  "network-fault": { word: "scenarioKindNetworkFault", outcome: "ISDNERR" },
  "no-service": { word: "scenarioKindNoService", outcome: "NOSERVICE" },
} as const satisfies Record<string, { word: Word; outcome: Outcome }>;

/** Fax machines by mood, and the outcome that follows; without one it depends on the number of pages. */
export const MACHINES: Record<string, { word: Word; outcome?: Outcome }> = {
  modern: { word: "scenarioMoodModern", outcome: "OK" },
  "cuts-page-1": { word: "scenarioMoodCutsPage1", outcome: "SENDFAIL" },
  "no-ecm-mr": { word: "scenarioMoodNoEcmMr", outcome: "OK" },
  "mh-9600": { word: "scenarioMoodMh9600", outcome: "OK" },
  "mh-4800": { word: "scenarioMoodMh4800", outcome: "OK" },
  "ecm-64": { word: "scenarioMoodEcm64", outcome: "OK" },
  "standard-only": { word: "scenarioMoodStandardOnly", outcome: "OK" },
  "refuses-once": { word: "scenarioMoodRefusesOnce", outcome: "OK" },
  "damages-frames": { word: "scenarioMoodDamagesFrames", outcome: "OK" },
  "ceiling-4800": { word: "scenarioMoodCeiling4800", outcome: "OK" },
  "out-of-paper": { word: "scenarioMoodOutOfPaper" },
  "hangs-up": { word: "scenarioMoodHangsUp", outcome: "SENDFAIL" },
  "no-paper": { word: "scenarioMoodNoPaper", outcome: "SENDFAIL" },
};

/** Machines that dial in only, by how they misbehave. */
export const DIALLERS: Record<string, Word> = {
  "cuts-in-page-1": "inboundMoodCutsInPage1",
  "hangs-up-after-page-1": "inboundMoodHangsUpAfterPage1",
  "never-ends": "inboundMoodNeverEnds",
  "never-commands": "inboundMoodNeverCommands",
  "trains-down": "inboundMoodTrainsDown",
  "loses-frames": "inboundMoodLosesFrames",
  misdials: "inboundMoodMisdials",
};

/** How a message is taken. */
export const SMS_MOODS: Record<string, Word> = {
  delivered: "scenarioSmsDelivered",
  "delivered-late": "scenarioSmsDeliveredLate",
  undelivered: "scenarioSmsUndelivered",
  failed: "scenarioSmsFailed",
  "never-told": "scenarioSmsNeverTold",
  rejected: "scenarioSmsRejected",
  unsubscribed: "scenarioSmsUnsubscribed",
  "throttled-first": "scenarioSmsThrottledFirst",
  "unknown-subscriber": "scenarioSmsUnknownSubscriber",
  "answer-lost": "scenarioSmsAnswerLost",
  silent: "scenarioSmsSilent",
  throttled: "scenarioSmsThrottled",
  "carrier-fault": "scenarioSmsCarrierFault",
};

/** A machine in words; `name` is the simulator's own phrase, for one this table does not know. */
export function machineWord(mood: string, name = mood): string {
  const known = MACHINES[mood]?.word ?? DIALLERS[mood];
  return known ? t(known) : name;
}

/** A mood of messages in words; itself when it is a new one. */
export function smsWord(mood: string): string {
  const known = SMS_MOODS[mood];
  return known ? t(known) : mood;
}
