// A person with a browser: Debian's Chromium on the dashboard, watching a real fax, opening its job and its ladder.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, finished, GATEWAY } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

let browser: Browser;
let window: Watched;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
  page = window.page;
});
afterAll(() => browser?.close());

it("the board shows jobs while they happen, without being asked", async () => {
  await page.goto(GATEWAY);
  await page.getByText("SIMULATED", { exact: false }).first().waitFor();
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125001", "+493023125101"],
    text: "Live on the board",
    options: { busyRedials: 0 },
  });
  const row = page.locator("table.jobs tr", { hasText: String(id) });
  await row.getByText("OK").first().waitFor();
  await row.getByText("BUSY").first().waitFor();
  await expectAccessible(page);
});

it("a job opens with its recipients, and one of them with its attempts", async () => {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125801", "+493023125401"],
    text: "Busy once",
  });
  await finished(String(id));
  // Tiles and the stream name the job, too.
  await page
    .locator("table.jobs")
    .getByRole("link", { name: String(id) })
    .click();
  await page.waitForURL(`**/jobs/${id}`);
  await page.getByText("NORING").first().waitFor();
  await page.getByRole("link", { name: /23125\s?801/ }).click();
  await page.waitForURL(`**/jobs/${id}/recipients/0`);
  const attempts = page.locator("aside.attempts");
  await attempts.getByText("BUSY").first().waitFor();
  await attempts.getByText("OK").first().waitFor();
});

it("an attempt opens its ladder, and a frame its fields", async () => {
  await page.locator("aside.attempts a[href^='/calls/']").last().click();
  await page.waitForURL("**/calls/*");
  const dis = page.locator(".ladder button.line-name", { hasText: /^DIS$/ }).first();
  await dis.click();
  await page.locator(".ladder aside.decoded tbody tr").first().waitFor();
  for (const name of ["INVITE", "CSI", "DCS", "CFR", "MCF", "DCN"])
    expect(await page.locator(".ladder button.line-name", { hasText: name }).count()).toBeGreaterThan(0);
  await page.reload();
  await page.locator(".ladder button.line-name", { hasText: /^DIS$/ }).first().waitFor();
});

it("what is to be sent later is sent when the clock the board shows says so", async () => {
  await page.goto(`${GATEWAY}/send/fax`);
  await page.locator("[name=recipients]").fill("+493023125001");
  await page.locator("[name=text]").fill("In summer, later");
  await page.locator("[name=sendAt]").fill("2100-07-01T14:30");
  await page.getByRole("button", { name: "Send", exact: true }).press("Enter");
  await page.waitForURL(/\/jobs\/\d+$/);
  const id = Number(page.url().split("/").at(-1));
  expect((await client.job(id)).dueAt).toBe("2100-07-01T12:30:00.000Z");
  await client.cancelJob(id);
});

it("Escape closes a recipient that was opened beside its list", async () => {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125001", "+493023125002"],
    text: "Open and shut",
  });
  await finished(String(id));
  await page.goto(`${GATEWAY}/jobs/${id}/recipients/0?outcome=OK`);
  await page.locator(".recipients").first().waitFor();
  await page.keyboard.press("Escape");
  await page.waitForURL(`**/jobs/${id}?outcome=OK`);
});

it("after a wrong key the right one is let in at once", async () => {
  const one = await openWindow(browser);
  await one.page.goto(`${GATEWAY}/failures`);
  await one.page.getByText("Sign out").click();
  for (const key of ["wrong", "demo-key"]) {
    await one.page.locator("input[type=password]").fill(key);
    await one.page.keyboard.press("Enter");
    if (key === "wrong") await one.page.locator(".failure").waitFor();
  }
  await one.page.getByRole("heading", { name: "Dead letters", level: 1 }).waitFor();
  await one.page.locator(".feed.live").waitFor();
  await one.context.close();
});

it("speaks German to those who do", async () => {
  const german = await openWindow(browser, { locale: "de-DE", dark: true });
  await german.page.goto(GATEWAY);
  await german.page.locator("html[lang=de]").waitFor({ state: "attached" });
  await expectAccessible(german.page);
  await german.context.close();
});

it.each([390, 768, 1000])("nothing sticks out of a page %i pels wide", async (width) => {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: [1, 2, 3, 4, 5, 6, 7].map((digit) => `+493023125${digit}01`),
    text: "A title that takes its room",
    options: { busyRedials: 0, repeats: 0 },
  });
  await finished(String(id));
  const narrow = await openWindow(browser, { locale: "de-DE", width, height: 844 });
  const seite = narrow.page;
  for (const path of ["/", "/jobs", `/jobs/${id}`]) {
    await seite.goto(GATEWAY + path);
    await seite
      .getByText(path.endsWith(String(id)) ? "+49 30 23125" : String(id))
      .first()
      .waitFor();
    const beyond = await widthBeyond(seite);
    expect({ path, beyond }).toEqual({ path, beyond: 0 });
  }
  await narrow.context.close();
});

it("the documentation of the API works without the outside", async () => {
  const docs = await window.context.newPage();
  await docs.goto(`${GATEWAY}/docs`);
  await docs.getByText("/v1/jobs").first().waitFor();
  await docs.close();
});

it("nothing was asked of another host, and the page complained of nothing", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints).toEqual([]);
});
