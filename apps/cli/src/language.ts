// English or German, by the environment; every sentence of the command line comes from the two tables in words/.

import { de } from "./words/de.ts";
import { deCommands } from "./words/de-commands.ts";
import { deLoad } from "./words/de-load.ts";
import { en } from "./words/en.ts";
import { enCommands } from "./words/en-commands.ts";
import { enLoad } from "./words/en-load.ts";

const english = { ...en, ...enCommands, ...enLoad };
const german = { ...de, ...deCommands, ...deLoad };

export type WordKey = keyof typeof english;
export type Language = "en" | "de";
export type Values = Readonly<Record<string, string | number>>;
/** A sentence of the tables with its places filled: `{name}`, or `{n|one|many}` which chooses by the number n. */
export type Say = (key: WordKey, values?: Values) => string;

export const TABLES: Record<Language, Readonly<Record<WordKey, string>>> = { en: english, de: german };

/** POSIX order of precedence; the C locale names no language, so it does not end the search. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  for (const name of ["LC_ALL", "LC_MESSAGES", "LANG"]) {
    const given = env[name] ?? "";
    if (given !== "" && !/^(C|POSIX)(\.|$)/.test(given)) return /^de([_.@-]|$)/i.test(given) ? "de" : "en";
  }
  return "en";
}

export function isWordKey(key: string): key is WordKey {
  return Object.hasOwn(english, key);
}

export function sayIn(language: Language): Say {
  const table = TABLES[language];
  return (key, values = {}) => fill(table[key], values);
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (place, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return place;
    if (many === undefined) return String(value);
    return Number(value) === 1 ? (one as string) : many;
  });
}
