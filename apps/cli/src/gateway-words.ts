// What the gateway says in English, in the language of the command line.

import { causeWords, ENGLISH, type Glossary, type LadderLine, meaningWords } from "@depesche/client";
import { german } from "@depesche/client/german";
import type { Cause } from "@depesche/core";
import { plain } from "./io.ts";
import type { Language } from "./language.ts";

const GLOSSARIES: Record<Language, Glossary> = { en: ENGLISH, de: german };

/** Why an attempt ended, safe for a terminal. */
export const causeText = (cause: Cause, language: Language): string => plain(causeWords(GLOSSARIES[language], cause));

/** What a row of a ladder means, safe for a terminal. */
export const meaningText = (line: LadderLine, language: Language): string =>
  plain(meaningWords(GLOSSARIES[language], line));
