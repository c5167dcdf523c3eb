// What numbers do, changed by a person in the browser and met by real faxes.

import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, finished, GATEWAY, town } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

const NUMBER = "+493023199001";

let browser: Browser;
let window: Watched;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
  page = window.page;
  await client.simulation.setScenario({ numbers: {} });
});
afterAll(async () => {
  await client.simulation.setScenario({ numbers: {} });
  await browser?.close();
});

const row = () => page.locator(".scenario-table tbody tr", { hasText: "23199001" });

/** What becomes of a fax to the number. */
async function outcome(): Promise<string | undefined> {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: [NUMBER],
    text: "Scenario",
    options: { busyRedials: 0, repeats: 0 },
  });
  await finished(String(id));
  return (await client.recipients(id)).items[0]?.outcome;
}

it("a number added by the keyboard alone does what was chosen", async () => {
  await page.goto(`${GATEWAY}/scenario`);
  const add = page.getByRole("button", { name: "Add a number" });
  await add.focus();
  await page.keyboard.press("Enter");
  await expectAccessible(page);
  await page.getByLabel("Number", { exact: true }).focus();
  await page.keyboard.type("0049 30 23199-001");
  await page.keyboard.press("Tab");
  // One letter: those of a word that come too slowly after each other would each choose anew.
  await page.keyboard.press("b");
  // What a machine would be asked for goes away; until then the keys would lead into it.
  await page.getByLabel("What kind of machine").waitFor({ state: "detached" });
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await row().getByText("BUSY").waitFor();
  expect((await town("/scenario")).numbers).toEqual({ [NUMBER]: { call: { kind: "busy" } } });
  expect(await outcome()).toBe("BUSY");
});

it("what it does is changed, for calls and messages, with the machine's mood", async () => {
  await row().getByRole("button", { name: "Change" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("A call meets").selectOption("machine");
  await dialog.getByLabel("What kind of machine").selectOption("mh-4800");
  await dialog.getByLabel("An SMS is").selectOption("undelivered");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await row().getByText("MH, 4800").waitFor();
  expect((await client.simulation.scenario()).numbers[NUMBER]).toEqual({
    call: { kind: "machine", mood: "mh-4800", busyCalls: 0 },
    sms: "undelivered",
  });
  expect(await outcome()).toBe("OK");
});

it("what the simulators refuse is said where it was written, and nothing changes", async () => {
  await page.getByRole("button", { name: "Add a number" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Number", { exact: true }).fill("nobody");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await dialog.getByRole("alert").waitFor();
  await page.keyboard.press("Escape");
  expect(Object.keys((await client.simulation.scenario()).numbers)).toEqual([NUMBER]);
});

it("kept as a file, removed, and loaded again", async () => {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as a file" }).click(),
  ]);
  const kept = await readFile(await file.path(), "utf8");
  expect(Object.keys(JSON.parse(kept).numbers)).toEqual([NUMBER]);

  await row().getByRole("button", { name: "Remove" }).click();
  await page.getByText("No number of your own yet").waitFor();

  const load = page.locator("input[type=file]");
  await load.setInputFiles({ name: "broken.json", mimeType: "application/json", buffer: Buffer.from("{") });
  await page.getByText("broken.json is not JSON").waitFor();
  await load.setInputFiles({ name: "kept.json", mimeType: "application/json", buffer: Buffer.from(kept) });
  await page.getByText("kept.json: 1 number takes the place of the 0 there are.").waitFor();
  await page.getByRole("button", { name: "Replace" }).click();
  await row().getByText("MH, 4800").waitFor();
});

it("is accessible in light and dark and fits 390 pels", async () => {
  await expectAccessible(page);
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  await narrow.page.goto(`${GATEWAY}/scenario`);
  await narrow.page.getByText("Fest eingebaut").waitFor();
  await narrow.page.getByText("23199001").waitFor();
  expect(await widthBeyond(narrow.page)).toBe(0);
  await expectAccessible(narrow.page);
  await narrow.context.close();
});

it("nothing was asked of another host, and the page complained of nothing but what was refused", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints.filter((text) => !text.includes("400"))).toEqual([]);
});
