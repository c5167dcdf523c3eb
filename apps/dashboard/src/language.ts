// German and English: the words of all rooms, and which language is spoken.

import { signal } from "./signal.ts";
import * as board from "./words/board.ts";
import * as call from "./words/call.ts";
import * as chaos from "./words/chaos.ts";
import { de as commonDe } from "./words/de.ts";
import * as dispatch from "./words/dispatch.ts";
import { en as commonEn } from "./words/en.ts";
import * as failures from "./words/failures.ts";
import * as inbound from "./words/inbound.ts";
import * as job from "./words/job.ts";
import * as letters from "./words/letters.ts";
import * as mailbox from "./words/mailbox.ts";
import * as pages from "./words/pages.ts";
import * as phone from "./words/phone.ts";
import * as scenario from "./words/scenario.ts";

const de = {
  ...commonDe,
  ...board.de,
  ...job.de,
  ...dispatch.de,
  ...call.de,
  ...pages.de,
  ...failures.de,
  ...inbound.de,
  ...chaos.de,
  ...phone.de,
  ...mailbox.de,
  ...letters.de,
  ...scenario.de,
};
const en: Record<keyof typeof de, string> = {
  ...commonEn,
  ...board.en,
  ...job.en,
  ...dispatch.en,
  ...call.en,
  ...pages.en,
  ...failures.en,
  ...inbound.en,
  ...chaos.en,
  ...phone.en,
  ...mailbox.en,
  ...letters.en,
  ...scenario.en,
};

export type Word = keyof typeof de;
export type Language = "de" | "en";

const KEY = "depesche.language";
const TABLES: Record<Language, Record<Word, string>> = { de, en };

function initial(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "de" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("de") ? "de" : "en";
}

export const language = signal<Language>(initial());

export function setLanguage(next: Language): void {
  localStorage.setItem(KEY, next);
  language.set(next);
}

/** The word in the language of now; `{name}` is filled in. */
export function t(word: Word, fill: Record<string, string | number> = {}): string {
  const text = TABLES[language.get()][word];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(fill[name] ?? ""));
}
