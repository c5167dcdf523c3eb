// Dead letters as a person sees and sends them again, out of real jobs that fail.

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

/** A fax job to these extensions, done. */
async function failedJob(extensions: string[], text: string): Promise<number> {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: extensions.map((extension) => `+493023125${extension}`),
    text,
    options: { busyRedials: 0, repeats: 0 },
  });
  await finished(String(id));
  return id;
}

const group = (word: string) => page.locator(".failure-groups tbody tr", { hasText: word });
const listed = (number: string) => page.locator(".failures .window tbody tr", { hasText: number });

it("what failed stands grouped by why, with what helps, and a group opens its recipients", async () => {
  const id = await failedJob(["111", "112", "413", "001"], "Grouped");
  await page.goto(`${GATEWAY}/failures?job=${id}`);
  await group("BUSY").getByText("sip-486").waitFor();
  expect(await group("BUSY").locator(".group-count").textContent()).toBe("2");
  await group("NORING").getByText("correct the list").waitFor();
  expect(await page.locator(".failure-groups tbody tr").count()).toBe(2);
  await expectAccessible(page);

  await group("BUSY").getByRole("link").click();
  await page.waitForURL((url) => url.searchParams.get("cause") === "sip-486");
  await listed("23125 111").waitFor();
  await listed("23125 112").waitFor();
  await listed("23125 413").waitFor({ state: "detached" });
  expect(await listed("23125 111").getByRole("link", { name: "last call" }).getAttribute("href")).toBe(
    `/calls/${id}.0.1`,
  );
});

it("a group is counted first, then sent again, and leads to its new job", async () => {
  const id = await failedJob(["121", "122", "123"], "Again by group");
  await page.goto(`${GATEWAY}/failures?job=${id}`);
  await group("BUSY").getByRole("button").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("3 recipients of one job would be sent again as one job.").waitFor();
  await expectAccessible(page);
  expect((await client.failureGroups({ job: id })).items.map(({ count }) => count)).toEqual([3]);

  await dialog.getByRole("button", { name: "Send again" }).click();
  const link = dialog.locator(".new-jobs a");
  const again = Number(await link.textContent());
  expect(again).toBeGreaterThan(id);
  await page.getByText("Nothing is left lying with this filter.").waitFor();
  expect((await client.job(again)).total).toBe(3);
  await link.click();
  await page.waitForURL(`**/jobs/${again}`);
});

it("one alone is sent again by the keyboard, the others stay, and Escape sends nothing", async () => {
  const id = await failedJob(["131", "132"], "Again one by one");
  await page.goto(`${GATEWAY}/failures?job=${id}`);
  const one = listed("23125 131").getByRole("button");
  await one.focus();
  await page.keyboard.press("Enter");
  await page.getByText("1 recipient would be sent again").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect((await client.failures({ job: id })).items).toHaveLength(2);

  await page.keyboard.press("Enter"); // the focus went back to the button
  const send = page.getByRole("button", { name: "Send again", exact: true });
  await send.waitFor();
  await send.focus();
  await page.keyboard.press("Enter");
  await page.locator(".new-jobs a").waitFor();
  expect((await client.failures({ job: id })).items.map(({ address }) => address)).toEqual(["+493023125132"]);
});

it("the arrow keys go from row to row", async () => {
  const id = await failedJob(["141", "442"], "Rows");
  await page.goto(`${GATEWAY}/failures?job=${id}`);
  const links = page.locator(".failure-groups .row-link");
  await links.nth(1).waitFor();
  await links.nth(0).focus();
  await page.keyboard.press("ArrowDown");
  await page.locator(".failure-groups tbody tr:nth-child(2) .row-link:focus").waitFor();
});

it("what fails while one looks appears by itself", async () => {
  const first = await failedJob(["151"], "Before");
  await page.goto(`${GATEWAY}/failures?address=%2B49302312515`);
  await listed(String(first)).first().waitFor();
  const id = await failedJob(["152"], "While one looks");
  await listed(String(id)).first().waitFor();
});

it("a number is found as people write it, and channel and outcome narrow the rest", async () => {
  const id = await failedJob(["161", "462"], "Filters");
  await page.goto(`${GATEWAY}/failures?job=${id}`);
  await page.getByLabel("Beginning of the number").fill("0049 30 23125-16");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.searchParams.get("address") === "+49302312516");
  await listed("23125 161").waitFor();
  await listed("23125 462").waitFor({ state: "detached" });
  await page.getByLabel("Outcome").selectOption("VOICE");
  await page.getByText("Nothing is left lying with this filter.").waitFor();
  await page.getByLabel("Channel").selectOption("sms");
  await page.waitForURL((url) => url.searchParams.get("channel") === "sms");
});

it("nothing sticks out at 390 pels, in the dark and in German either", async () => {
  const id = await failedJob(["171", "472", "573", "774"], "Narrow");
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  await narrow.page.goto(`${GATEWAY}/failures?job=${id}`);
  await narrow.page.getByText("Der Anschluss ist besetzt.").first().waitFor();
  expect(await widthBeyond(narrow.page)).toBe(0);
  await expectAccessible(narrow.page);
  await narrow.context.close();
});

it("nothing was asked of another host, and the page complained of nothing", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints).toEqual([]);
});
