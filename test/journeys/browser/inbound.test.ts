// A fax comes in: a machine dialled by a person in the browser, the tray, its pages and its call, and deleting it.

import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, eventually, fixturePath, GATEWAY, soap } from "../post-office.ts";
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

/** Waits for the composer's result and answers the number of the fax it leads to. */
async function arrived(): Promise<number> {
  await page.getByRole("heading", { name: "The call is over" }).waitFor();
  const link = page.getByRole("link", { name: /Look at fax/ });
  return Number((await link.getAttribute("href"))?.split("/").at(-1));
}

const rowOf = (id: number) => page.locator(`.fax-table tr:has(a[href^='/inbound/${id}'])`);

it("a machine dials in with a text, by the keyboard alone, and the fax lies in the tray", async () => {
  await page.goto(`${GATEWAY}/inbound/new`);
  await expectAccessible(page);
  const text = page.locator("textarea[name=text]");
  await text.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Order by keyboard");
  const go = page.getByRole("button", { name: "Dial in" });
  await go.focus();
  await page.keyboard.press("Enter");
  const id = await arrived();
  await page.getByText("1 page confirmed").waitFor();
  await expectAccessible(page);
  await page.getByRole("link", { name: /Look at fax/ }).click();
  await page.waitForURL(`**/inbound/${id}`);
  await rowOf(id).getByText("new").waitFor();
  await page.getByRole("img", { name: "Page 1 of 1" }).waitFor();
  await expectAccessible(page);
});

it("a fax that was there before the board's feed began is found in the tray", async () => {
  const late = await openWindow(browser);
  let letGo = () => {};
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  await late.page.routeWebSocket(/\/v1\/feed/, async (socket) => {
    await held;
    socket.connectToServer();
  });
  await late.page.goto(`${GATEWAY}/inbound/new`);
  await late.page.getByRole("button", { name: "Dial in" }).click();
  await late.page.getByRole("heading", { name: "The call is over" }).waitFor();
  letGo();
  await late.page.getByRole("link", { name: /Look at fax/ }).waitFor();
  await late.context.close();
});

it("a page of 98 lines an inch is as tall as its paper, and grows to its own pels", async () => {
  await page.goto(`${GATEWAY}/inbound/new`);
  await page.getByLabel("What kind of machine dials").selectOption("standard-only");
  await page.getByLabel("Station id").fill("+49 30 23125 914");
  await page.getByRole("button", { name: "Dial in" }).click();
  const id = await arrived();
  await page.goto(`${GATEWAY}/inbound/${id}`);
  const picture = page.getByRole("img", { name: "Page 1 of 1" });
  await picture.waitFor();
  // Its place is there before it is drawn.
  const shape = async () => {
    const { width = 1, height = 0 } = (await picture.boundingBox()) ?? {};
    return height / width;
  };
  await expect.poll(shape).toBeGreaterThan(1.2);
  expect(await shape()).toBeLessThan(1.5);
  await page.getByRole("link", { name: "200 %" }).click();
  await page.waitForURL("**zoom=200");
  await expect.poll(async () => (await picture.boundingBox())?.width).toBe(2 * 1728);
});

it("two pages as a TIFF turn by their thumbnails, and come back as TIFF and PDF", async () => {
  await page.goto(`${GATEWAY}/inbound/new`);
  await page.getByLabel("or a document").setInputFiles(fixturePath("two-pages.tif"));
  await page.getByRole("button", { name: "Dial in" }).click();
  const id = await arrived();
  await page.goto(`${GATEWAY}/inbound/${id}`);
  await page.getByRole("link", { name: "Look at page 2" }).click();
  await page.waitForURL("**page=2");
  await page.getByRole("img", { name: "Page 2 of 2" }).waitFor();
  for (const [name, start] of [
    ["TIFF", "II*"],
    ["PDF", "%PDF"],
  ] as const) {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name, exact: true }).click(),
    ]);
    const kept = await readFile(await file.path(), "latin1");
    expect(kept.slice(0, start.length)).toBe(start);
  }
  // Its record is kept beside it, and may come after it.
  await eventually(
    () => client.inboundLadder(id).catch(() => undefined),
    (ladder) => (ladder?.lines.length ?? 0) > 0,
  );
  await page.getByRole("link", { name: "Call", exact: true }).click();
  await page.waitForURL("**view=ladder");
  await page.getByRole("button", { name: "DCS" }).first().waitFor();
  await expectAccessible(page);
});

it("a sender that broke off is marked, and the page it had confirmed is kept", async () => {
  await page.goto(`${GATEWAY}/inbound/new`);
  await page.getByLabel("or a document").setInputFiles(fixturePath("two-pages.tif"));
  await page.getByLabel("What kind of machine dials").selectOption("hangs-up-after-page-1");
  await page.getByRole("button", { name: "Dial in" }).click();
  const id = await arrived();
  await page.getByText("SENDFAIL").waitFor();
  await page.goto(`${GATEWAY}/inbound/${id}`);
  await rowOf(id).getByText("incomplete").waitFor();
  await page.getByText("The sender broke off in the midst").waitFor();
  expect((await client.inbound(id)).pages).toBe(1);
});

it("a call that left no fax is listed with why, and its ladder can be read", async () => {
  await page.goto(`${GATEWAY}/inbound/new`);
  await page.getByLabel("What kind of machine dials").selectOption("never-commands");
  await page.getByRole("button", { name: "Dial in" }).click();
  await page.getByText("No fax arrived").waitFor();
  await eventually(
    () => client.missedCalls(),
    ({ items }) => items.length > 0,
  );
  await page.goto(`${GATEWAY}/inbound`);
  await page.getByText("Calls that left no fax").click();
  await page.locator(".missed li a").first().click();
  await page.waitForURL(/missed=\d+/);
  await page.locator(".missed").getByText("DIS", { exact: true }).first().waitFor();
  await expectAccessible(page);
});

it("what RequestReceived hands out is the one marked as next, and is then fetched", async () => {
  await page.goto(`${GATEWAY}/inbound`);
  const next = page.locator(".fax-table tr", { hasText: "next" });
  const id = Number(await next.locator(".row-link").textContent());
  expect((await soap("RequestReceived", {})).return).toBe("0");
  await page.reload();
  await rowOf(id).getByText("fetched").waitFor();
  expect((await client.inbound(id)).state).toBe("fetched");
});

it("a fax is deleted after a question, and shown among the deleted only", async () => {
  const newest = (await client.inbounds({ limit: 1 })).items[0]?.id as number;
  await page.goto(`${GATEWAY}/inbound/${newest}`);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("It does not come back").waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect((await client.inbound(newest)).state).not.toBe("deleted");

  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.waitForURL("**/inbound");
  await rowOf(newest).waitFor({ state: "detached" });
  await page.getByLabel("show deleted").check();
  await page.waitForURL("**deleted=1");
  await rowOf(newest).getByText("deleted").waitFor();
});

it("an empty call is refused before anybody dials, and what the exchange refuses is said", async () => {
  await page.goto(`${GATEWAY}/inbound/new`);
  await page.locator("textarea[name=text]").fill("");
  await page.getByRole("button", { name: "Dial in" }).click();
  await page.getByText("Write a text or choose a document.").waitFor();
  await page.locator("textarea[name=text]").fill("To nobody");
  await page.getByLabel("Called number").fill("nobody");
  await page.getByRole("button", { name: "Dial in" }).click();
  await page.locator("form .failure").waitFor();
});

it("nothing sticks out at 390 pels, in the dark and in German either", async () => {
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  const id = (await client.inbounds({ limit: 1 })).items[0]?.id as number;
  for (const path of ["/inbound?deleted=1", `/inbound/${id}`, `/inbound/${id}?view=ladder`, "/inbound/new"]) {
    await narrow.page.goto(GATEWAY + path);
    await narrow.page
      .getByText(path.endsWith("new") ? "Stationskennung" : "+49 30 23125")
      .first()
      .waitFor();
    expect({ path, beyond: await widthBeyond(narrow.page) }).toEqual({ path, beyond: 0 });
    await expectAccessible(narrow.page);
  }
  await narrow.context.close();
});

it("nothing was asked of another host, and the page complained of nothing but what was refused", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints.filter((text) => !text.includes("400"))).toEqual([]);
});
