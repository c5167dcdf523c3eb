// A person who watches a mass dispatch: how far, how fast, until when, what fails; and who holds it, lets it go and stops it.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, eventually, GATEWAY } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

let browser: Browser;
let window: Watched;
let page: Page;
let id: number;

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
  page = window.page;
  // One in ten is not assigned, one in ten is busy and tried again later, so that the job stays open.
  const recipients = Array.from(
    { length: 400 },
    (_, i) => `+493023125${[4, 1][i % 10] ?? 0}${String(i % 97).padStart(2, "0")}`,
  );
  ({ id } = await client.createJob({ channel: "fax", recipients, text: "To all", priority: 9 }));
});
afterAll(() => browser?.close());

const card = () => page.locator(`article[aria-labelledby=dispatch-${id}]`);

it("a job that runs shows how far it is and what becomes of it, and its figures are the server's", async () => {
  await page.goto(`${GATEWAY}/dispatch`);
  await card()
    .getByText(/of 400 recipients done/)
    .waitFor();
  await card().locator("svg.stack rect").first().waitFor();
  await eventually(
    () => client.job(id),
    (job) => job.final >= 300,
  );
  const { final } = await client.job(id);
  await card()
    .getByText(new RegExp(`(${[0, 1, 2, 3, 4, 5].map((more) => final + more).join("|")}) of 400 recipients done`))
    .waitFor();
  await card()
    .getByText(/\d+ attempts/)
    .waitFor();
});

it("what fails leads to the recipients that failed", async () => {
  const prefix = card().locator("table.bars a", { hasText: /^\+4930231254/ });
  await prefix.first().waitFor();
  const cause = card().locator("a[href*='/failures?'][href*='NORING']");
  expect(await cause.getAttribute("href")).toContain(`job=${id}`);
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
  expect(cells.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0)).toBe(40);
});

it("it is paused, resumed and stopped where it is watched", async () => {
  await page.goto(`${GATEWAY}/dispatch`);
  await card().getByRole("button", { name: "Pause" }).press("Enter");
  await card().getByText("nothing begins until it is resumed").waitFor();
  expect((await client.job(id)).paused).toBe(true);
  await card().getByRole("button", { name: "Resume" }).press("Enter");
  await card().getByRole("button", { name: "Pause" }).waitFor();
  await card().getByRole("button", { name: "Stop" }).press("Enter");
  await page.locator("dialog[open].ask").getByRole("button", { name: "Stop" }).press("Enter");
  await page.locator("section[aria-labelledby=done-lately] tr", { hasText: String(id) }).waitFor();
});

it.each([
  { dark: false, width: 1440 },
  { dark: true, width: 390 },
])("mass dispatch can be read by all: %o", async ({ dark, width }) => {
  const { id: running } = await client.createJob({ channel: "fax", recipients: ["+493023125106"], text: "Open" });
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
