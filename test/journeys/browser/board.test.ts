// A person at the board: what the lines do, what has just ended, and one click to why.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, finished, GATEWAY } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

let browser: Browser;
let window: Watched;

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
});
afterAll(() => browser?.close());

const busyOnce = (text: string) =>
  client.createJob({ channel: "fax", recipients: ["+493023125101"], text, options: { busyRedials: 0, repeats: 0 } });

it("BUSY on the board is one click from its call", async () => {
  const { page } = window;
  await page.goto(GATEWAY);
  await page.getByText("Nothing has happened here yet.").or(page.locator("table.jobs")).first().waitFor();
  const { id } = await busyOnce("Busy on a tile");
  const tile = page.locator(`a.tile[href='/calls/${id}.0.1']`);
  await tile.getByText("BUSY").waitFor();
  expect(await tile.getAttribute("title")).toContain("line busy");
  // Whoever opens the board later is told the same.
  await page.reload();
  await tile.getByText("BUSY").waitFor();
  await tile.click();
  await page.waitForURL(`**/calls/${id}.0.1`);
  await page.getByText("BUSY").first().waitFor();
});

it("the stream tells each outcome with its number and when it is tried again, and can be held still", async () => {
  const { page } = window;
  await page.goto(GATEWAY);
  const stream = page.locator("section[aria-labelledby=latest]");
  await stream.getByText("No outcome since").waitFor();
  // More than four outcomes of one job within a second would stand there as one row.
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125102", "+493023125042"],
    text: "Tried again later",
    options: { busyRedials: 1 },
  });
  const row = stream.locator("li", { has: page.locator(`a[href='/calls/${id}.0.1']`) });
  await row.getByText("again at").waitFor();
  await row.getByText("+49 30 23125 102").waitFor();
  await stream.getByRole("button", { name: "Pause" }).press("Enter");
  await stream.getByRole("button", { name: "Go on" }).waitFor();
  // The calls that are shown; what a number reads like may still be on its way.
  const calls = () => stream.locator("ol a").evaluateAll("(links) => links.map((link) => link.href)");
  const held = await calls();
  const { id: next } = await busyOnce("While it is held");
  await finished(String(next));
  await stream.getByText(/[1-9]\d* since/).waitFor();
  expect(await calls()).toEqual(held);
  await stream.getByRole("button", { name: "Go on" }).press("Enter");
  await stream.locator(`a[href='/calls/${next}.0.1']`).waitFor();
});

it("what waits is counted by channel, and pages of the last hour by minute", async () => {
  const { page } = window;
  // At the house's speed nothing waits for longer than a blink.
  const { speed } = await client.clock();
  await client.changeClock({ speed: 1 });
  try {
    const { id } = await client.createJob({
      channel: "fax",
      recipients: ["+493023125103"],
      text: "Waits for its redial",
    });
    await page.locator("table.board-queue th", { hasText: "Fax" }).waitFor();
    const pages = page.locator("section[aria-labelledby=pages-per-minute]");
    await pages.getByText(/[1-9]\d* in the last hour/).waitFor();
    expect(await pages.locator("table tbody tr").count()).toBeGreaterThan(0);
    await client.cancelJob(id);
  } finally {
    await client.changeClock({ speed });
  }
});

it("every line is a tile, and each that had a call leads there by keyboard", async () => {
  const { page } = window;
  const { items } = await client.lines();
  expect(await page.locator("ul.tiles > li").count()).toBe(items.length);
  const first = page.locator("a.tile").first();
  const href = await first.getAttribute("href");
  await first.focus();
  await first.press("Enter");
  await page.waitForURL(`**${href}`);
});

it.each([
  { dark: false, width: 1440 },
  { dark: true, width: 1440 },
  { dark: true, width: 390 },
])("the board can be read by all: %o", async ({ dark, width }) => {
  const one = await openWindow(browser, { dark, width, locale: "de-DE" });
  await one.page.goto(GATEWAY);
  await one.page.locator("table.jobs a").first().waitFor();
  await expectAccessible(one.page);
  expect(await widthBeyond(one.page)).toBe(0);
  expect(one.complaints).toEqual([]);
  await one.context.close();
});

it("nothing was asked of another host, and the page complained of nothing", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints).toEqual([]);
});
