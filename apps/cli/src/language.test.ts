import { describe, expect, it } from "vitest";
import { languageOf, sayIn, TABLES, type WordKey } from "./language.ts";

describe("the language of the environment", () => {
  it.each([
    [{}, "en"],
    [{ LANG: "de" }, "de"],
    [{ LANG: "de_AT.UTF-8" }, "de"],
    [{ LANG: "den_CA" }, "en"],
    [{ LC_ALL: "en_GB.UTF-8", LANG: "de_DE.UTF-8" }, "en"],
    [{ LC_MESSAGES: "de_DE", LANG: "en_US" }, "de"],
    [{ LC_ALL: "C.UTF-8", LANG: "de_DE.UTF-8" }, "de"],
  ])("%o speaks %s", (env: Record<string, string>, language) => {
    expect(languageOf(env)).toBe(language);
  });
});

describe("sentences", () => {
  it("fill their places and choose by number", () => {
    const say = sayIn("en");
    expect(say("received.pages", { n: 1 })).toBe("1 page");
    expect(say("received.pages", { n: 3 })).toBe("3 pages");
    expect(sayIn("de")("received.pages", { n: 3 })).toBe("3 Seiten");
  });

  it("have the same places in both languages", () => {
    const places = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();
    // What German needs no number for may be left out there.
    const { en, de } = TABLES;
    for (const key of Object.keys(en) as WordKey[]) {
      expect({ key, places: places(de[key]) }).toEqual({ key, places: places(en[key]) });
    }
  });
});
