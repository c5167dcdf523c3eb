// Debian's Chromium for the journeys of the browser suite: opened without anything of its own going out, and what its pages complain of.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { GATEWAY } from "../post-office.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Nothing of the browser's own may go out, so that whatever does is the page's. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: 120_000 });
}

export interface Watched {
  context: BrowserContext;
  page: Page;
  /** Addresses asked for beside the gateway's own. */
  strangers: string[];
  /** Errors of the page and its console. */
  complaints: string[];
}

/** A window on the dashboard that notes what it should not do. */
export async function openWindow(
  browser: Browser,
  options: { locale?: string; width?: number; height?: number; dark?: boolean } = {},
): Promise<Watched> {
  const { locale = "en-GB", width = 1440, height = 1000, dark = false } = options;
  const context = await browser.newContext({
    locale,
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
  });
  const strangers: string[] = [];
  const complaints: string[] = [];
  context.on("request", (request) => {
    const own = ["blob:", "data:", `${GATEWAY}/`].some((start) => request.url().startsWith(start));
    if (!own) strangers.push(request.url());
  });
  const page = await context.newPage();
  page.on("websocket", (socket) => {
    if (!socket.url().startsWith(GATEWAY.replace("http", "ws"))) strangers.push(socket.url());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return { context, page, strangers, complaints };
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface AxeResult {
  violations: { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] }[];
}

/** No finding of axe that is serious or critical, in what the page shows now. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated, not added as a script: the page's own policy allows none that is not its own.
  await page.evaluate(await readFile(AXE, "utf8"));
  const { violations } = (await page.evaluate("axe.run(document)")) as AxeResult;
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => ({
      id,
      nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => ({ html, failureSummary })),
    }));
  expect({ url: page.url(), grave }).toEqual({ url: page.url(), grave: [] });
}

/** How many pels the page is wider than its window. */
export function widthBeyond(page: Page): Promise<number> {
  return page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  ) as Promise<number>;
}
