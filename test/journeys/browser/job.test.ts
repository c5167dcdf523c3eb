// A person with a job: finds a recipient among many, sees its attempts on one axis, reads what was asked, sends again.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, finished, GATEWAY, sendJob } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

let browser: Browser;
let window: Watched;
let page: Page;
let many: number;

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
  page = window.page;
  const recipients = Array.from({ length: 600 }, (_, i) => ({
    address: i % 100 === 99 ? "+493023125401" : `+493023125${String(i % 100).padStart(3, "0")}`,
    reference: `K-${i}`,
  }));
  ({ id: many } = await client.createJob({ channel: "fax", recipients, text: "To many", options: { repeats: 0 } }));
});
afterAll(() => browser?.close());

const focused = () => page.evaluate("document.activeElement?.closest('tr')?.getAttribute('aria-rowindex')");

it("the keys lead through all recipients, and Enter opens the one they are at", async () => {
  // Done, so that nothing but the keys makes it paint.
  await finished(String(many));
  await page.goto(`${GATEWAY}/jobs/${many}`);
  const rows = page.locator(".recipients tbody a");
  await rows.first().focus();
  await page.keyboard.press("End");
  await page.locator("tr[aria-rowindex='600'] a:focus").waitFor();
  await page.keyboard.press("ArrowUp");
  await page.locator("tr[aria-rowindex='599'] a:focus").waitFor();
  await page.keyboard.press("Home");
  await page.locator("tr[aria-rowindex='1'] a:focus").waitFor();
  await page.keyboard.press("PageDown");
  await page.locator("tr:not([aria-rowindex='1']) a:focus").waitFor();
  const at = Number(await focused());
  expect(at).toBeGreaterThan(5);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/jobs/${many}/recipients/${at - 1}`);
  await page.locator("aside.attempts").waitFor();
  // However long the job, only what is in view exists.
  expect(await page.locator(".recipients tbody tr").count()).toBeLessThan(90);
});

it("what is searched for and filtered by is in the URL and found by the server", async () => {
  await page.goto(`${GATEWAY}/jobs/${many}`);
  await page.getByRole("searchbox").fill("K-57");
  await page.waitForURL("**?q=K-57");
  await page.locator(".recipients tbody tr", { hasText: "K-579" }).waitFor();
  expect(await page.locator(".recipients tbody tr:not(.spacer)").count()).toBe(11);
  // Who types on in the moment in which the search begins loses nothing.
  await page.evaluate(`new Promise((done) => {
    const field = document.querySelector("input[type=search]");
    const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    const type = (text) => {
      set.call(field, text);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      if (!location.search.endsWith("q=K-58")) return port2.postMessage("look again");
      type("K-588");
      done();
    };
    type("K-58");
    port2.postMessage("look");
  })`);
  await page.waitForURL("**?q=K-588");
  await finished(String(many));
  await page.goto(`${GATEWAY}/jobs/${many}`);
  await page.locator(".filters a", { hasText: "NORING" }).click();
  await page.waitForURL("**?outcome=NORING");
  await page.locator(".recipients tbody tr", { hasText: "K-599" }).waitFor();
  expect(await page.locator(".recipients tbody tr:not(.spacer)").count()).toBe(6);
  await page.goto(`${GATEWAY}/jobs/${many}?q=nobody`);
  await page.getByText("No recipient matches").waitFor();
});

it("the attempts of a recipient lie on one time axis, and each span is a link to its call", async () => {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125811", "+493023125042"],
    text: "Busy once",
  });
  await finished(String(id));
  await page.goto(`${GATEWAY}/jobs/${id}/recipients/0`);
  const course = page.locator("aside.attempts ol.course");
  const spans = course.locator("a.span-call");
  await spans.nth(1).waitFor();
  const [first, second] = [await spans.nth(0).boundingBox(), await spans.nth(1).boundingBox()];
  expect(first && second && first.x < second.x).toBe(true);
  expect(await course.locator(".span-wait").count()).toBeGreaterThan(0);
  await course.getByText("BUSY").first().waitFor();
  await course.getByText("OK").first().waitFor();
  await spans.first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/calls/${id}.0.1`);
});

it("a redial that is due is a wait into the future", async () => {
  // At the house's speed the whole wait is over in a blink: here it takes the minute that people see.
  const { speed } = await client.clock();
  await client.changeClock({ speed: 1 });
  try {
    const { id } = await client.createJob({ channel: "fax", recipients: ["+493023125104"], text: "Due later" });
    await page.goto(`${GATEWAY}/jobs/${id}`);
    await page.locator(".span-wait.due").waitFor();
    await page.getByText("next attempt").waitFor();
    await client.cancelJob(id);
  } finally {
    await client.changeClock({ speed });
  }
});

it("the raw tab shows the request as it came, JSON and SOAP, indented on demand", async () => {
  await page.goto(`${GATEWAY}/jobs/${many}?view=raw`);
  const request = page.locator(".job-raw article").first();
  await request.getByText("POST /v1/jobs").waitFor();
  expect(await request.textContent()).not.toContain("demo-key");
  await page.getByLabel("indented").check();
  await request.locator("pre", { hasText: /\n {2}"channel": "fax"/ }).waitFor();
  const { JobId } = await sendJob({ Recipient: "+493023125001", SendText: "Soap" });
  await page.goto(`${GATEWAY}/jobs/${JobId}?view=raw`);
  await request.locator("pre", { hasText: "Envelope" }).waitFor();
  expect(await request.textContent()).not.toContain("geheim");
});

it("sending again counts first, and stopping asks first; Escape does neither", async () => {
  await page.goto(`${GATEWAY}/jobs/${many}`);
  await page.getByRole("button", { name: /Send again/ }).press("Enter");
  const dialog = page.locator("dialog[open].ask");
  await dialog.getByText("6 recipients failed").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /Send again/ }).press("Enter");
  await dialog.getByRole("button", { name: "Send 6 again" }).press("Enter");
  await page.waitForURL((url) => /\/jobs\/\d+$/.test(url.pathname) && !url.pathname.endsWith(String(many)));
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125105"],
    text: "To be stopped",
    sendAt: "2100-01-01T00:00:00.000Z", // else it is over before it can be stopped
  });
  await page.goto(`${GATEWAY}/jobs/${id}`);
  await page.getByRole("button", { name: "Stop" }).press("Enter");
  await dialog.getByText("1 recipient is still open").waitFor();
  await dialog.getByRole("button", { name: "Stop" }).press("Enter");
  await page.getByText("CANCELLED").first().waitFor();
});

it.each([
  { dark: false, width: 1440 },
  { dark: true, width: 1440 },
  { dark: true, width: 390 },
])("every view of a job can be read by all: %o", async ({ dark, width }) => {
  const one = await openWindow(browser, { dark, width, locale: "de-DE" });
  for (const rest of ["", "/recipients/99", "?view=progress", "?view=content", "?view=raw"]) {
    await one.page.goto(`${GATEWAY}/jobs/${many}${rest}`);
    await one.page.locator(".recipients a, .dispatch-charts, .job-content h2, .job-raw pre").first().waitFor();
    if (rest.startsWith("/")) await one.page.locator("ol.course li").first().waitFor();
    await expectAccessible(one.page);
    expect({ rest, beyond: await widthBeyond(one.page) }).toEqual({ rest, beyond: 0 });
  }
  expect(one.complaints).toEqual([]);
  await one.context.close();
});

it("nothing was asked of another host, and the page complained of nothing", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints).toEqual([]);
});
