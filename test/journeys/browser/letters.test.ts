// A person with a browser looks into the print shop's tray: a letter with its window, where it is, and what it costs to post.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, finished, fixture, fixturePath, GATEWAY } from "../post-office.ts";
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

const PDF = { name: "letter.pdf", base64: Buffer.from(fixture("letter.pdf")).toString("base64") };

it("a letter is chosen, looked at and sent, and lies in the tray", async () => {
  await page.goto(`${GATEWAY}/send/letter`);
  await page.locator("input[type=file]").setInputFiles(fixturePath("letter.pdf"));
  await page.getByRole("img", { name: "letter.pdf, page 1" }).waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL("**/jobs/*");
  const job = page.url().split("/").at(-1) as string;
  await finished(job);
  await page.goto(`${GATEWAY}/letters`);
  await page.locator(`a[href="/letters/${job}-0"]`).click();
  await page.waitForURL(`**/letters/${job}-0`);
  const letter = page.locator(".letter-view");
  await letter.locator("address", { hasText: "12345 Musterhausen" }).waitFor();
  await letter.getByRole("img", { name: "Page 1 of 2" }).waitFor();
  await letter.getByText("acknowledged").first().waitFor();
  await letter.getByText("DIN lang, folded").waitFor();
  await letter.getByText("Standardbrief").waitFor();
  await letter.getByRole("link", { name: `Job ${job}` }).waitFor();
  await expectAccessible(page);
});

it("its pages are turned, and the PDF is the one the shop got", async () => {
  await page.keyboard.press("PageDown");
  await page.getByRole("img", { name: "Page 2 of 2" }).waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "PDF" }).click();
  expect((await saved).suggestedFilename()).toMatch(/^letter-\d+-0\.pdf$/);
});

it("it is printed and handed over while one looks on, as the clock goes", async () => {
  const { id } = await client.createJob({ channel: "letter", documents: [PDF] });
  await finished(String(id));
  await page.goto(`${GATEWAY}/letters/${id}-0`);
  await page.locator(".letter-course [aria-current=step]").waitFor();
  await client.changeClock({ advanceMs: 4 * 3_600_000 });
  await page.locator(".letter-course [aria-current=step]", { hasText: "handed over" }).waitFor();
});

it("a letter that was handed over is let come back, and its job hears of it", async () => {
  const [letter] = (await client.simulation.letters()).letters.filter(({ state }) => state === "handed-over");
  const [job = 0, n = 0] = (letter?.id ?? "").split("-").map(Number);
  await page.goto(`${GATEWAY}/letters/${letter?.id}`);
  await page.getByRole("button", { name: "Let it come back" }).click();
  await page.locator(".letter-list tr.picked", { hasText: "returned" }).waitFor();
  expect(await page.getByRole("button", { name: "Let it come back" }).count()).toBe(0);
  await expect
    .poll(async () => (await client.recipients(job, { from: n, limit: 1 })).items[0]?.delivery)
    .toBe("returned");
});

it("a letter whose address misses the window is refused with what was found", async () => {
  await page.goto(`${GATEWAY}/send/letter`);
  // A page of a fax is no letter: no PDF, no address.
  await page.locator("input[type=file]").setInputFiles(fixturePath("two-pages.tif"));
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").waitFor();
});

it("letters are gone through by keyboard", async () => {
  await page.goto(`${GATEWAY}/letters`);
  await page.locator(".letter-list a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/letters/*");
  const before = page.url();
  await page.keyboard.press("ArrowDown");
  await page.waitForURL((url) => url.href !== before);
});

it("fits a telephone in the dark, in German", async () => {
  const { letters } = await client.simulation.letters({ limit: 1 });
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  await narrow.page.goto(`${GATEWAY}/letters/${letters[0]?.id}`);
  await narrow.page.locator(".letter-view .paper").waitFor();
  expect(await widthBeyond(narrow.page)).toBe(0);
  await expectAccessible(narrow.page);
  await narrow.context.close();
});

it("nothing was asked of another host", () => {
  expect(window.strangers).toEqual([]);
});
