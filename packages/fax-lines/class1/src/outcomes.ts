/** What a modem said of a call, or how it failed, as outcomes: one table each. */

import type { DialResult, DteProblem } from "@depesche/at";
import type { Cause, Outcome } from "@depesche/core";
import type { ModemPlaceProblem } from "@depesche/wire-modem";

/** How a modem failed: it cannot be reached, it went away, or it does not do what a Class 1 modem does. */
export type ModemProblem = DteProblem | ModemPlaceProblem | "modem-gone";

export interface Ended {
  outcome: Outcome;
  cause: Cause;
  /** Nothing of the document went out, and the same call may do better later. */
  temporary: boolean;
}

const ended = (outcome: Outcome, code: string, text: string, temporary = false): Ended => ({
  outcome,
  cause: { code, text },
  temporary,
});

/**
 * A modem hears tones only. NO CARRIER is what it says of a person who answers, and of whatever the network plays in the
 * place of a busy tone.
 */
const REFUSALS: Readonly<Record<DialResult, Ended>> = {
  busy: ended("BUSY", "modem-busy", "The number is busy."),
  "no-answer": ended("NOANSWER", "modem-no-answer", "Nobody answered."),
  "no-carrier": ended("VOICE", "modem-no-carrier", "The modem heard no fax machine."),
  voice: ended("VOICE", "modem-voice", "The call was answered, and the modem heard a voice."),
  "no-dialtone": ended("ISDNERR", "modem-no-dialtone", "The modem heard no dial tone on its line.", true),
  refused: ended("ISDNERR", "modem-refused", "The modem did not dial the number.", true),
};

export function refusalOf(how: DialResult): Ended {
  return REFUSALS[how];
}

const PROBLEMS: Readonly<Record<ModemProblem, string>> = {
  "modem-silent": "The modem did not answer any more.",
  "modem-garbage": "The modem answered what no modem answers.",
  "modem-not-class1": "The modem does not know fax class 1.",
  "modem-refuses-setup": "The modem refused a command of its set-up.",
  "modem-not-there": "The modem could not be reached.",
  "modem-not-allowed": "The modem's device may not be opened.",
  "modem-not-a-terminal": "The modem's device is not a serial line.",
  "modem-taken": "The modem's device is in use.",
  "modem-gone": "The connection to the modem was lost.",
};

/** A call that a failing modem ended; only one of which nothing had been sent may be repeated as if it had not been. */
export function problemOf(problem: ModemProblem, pageSent: boolean): Ended {
  return ended("ISDNERR", problem, PROBLEMS[problem], !pageSent);
}
