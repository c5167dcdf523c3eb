// German and English: which is spoken, and its words. A browser loads the one table it speaks.

import { ENGLISH, type Glossary } from "@depesche/client";
import { signal } from "./signal.ts";
import type { words as german } from "./words/all-de.ts";

export type Word = keyof typeof german;
export type Language = "de" | "en";

interface Table {
  words: Readonly<Record<Word, string>>;
  /** None in English, where what others say stands as it is. */
  glossary?: Glossary;
}

const KEY = "depesche.language";
const TABLES: Record<Language, () => Promise<Table>> = {
  de: () => import("./words/all-de.ts"),
  en: () => import("./words/all-en.ts"),
};

function preferred(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "de" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("de") ? "de" : "en";
}

export const language = signal<Language>("en");
let table: Table | undefined;

async function speak(next: Language): Promise<void> {
  table = await TABLES[next]();
  language.set(next);
}

/** Loads the words; nothing can be painted before. */
export function startLanguage(): Promise<void> {
  return speak(preferred());
}

export function setLanguage(next: Language): void {
  localStorage.setItem(KEY, next);
  // Where the table cannot be fetched (the gateway is away), the language stays.
  void speak(next).catch(() => undefined);
}

/** The word in the language of now; `{name}` is filled in, of `{name|row|rows}` the first where it is 1. */
export function t(word: Word, fill: Record<string, string | number> = {}): string {
  const text = table?.words[word] ?? "";
  return text.replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (_, name: string, one?: string, many?: string) => {
    const value = String(fill[name] ?? "");
    return one === undefined ? value : String(value === "1" ? one : many);
  });
}

/** Words of this language for what others say in English. */
export function glossary(): Glossary {
  return table?.glossary ?? ENGLISH;
}
