/** Why a call came to an end before there was a line for the fax: its outcome and cause. */

import type { Cause, Outcome } from "@depesche/core";
import { CAUSES } from "@depesche/t30";

export interface Ended {
  kind: "ended";
  outcome: Outcome;
  cause: Cause;
  /** Our own stop ended it. */
  stopped?: true;
}

/** One of T.30's own causes. */
export function endedBy(code: keyof typeof CAUSES): Ended {
  const { outcome, en } = CAUSES[code];
  return { kind: "ended", outcome, cause: { code, text: en } };
}

const ended = (outcome: Outcome, code: string, text: string): Ended => ({
  kind: "ended",
  outcome,
  cause: { code, text },
});

export const STOPPED: Ended = { ...endedBy("stopped"), stopped: true };
export const T38_REFUSED = ended(
  "NOSERVICE",
  "t38-refused",
  "The far end, or the network before it, does not take T.38.",
);
export const T38_TRANSPORT = ended(
  "NOSERVICE",
  "t38-transport",
  "The far end wants a T.38 transport that was not offered.",
);
export const NO_FAX_MEDIA = ended("VOICE", "no-fax-media", "The call was answered, but not by a fax machine.");
export const MEDIA_LOST = ended("ISDNERR", "media-lost", "The connection that carried the fax was lost.");
export const MEDIA_SILENT = ended(
  "ISDNERR",
  "media-silent",
  "The call was answered, but not a single packet of sound came.",
);
export const CALLER_GONE = ended("ISDNERR", "caller-gone", "The caller was gone before the fax began.");
export const NO_PORT = ended("ISDNERR", "no-media-port", "No port was free for the fax stream.");
