// German and English: the words, and how numbers and times are written.

import { signal } from "./signal.ts";
import { de } from "./words/de.ts";
import { en } from "./words/en.ts";

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
