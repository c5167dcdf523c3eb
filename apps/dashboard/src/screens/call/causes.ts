// Why a call ended, by cause code: in plain words of the language, and which row of the ladder decided it.

import { causeWords as causeIn, type LadderLine, meaningWords } from "@depesche/client";
import type { Cause } from "@depesche/core";
import { glossary } from "../../language.ts";

/** The cause in plain words of the language of now. */
export const causeWords = (cause: Cause): string => causeIn(glossary(), cause);

type Rule = (line: LadderLine) => boolean;
const named =
  (...names: string[]): Rule =>
  (line) =>
    line.kind === "frame" && names.some((name) => line.name === name || line.name.startsWith(`${name}-`));
const timer =
  (...names: string[]): Rule =>
  (line) =>
    line.kind === "timer" && names.includes(line.name);
const hangUp: Rule = (line) => line.kind === "sip" && /^(BYE|CANCEL)/.test(line.name);
const invited: Rule = (line) => line.name === "INVITE";

/** What to look for, in order of preference; the last such row is the one. */
const DECIDED: readonly [RegExp, ...Rule[]][] = [
  [/^completed$/, named("MCF", "RTP", "PIP")],
  [/^(no-fax-tone|no-dis)$/, timer("T1")],
  [/^no-answer-to|^not-ready$/, timer("T4", "T5")],
  [/^training-failed$/, named("FTT")],
  [/^page-refused$/, named("RTN", "PIN")],
  [/^frames-not-corrected$/, named("ERR", "EOR", "PPR")],
  [/^(cannot-receive|no-common-modulation)$/, named("DIS")],
  [/disconnected/, named("DCN")],
  [/hung-up|gone|lost/, hangUp],
  [/^no-fax-media$|^t38-transport$/, (line) => /^2\d\d /.test(line.name)],
  [/^(ring-limit|sip-timeout|interrupted)$/, hangUp, invited],
  [/./, named("DCN"), hangUp],
];

/** The row at which the call was decided; undefined when the ladder shows none. */
export function decidedAt(lines: readonly LadderLine[], code: string): number | undefined {
  const answer = /^sip-(\d{3})$/.exec(code)?.[1];
  const rules: readonly Rule[] = answer
    ? [(line) => line.kind === "sip" && line.name.startsWith(answer)]
    : (DECIDED.find(([codes]) => codes.test(code))?.slice(1) as Rule[]);
  for (const rule of rules) {
    const at = lines.findLastIndex(rule);
    if (at >= 0) return at;
  }
  return undefined;
}

/** What a row means, in the language of now. */
export const meaningOf = (line: LadderLine): string => meaningWords(glossary(), line);
