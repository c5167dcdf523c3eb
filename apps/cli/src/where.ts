// `--where 'outcome=BUSY and to=+4930'`: a closed list of fields, each at most once, joined by "and"; read into the API's filter.

import type { FailureFilter } from "@depesche/client";
import { OUTCOMES } from "@depesche/core";
import { nearest } from "./command.ts";
import type { Values, WordKey } from "./language.ts";
import { pointInTime } from "./times.ts";

export const WHERE_FIELDS = ["outcome", "channel", "cause", "job", "to", "since"] as const;
type Field = (typeof WHERE_FIELDS)[number];

/** What cannot be read; `at`: the character it begins with, from 1. */
export interface WhereProblem {
  ok: false;
  at: number;
  key: Extract<WordKey, `where.${string}`>;
  values: Values;
}

interface Word {
  text: string;
  at: number;
  quoted: boolean;
}

const CHANNELS = ["fax", "sms", "mail", "letter"] as const;

/** Reads an expression. `now`: wall time in ms since 1970, from which `since=2h` counts back. */
export function readWhere(text: string, now: number): { ok: true; filter: FailureFilter } | WhereProblem {
  const words = split(text);
  if (!Array.isArray(words)) return words;
  const end = text.trimEnd().length + 1;
  const filter: FailureFilter = {};
  const seen = new Set<Field>();
  for (let i = 0; ; i += 4) {
    const [name, equals, value, joint] = [words[i], words[i + 1], words[i + 2], words[i + 3]];
    if (!name) return problem(end, "where.field-missing", { known: WHERE_FIELDS.join(", ") });
    const field = WHERE_FIELDS.find((known) => known === name.text.toLowerCase());
    if (!field || name.quoted) return unknown(name, WHERE_FIELDS, "where.field");
    if (!equals) return problem(end, "where.equals", { field });
    if (equals.text !== "=") return problem(equals.at, "where.equals", { field });
    if (!value || (value.text === "=" && !value.quoted)) return problem(value?.at ?? end, "where.value", { field });
    if (seen.has(field)) return problem(name.at, "where.twice", { field });
    seen.add(field);
    const wrong = take(filter, field, value, now);
    if (wrong) return wrong;
    if (!joint) return { ok: true, filter };
    if (joint.text.toLowerCase() !== "and") return problem(joint.at, "where.and", { given: joint.text });
  }
}

/** Words, quoted words and equals signs. */
function split(text: string): Word[] | WhereProblem {
  const words: Word[] = [];
  for (const m of text.matchAll(/\s+|(=)|"([^"]*)"|'([^']*)'|(["'])|([^\s="']+)/g)) {
    const [, equals, double, single, open, bare] = m;
    const at = m.index + 1;
    if (open !== undefined) return problem(at, "where.quote", { quote: open });
    const text = equals ?? bare ?? double ?? single;
    if (text !== undefined) words.push({ text, at, quoted: double !== undefined || single !== undefined });
  }
  return words;
}

function take(filter: FailureFilter, field: Field, word: Word, now: number): WhereProblem | undefined {
  const given = word.text;
  switch (field) {
    case "outcome": {
      const found = OUTCOMES.find((o) => o === given.toUpperCase());
      if (!found) return unknown(word, OUTCOMES, "where.outcome");
      filter.outcome = found;
      return;
    }
    case "channel": {
      const found = CHANNELS.find((c) => c === given.toLowerCase());
      if (!found) return unknown(word, CHANNELS, "where.channel");
      filter.channel = found;
      return;
    }
    case "cause":
      if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(given)) return problem(word.at, "where.cause", { given });
      filter.cause = given;
      return;
    case "job":
      if (!/^[1-9]\d{0,14}$/.test(given)) return problem(word.at, "where.job", { given });
      filter.job = Number(given);
      return;
    case "to":
      if (!/^(\+\d{1,15}|@[^\s@]{1,255})$/.test(given)) return problem(word.at, "where.to", { given });
      filter.address = given;
      return;
    case "since": {
      const at = pastTime(given, now);
      if (at === undefined) return problem(word.at, "where.since", { given });
      filter.since = new Date(at).toISOString();
    }
  }
}

/** `2h`: so long ago; else a date with time. */
function pastTime(given: string, now: number): number | undefined {
  const m = /^(\d{1,6})([smhd])$/.exec(given);
  if (!m) return pointInTime(given)?.getTime();
  return now - Number(m[1]) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[m[2] as "s" | "m" | "h" | "d"];
}

function unknown(word: Word, known: readonly string[], key: "where.field" | "where.outcome" | "where.channel") {
  const names = known.join(", ");
  const like = nearest(
    word.text.toUpperCase(),
    known.map((k) => k.toUpperCase()),
  );
  const meant = known.find((k) => k.toUpperCase() === like);
  return meant === undefined
    ? problem(word.at, key, { given: word.text, known: names })
    : problem(word.at, `${key}-meant`, { given: word.text, known: names, meant });
}

function problem(at: number, key: WhereProblem["key"], values: Values): WhereProblem {
  return { ok: false, at, key, values };
}
