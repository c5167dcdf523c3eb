// The dashboard's budget of script: everything its page names or imports, in all languages.

import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { GATEWAY } from "../post-office.ts";
import { openBrowser, openWindow } from "./browser.ts";

const MOST_BYTES = 80_000;

async function textOf(path: string): Promise<string> {
  const response = await fetch(new URL(path, GATEWAY));
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
}

/** The page's scripts, and those they import at once or later, by path. */
async function scriptsOf(page: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const open = [...page.matchAll(/<script[^>]+src="([^"]+)"/g)].map(([, path]) => path as string);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const source = await textOf(path);
    found.set(path, source);
    for (const [, name] of source.matchAll(/["'`](?:\.\/|assets\/)([\w.-]+\.js)["'`]/g)) open.push(`/assets/${name}`);
  }
  return found;
}

/** Names of words that a script has or asks for, as the build shortens them. */
function wordsIn(source: string, pattern: RegExp): string[] {
  return [...new Set([...source.matchAll(pattern)].map(([, name]) => name as string))].sort();
}

it("every word that is asked for by its short name stands in both tables", async () => {
  const scripts = await scriptsOf(await textOf("/"));
  const tables: string[][] = [];
  let asked: string[] = [];
  for (const [path, source] of scripts) {
    if (path.includes("/all-")) tables.push(wordsIn(source, /[{,](\$[0-9a-z]+):/g));
    else asked = wordsIn(source, /["'`](\$[0-9a-z]+)["'`]/g);
  }
  expect(asked.length).toBeGreaterThan(100);
  expect(tables).toEqual([asked, asked]);
});

it("all script together, both languages too, stays below 80 kB gzip, and a browser fetches nothing else", async () => {
  const scripts = await scriptsOf(await textOf("/"));
  const sizes = [...scripts].map(([path, source]) => ({ path, bytes: gzipSync(source).length }));
  // The program and one table of words for each language.
  expect(sizes).toHaveLength(3);
  const sum = sizes.reduce((all, { bytes }) => all + bytes, 0);
  expect({ sizes, isWithin: sum < MOST_BYTES }).toEqual({ sizes, isWithin: true });

  const browser = await openBrowser();
  try {
    for (const [locale, table] of [
      ["de-DE", "de"],
      ["en-GB", "en"],
    ]) {
      const { page, context, strangers } = await openWindow(browser, { locale });
      const fetched: string[] = [];
      page.on("request", (request) => {
        if (request.resourceType() === "script") fetched.push(new URL(request.url()).pathname);
      });
      for (const path of ["/", "/mailbox", "/phone", "/letters", "/chaos", "/scenario", "/inbound", "/failures"]) {
        await page.goto(GATEWAY + path);
        await page.locator("main h1").first().waitFor();
      }
      const known = [...scripts.keys()].filter((path) => !/all-\w\w-/.test(path) || path.includes(`all-${table}-`));
      expect([...new Set(fetched)].sort()).toEqual(known.sort());
      expect(strangers).toEqual([]);
      await context.close();
    }
  } finally {
    await browser.close();
  }
});
