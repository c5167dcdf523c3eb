// Words of a language other than English for what the gateway says; in English its own text stands.

import type { Cause } from "@depesche/core";
import type { LadderLine } from "./resources.ts";

/** Tables by the code of what is said; a code without a word keeps the text it came with. */
export interface Glossary {
  /** Causes of an attempt, in the order of packages/t30/src/outcome.ts; then signalling, the channel, the house. */
  causes: Readonly<Record<string, string>>;
  /** SIP final answers, as packages/fax-lines/t38/src/answers.ts has them. */
  answers: Readonly<Record<string, string>>;
  otherAnswer?(status: string): string;
  /** What a frame or tone says. */
  says: Readonly<Record<string, string>>;
  /** A timer of T.30 ran out. */
  expired?(timer: string): string;
  /** Faults of chaos, `channel.fault`. */
  faults: Readonly<Record<string, string>>;
}

/** English: the gateway's own words stand. */
export const ENGLISH: Glossary = { causes: {}, answers: {}, says: {}, faults: {} };

/** The cause in plain words; for codes the table does not know the gateway's own. */
export function causeWords({ causes, answers, otherAnswer }: Glossary, { code, text }: Cause): string {
  if (causes[code]) return causes[code];
  const answer = /^sip-(\d{3})$/.exec(code)?.[1];
  return (answer && (answers[answer] ?? otherAnswer?.(answer))) || text;
}

/** What a row of a ladder means. */
export function meaningWords({ says, expired }: Glossary, line: Pick<LadderLine, "kind" | "name" | "meaning">): string {
  if (line.kind === "timer") return expired?.(line.name) ?? line.meaning;
  return says[line.name] ?? (line.kind === "frame" ? says[line.name.replace(/-.*/, "")] : undefined) ?? line.meaning;
}
