// A person who watches a mass dispatch: how far, how fast, until when, what fails; and who holds it, lets it go and stops it.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, eventually, GATEWAY } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

let browser: Browser;
let window: Watched;
let page: Page;
let id: number;
let speed: number;

const ALL = 3000;
const card = () => page.locator(`article[aria-labelledby=dispatch-${id}]`);
const press = (name: string) => card().getByRole("button", { name }).press("Enter");

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
  page = window.page;
  await page.goto(`${GATEWAY}/dispatch`);
  await page.getByRole("heading", { level: 1, name: "Mass dispatch" }).waitFor();
  // So slow that it takes minutes: whoever watches it has the time to hold it and to stop it.
  ({ speed } = await client.clock());
  await client.changeClock({ speed: 20 });
  // One in ten is not assigned.
  const recipients = Array.from({ length: ALL }, (_, i) => ({
    address: `+493023125${i % 10 === 0 ? 4 : 0}${String(i % 97).padStart(2, "0")}`,
    reference: `K-${i}`,
  }));
  ({ id } = await client.createJob({ channel: "fax", recipients, text: "To all", priority: 9 }));
});
afterAll(async () => {
  await browser?.close();
  if (speed) await client.changeClock({ speed });
});

it("a job is there as soon as it is accepted, with what becomes of it; it is paused, resumed and stopped where it is watched", async () => {
  await card().locator("svg.stack rect").first().waitFor();
  await press("Pause");
  await card().getByText("nothing begins until it is resumed").waitFor();
  expect((await client.job(id)).paused).toBe(true);
  await press("Resume");
  await card()
    .getByText(/[1-9][\d,]* of 3,000 recipients done/)
    .waitFor();
  // A number that is not assigned is done with sooner than a fax.
  await eventually(
    () => client.job(id),
    ({ outcomes }) => (outcomes.OK ?? 0) > 0 && (outcomes.NORING ?? 0) > 0,
  );
  await press("Stop");
  await page.locator("dialog[open].ask").getByRole("button", { name: "Stop" }).press("Enter");
  await page.locator("section[aria-labelledby=done-lately] tr", { hasText: String(id) }).waitFor();
  const { outcomes } = await client.job(id);
  expect(outcomes.CANCELLED).toBeGreaterThan(0);
  expect(outcomes.OK).toBeGreaterThan(0);
});

it("what fails leads to the recipients that failed", async () => {
  await page.goto(`${GATEWAY}/jobs/${id}?view=progress`);
  const cause = page.locator("table.bars a[href*='outcome=NORING']");
  expect(await cause.getAttribute("href")).toContain(`job=${id}`);
  const prefix = page.locator("table.bars a", { hasText: /^\+4930231254/ });
  await prefix.first().click();
  await page.waitForURL(`**/jobs/${id}?q=*`);
  await page.locator(".recipients tbody tr", { hasText: "NORING" }).first().waitFor();
});

it("the chart has a table with the same numbers", async () => {
  await page.goto(`${GATEWAY}/jobs/${id}?view=progress`);
  await page.getByText("As a table").press("Enter");
  const table = page.locator(".chart-table table");
  const column = (await table.locator("thead th").allTextContents()).indexOf("NORING");
  const cells = await table.locator(`tbody tr td:nth-child(${column + 1})`).allTextContents();
  expect(cells.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0)).toBe(
    (await client.job(id)).outcomes.NORING,
  );
});

it.each([
  { dark: false, width: 1440 },
  { dark: true, width: 390 },
])("mass dispatch can be read by all: %o", async ({ dark, width }) => {
  const { id: running } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125042"],
    text: "Open",
    sendAt: "2100-01-01T00:00:00.000Z",
  });
  const one = await openWindow(browser, { dark, width, locale: "de-DE" });
  await one.page.goto(`${GATEWAY}/dispatch`);
  await one.page.locator(`article[aria-labelledby=dispatch-${running}]`).waitFor();
  await expectAccessible(one.page);
  expect(await widthBeyond(one.page)).toBe(0);
  expect(one.complaints).toEqual([]);
  await one.context.close();
  await client.cancelJob(running);
});

it("nothing was asked of another host, and the page complained of nothing", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints).toEqual([]);
});
