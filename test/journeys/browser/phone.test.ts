// A person with a browser looks at the telephones: what stands on each handset, in which parts, and what became of it.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, finished, GATEWAY, tellTown } from "../post-office.ts";
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

async function text(words: string, ...recipients: string[]): Promise<number> {
  const { id } = await client.createJob({ channel: "sms", recipients, text: words });
  await finished(String(id));
  return id;
}

const bubble = (words: string) => page.locator(".bubble", { hasText: words });

it("a message that was typed counts its parts, tells what forced UCS-2, and then stands on its handset", async () => {
  await page.goto(`${GATEWAY}/send/sms`);
  await page.getByLabel("Recipients").fill("+49 171 39200 11\n+49 171 39200 12");
  const field = page.getByLabel("Text", { exact: true });
  await field.fill("a".repeat(161));
  await page.getByText("2 parts, 153 + 8 septets").waitFor();
  await field.fill(`Ihr „Paket“ ist da. ${"b".repeat(60)}`);
  await page.getByText("2 parts, 67 + 13 16-bit units").waitFor();
  await page.getByText("„ U+201E, “ U+201C").waitFor();
  await page.getByText("without: 1 in GSM-7").waitFor();
  await page.getByText("4 parts to 2 recipients").waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL("**/jobs/*");
  const job = page.url().split("/").at(-1) as string;
  await finished(job);
  await page.goto(`${GATEWAY}/phone/${encodeURIComponent("+491713920012")}`);
  const message = bubble("ist da.");
  await message.getByText("1/2").waitFor();
  await message.getByText("2/2").waitFor();
  expect(await message.locator("mark").allTextContents()).toEqual(["„", "“"]);
  await message.getByText("UCS-2", { exact: true }).waitFor();
  await message.getByText("delivered").waitFor();
  await message.getByRole("link", { name: `Job ${job}` }).waitFor();
  await expectAccessible(page);
});

it("what was not delivered says so, with the carrier's code in words", async () => {
  await text("Nicht erreichbar", "+491713920053");
  await page.goto(`${GATEWAY}/phone/${encodeURIComponent("+491713920053")}`);
  const message = bubble("Nicht erreichbar");
  await message.getByText("undelivered").waitFor();
  await message.getByText("30003").waitFor();
  await message.getByText("handset out of reach").waitFor();
});

it("handsets are gone through by keyboard, and a new message comes by itself", async () => {
  await text("Der erste Ton", "+491713920021");
  await page.goto(`${GATEWAY}/phone`);
  const handsets = page.getByRole("navigation", { name: "Handsets" });
  await handsets.getByText("Der erste Ton").waitFor();
  await handsets.locator("a").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.waitForURL("**/phone/*");
  await handsets.locator("a[aria-current=true]").waitFor();
  await text("Der zweite Ton", "+491713920021");
  await handsets.getByText("Der zweite Ton").waitFor();
});

it("what a telephone writes stands on its own side", async () => {
  await tellTown("POST", "/sms/messages", { from: "+491713920031", to: "+493023125901", text: "Danke!" });
  await page.goto(`${GATEWAY}/phone/${encodeURIComponent("+491713920031")}`);
  await page.locator(".bubble.own", { hasText: "Danke!" }).waitFor();
});

it("fits a telephone in the dark, in German", async () => {
  await text(`Lang „und“ ${"breit".repeat(60)}`, "+491713920041");
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  await narrow.page.goto(`${GATEWAY}/phone/${encodeURIComponent("+491713920041")}`);
  await narrow.page.locator(".chip").first().waitFor();
  expect(await widthBeyond(narrow.page)).toBe(0);
  await expectAccessible(narrow.page);
  await narrow.context.close();
});

it("nothing was asked of another host, and the page complained of nothing", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints).toEqual([]);
});
